import { FirstlineError } from '../errors';
import type { SendOutcome } from '../model/delivery';
import type { NewEvent } from '../model/event';
import { deliveryVerdict } from '../policies/delivery-gate';
import { retryVerdict } from '../policies/retry';
import type { ClaimedDelivery, DeliveryResult } from '../ports/storage';
import type { Transport } from '../ports/transport';
import type { EngineContext } from './context';
import { TIME_IS_UP, withinTime } from './time-limit';
import { announce } from './wakeups';

/** A receiver that did not answer in time may still be at work on the message; a repeat at once would meet it there. */
const AFTER_TIMEOUT_MS = 60_000;
/** A transport that keeps its own time limit is heard out, since it knows better what became of the message. */
const GRACE_MS = 1_000;
/** Results written in one transaction at most. */
const RESULTS_AT_ONCE = 100;

/**
 * Sends what is due. The attempt is written down with the claim, before the send, and its outcome after it; results of
 * sends that end close together share a transaction, and a slow send holds up nobody else's.
 */
export class Deliverer {
  readonly #context: EngineContext;
  readonly #sending = new Set<Promise<void>>();
  readonly #results: DeliveryResult[] = [];
  #writing: Promise<void> | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Claims as many due deliveries as there are free places and begins to send them; resolves to their number. */
  async claimDue(): Promise<number> {
    const { storage, tenant, clock, ids, policy } = this.#context;
    const places = policy.delivery.concurrency - this.#sending.size;
    if (places <= 0) return 0;
    const now = clock.now();
    const claimed = await storage.claimDeliveries({
      tenant,
      now,
      token: ids.next(),
      until: now + policy.work.leaseMs,
      limit: places,
      gate: (delivery, conversation) => deliveryVerdict(delivery, conversation, now),
    });
    for (const delivery of claimed) {
      const sending = this.#send(delivery).finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    }
    return claimed.length;
  }

  /** Waits until every send has ended and is written down. */
  async idle(): Promise<void> {
    while (this.#sending.size > 0 || this.#writing !== null) {
      await Promise.all([...this.#sending, this.#writing]);
    }
  }

  async #send(claimed: ClaimedDelivery): Promise<void> {
    const { clock, policy, logger } = this.#context;
    const outcome = await this.#attempt(claimed);
    const now = clock.now();
    const next = retryVerdict(claimed.delivery, outcome, policy.delivery, now);
    const { id: deliveryId, transport } = claimed.delivery;
    if (outcome.class !== 'ok') {
      const fields = { deliveryId, transport, attempt: claimed.attempt, outcome: outcome.class, code: outcome.code };
      logger.warn({ ...fields, next: next.status }, 'a delivery attempt failed');
    }
    this.#results.push({
      lease: claimed.lease,
      deliveryId,
      attempt: claimed.attempt,
      outcome,
      next,
      events: [event(claimed, outcome, next.status, now)],
    });
    await this.#write();
  }

  async #attempt(claimed: ClaimedDelivery): Promise<SendOutcome> {
    const transport = this.#context.transports.get(claimed.channel.transport);
    if (transport === undefined) return { class: 'config', code: 'no_transport' };
    try {
      return await this.#limited(transport, claimed);
    } catch (error) {
      if (error instanceof FirstlineError && error.code === 'invalid_channel') {
        return { class: 'park', code: 'invalid_channel' };
      }
      return { class: 'retry', code: 'transport_error', detail: error instanceof Error ? error.name : typeof error };
    }
  }

  async #limited(transport: Transport, claimed: ClaimedDelivery): Promise<SendOutcome> {
    const { clock } = this.#context;
    const stop = new AbortController();
    const sending = transport.send(claimed, { attempt: claimed.attempt, now: clock.now(), signal: stop.signal });
    const outcome = await withinTime(clock, transport.timeoutMs + GRACE_MS, sending);
    if (outcome !== TIME_IS_UP) return outcome;
    stop.abort(TIME_IS_UP);
    return { class: 'retry', code: 'timeout', retryAfterMs: AFTER_TIMEOUT_MS };
  }

  /** One writer at a time; what ends while it writes goes into its next transaction. */
  async #write(): Promise<void> {
    while (this.#results.length > 0) {
      this.#writing ??= this.#writeBatch().finally(() => (this.#writing = null));
      await this.#writing;
    }
  }

  async #writeBatch(): Promise<void> {
    const { storage, tenant, clock, logger, wakeups } = this.#context;
    const results = this.#results.splice(0, RESULTS_AT_ONCE);
    const now = clock.now();
    try {
      await storage.finishDeliveries({ tenant, now, results });
    } catch (error) {
      // The attempt stays open and the lease runs out: the delivery is tried again under the same id.
      const code = error instanceof FirstlineError ? error.code : undefined;
      logger.error({ deliveries: results.length, code }, 'could not write down how deliveries ended');
    }
    announce(wakeups, { deliver: now });
  }
}

function event(claimed: ClaimedDelivery, outcome: SendOutcome, status: string, at: number): NewEvent {
  const { delivery, attempt } = claimed;
  const settled = status !== 'pending';
  return {
    type: settled ? 'delivery.settled' : 'delivery.failed',
    at,
    conversationId: delivery.conversationId,
    data: { deliveryId: delivery.id, messageId: delivery.messageId, status, attempt, code: outcome.code ?? null },
  };
}
