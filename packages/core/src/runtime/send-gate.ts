import type { Channel } from '../model/channel';
import type { Conversation } from '../model/conversation';
import type { Delivery } from '../model/delivery';
import { deliveryVerdict } from '../policies/delivery-gate';
import { openAttemptsVerdict } from '../policies/open-attempts';
import { placeVerdict } from '../policies/place-verdict';
import { MASS_TYPES } from '../policies/retry';
import type { DeliveryPlace, GateVerdict } from '../ports/storage';
import type { Pace } from '../ports/transport';
import type { EngineContext } from './context';
import type { Pacer } from './pacer';
import type { SendPlaces } from './send-places';

/** What is kept for a disabled endpoint is looked at so often, for its expiry's sake. */
const LOOK_AGAIN_MS = 86_400_000;
/** A send ends so long after its time limit at the latest. */
export const GRACE_MS = 1_000;

/**
 * The questions of one claim: may this be said at all, may it be sent there now, is there a place, is it too fast. What
 * was let through is remembered until it is known whether the claim came about, since a storage may ask again.
 */
export class SendGate {
  readonly #context: EngineContext;
  readonly #places: SendPlaces;
  readonly #pacer: Pacer;
  readonly #now: number;
  readonly #through = new Map<string, string>();
  #waits = 0;

  constructor(context: EngineContext, places: SendPlaces, pacer: Pacer, now: number) {
    this.#context = context;
    this.#places = places;
    this.#pacer = pacer;
    this.#now = now;
  }

  /** How many deliveries have to wait. */
  get waits(): number {
    return this.#waits;
  }

  readonly ask = (delivery: Delivery, conversation: Conversation, place: DeliveryPlace): GateVerdict => {
    const verdict = this.#judge(delivery, conversation, place);
    if (verdict.action === 'wait') this.#waits += 1;
    return verdict;
  };

  /** The claim came to its end with these, or with nothing; what else was let through gives its place back. */
  close(claimed: readonly { readonly delivery: Delivery }[]): void {
    for (const { delivery } of claimed) {
      this.#pacer.keep(delivery.id);
      this.#through.delete(delivery.id);
    }
    for (const [id, key] of this.#through) {
      this.#pacer.giveBack(id);
      this.#places.leave(key);
    }
    this.#through.clear();
  }

  #judge(delivery: Delivery, conversation: Conversation, place: DeliveryPlace): GateVerdict {
    const now = this.#now;
    const { transports, policy } = this.#context;
    const said = deliveryVerdict(delivery, conversation, now);
    if (said.action === 'settle' || conversation.channel === null) return said;
    const transport = transports.get(conversation.channel.transport);
    const open = openAttemptsVerdict(delivery, place.openAttempts, transport?.forgetful === true, policy.delivery);
    if (open.action === 'settle') return open;

    const there = placeVerdict([place.transport, place.own], now + policy.work.leaseMs, now);
    if (there.action === 'wait') return this.#wait(delivery, there.until ?? now + LOOK_AGAIN_MS, there.waitsFor);
    const { possibleDuplicate } = open;
    const send: GateVerdict = { action: 'send', possibleDuplicate, holds: there.holds };
    if (this.#through.has(delivery.id)) return send;
    if (this.#places.free(place.key) <= 0) {
      const longest = transport === undefined ? policy.work.leaseMs : transport.timeoutMs + GRACE_MS;
      return this.#wait(delivery, now + longest, this.#places.setAside(place.key));
    }
    const at = this.#pacer.ask(delivery.id, this.#paces(conversation.channel), MASS_TYPES.includes(delivery.type), now);
    if (at > now) return this.#wait(delivery, at, null);
    this.#places.take(place.key);
    this.#through.set(delivery.id, place.key);
    return send;
  }

  /** The transport's own code, which may do anything: one that fails must not keep back what others have to send. */
  #paces(channel: Channel): readonly Pace[] {
    try {
      return this.#context.transports.get(channel.transport)?.paces?.(channel) ?? [];
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      this.#context.logger.error({ transport: channel.transport, error: name }, 'paces failed; it is sent without');
      return [];
    }
  }

  /** Not longer than it is worth sending: then it has to be looked at, and expires. */
  #wait({ expiresAt }: Delivery, until: number, waitsFor: string | null): GateVerdict {
    return { action: 'wait', until: expiresAt === null ? until : Math.min(until, expiresAt + 1), waitsFor };
  }
}
