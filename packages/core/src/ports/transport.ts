import type { AlertKind } from '../model/alert';
import type { Channel } from '../model/channel';
import type { OutboundDelivery, SendOutcome } from '../model/delivery';
import type { JsonObject } from '../model/json';
import type { Outcome } from '../model/outcome';
import type { ReceiveInput } from '../model/receive-input';

/** What a transport that also receives may do with the engine, from `start` to `stop`. */
export interface Ingress {
  /**
   * Takes a message in. Resolves as soon as it is safely stored, with `status` `accepted`, or `duplicate` where its `id`
   * came before; only then may the platform be told that it arrived. Rejects as `engine.receive` does, `storage_unavailable`
   * included, after which the platform has to send it again.
   */
  receive(input: ReceiveInput): Promise<Outcome>;
  /** An address that was switched off can be reached again (the client wrote, or unblocked the bot): what was kept goes out. */
  revive(address: JsonObject): Promise<void>;
  /** Tells the people who run the engine what the transport itself cannot mend. Never rejects; too many are dropped. */
  alert(alert: { readonly kind: AlertKind; readonly code: string; readonly detail?: string }): Promise<void>;
}

/** At most `limit` sends within any `perMs` milliseconds for everything that shares `key`. */
export interface Pace {
  /** For example the bot, a chat or a group; unique within the transport. */
  readonly key: string;
  readonly limit: number;
  readonly perMs: number;
}

export interface SendContext {
  /** 1 for the first attempt of this delivery, growing. */
  readonly attempt: number;
  /** Epoch milliseconds of this attempt, by the engine's clock. */
  readonly now: number;
  /** Aborted a second after `timeoutMs`; the engine then counts the attempt as `retry` with code `timeout`. */
  readonly signal: AbortSignal;
}

/** Carries outbound messages to one kind of address, and may bring inbound ones. */
export interface Transport {
  /**
   * Upper bound of one `send`, in milliseconds. The engine aborts a second after it, and refuses to start when it is not smaller
   * than `policy.work.lease` by at least 5 s, since two senders would then hold one delivery.
   */
  readonly timeoutMs: number;
  /**
   * People chat here: they write one thought in several short messages, which are decided together, see `policy.turns`.
   * Default false.
   */
  readonly chat?: boolean;
  /**
   * The receiver cannot recognise a repeat, so a send that nobody knows the end of (`timeout`, a process that died) counts
   * as `unknown` instead of `retry`. Default false: it remembers `delivery.id`.
   */
  readonly forgetful?: boolean;
  /**
   * Called once by `engine.start()`: open connections, begin to receive. `name` is the one under which the transport was
   * given to `createEngine`, and which the channels of received messages carry.
   */
  start?(ingress: Ingress, name: string): Promise<void>;
  /**
   * Checks an address before anything is stored for it and returns it in its normal form (same place, same JSON).
   * Throws a `FirstlineError` with code `invalid_channel` and the `path` of the member at fault. Must not use the network.
   */
  checkAddress(address: JsonObject): JsonObject;
  /**
   * How fast may be sent to this channel; the engine keeps to all of them, in each process by itself: n processes that share
   * a bot give each an n-th of its limit. A fifth of each limit above 1 is kept for answers, so that what is said to many
   * at once does not hold them up. What has to wait uses up no attempt. Where it throws, that is
   * logged, and there is no limit. Default: no limit.
   */
  paces?(channel: Channel): readonly Pace[];
  /** Shows that an answer is being written, while a reply waits for its `delay`. Best effort: nobody waits for it. */
  typing?(channel: Channel): Promise<void>;
  /**
   * Tries once to send. Never rejects for a failed send: it reports the failure's class, and the engine decides about a
   * repeat. A rejection counts as `retry` with code `transport_error`. `delivery.id` is the same at every attempt and
   * must be passed on as the idempotency key where the protocol has one.
   */
  send(outbound: OutboundDelivery, context: SendContext): Promise<SendOutcome>;
  /**
   * Called once by `engine.stop()` before it lets what was begun come to its end: nothing is received from now on, sends
   * still work. Without it, what comes until `stop` is refused by `Ingress.receive` with `stopped`, and nothing of it is
   * stored.
   */
  stopReceiving?(): Promise<void>;
  /** Called once by `engine.stop()` after the last send ended. Receives nothing more from then on. */
  stop?(): Promise<void>;
}
