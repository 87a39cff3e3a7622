import type { OutboundDelivery, SendOutcome } from '../model/delivery';
import type { JsonObject } from '../model/json';

export interface SendContext {
  /** 1 for the first attempt of this delivery, growing. */
  readonly attempt: number;
  /** Epoch milliseconds of this attempt, by the engine's clock. */
  readonly now: number;
  /** Aborted a second after `timeoutMs`; the engine then counts the attempt as `retry` with code `timeout`. */
  readonly signal: AbortSignal;
}

/** Carries outbound messages to one kind of address. */
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
  /** Called once by `engine.start()`: open connections, begin to receive. */
  start?(): Promise<void>;
  /**
   * Checks an address before anything is stored for it and returns it in its normal form (same place, same JSON).
   * Throws a `FirstlineError` with code `invalid_channel` and the `path` of the member at fault. Must not use the network.
   */
  checkAddress(address: JsonObject): JsonObject;
  /**
   * Tries once to send. Never rejects for a failed send: it reports the failure's class, and the engine decides about a
   * repeat. A rejection counts as `retry` with code `transport_error`. `delivery.id` is the same at every attempt and
   * must be passed on as the idempotency key where the protocol has one.
   */
  send(outbound: OutboundDelivery, context: SendContext): Promise<SendOutcome>;
  /** Called once by `engine.stop()` after the last send ended. */
  stop?(): Promise<void>;
}
