import { FirstlineError } from '../errors';
import type { SendOutcome } from '../model/delivery';
import type { NewEvent } from '../model/event';
import { cleanOutcome } from '../policies/clean-outcome';
import type { ClaimedDelivery, DeliveryResult } from '../ports/storage';
import type { Transport } from '../ports/transport';
import type { AttemptVerdicts } from './attempt-verdicts';
import type { EngineContext } from './context';
import type { EndpointHealth } from './endpoint-health';
import { Pacer } from './pacer';
import { GRACE_MS, SendGate } from './send-gate';
import { SendPlaces } from './send-places';
import { TIME_IS_UP, withinTime } from './time-limit';
import { announce } from './wakeups';

/** A receiver that did not answer in time may still be at work on the message; a repeat at once would meet it there. */
const AFTER_TIMEOUT_MS = 60_000;
/** Results written in one transaction at most. */
const RESULTS_AT_ONCE = 100;
/** How often this process looks whether what is due is late. */
const LOOK_EVERY_MS = 60_000;

/**
 * Sends what is due. The attempt is written down with the claim, before the send, and its outcome after it; results of
 * sends that end close together share a transaction, and a slow send holds up nobody else's.
 */
export class Deliverer {
  readonly #context: EngineContext;
  readonly #health: EndpointHealth;
  readonly #verdicts: AttemptVerdicts;
  readonly #places: SendPlaces;
  readonly #pacer = new Pacer();
  /** Sends under way, and places for which a claim is under way. */
  #sending = 0;
  /** What was claimed and is not written down yet: sends under way, and those that have ended. */
  readonly #open = new Set<Promise<void>>();
  readonly #results: DeliveryResult[] = [];
  /** Results that the storage did not take, each for as long as its lease lasts. */
  #unwritten: DeliveryResult[] = [];
  #writing: Promise<void> | null = null;
  #lookedAt: number | null = null;

  constructor(context: EngineContext, health: EndpointHealth, verdicts: AttemptVerdicts) {
    this.#context = context;
    this.#health = health;
    this.#verdicts = verdicts;
    this.#places = new SendPlaces(context);
  }

  /** Claims as many due deliveries as there are free places and begins to send them; resolves to their number. */
  async claimDue(): Promise<number> {
    await this.#lookForLate();
    await this.#writeLate();
    for (;;) {
      const places = this.#freePlaces();
      // More will be free when what is being written is written: few at a time cost as much as many.
      if (places <= 0 || (this.#writing !== null && 4 * places < this.#context.policy.delivery.concurrency)) return 0;
      // Taken before it is known what comes of the claim: another look may begin meanwhile.
      this.#sending += places;
      const { claimed, waits } = await this.#claim(places).catch((error: unknown) => {
        this.#sending -= places;
        throw error;
      });
      this.#sending -= places - claimed.length;
      for (const delivery of claimed) {
        const open = this.#send(delivery).finally(() => this.#ended(open));
        this.#open.add(open);
      }
      // A place may have become free between being found taken and being waited for.
      if (waits > 0) await this.#places.callIn();
      if (claimed.length > 0 || waits === 0) return claimed.length;
    }
  }

  /** Waits until every send has ended and is written down. */
  async idle(): Promise<void> {
    while (this.#open.size > 0 || this.#writing !== null) {
      await Promise.all([...this.#open, this.#writing]);
    }
    await this.#health.idle();
  }

  /** Gives up what this process alone knows of. To be called when nothing is claimed any more. */
  async close(): Promise<void> {
    await this.#writeLate();
    try {
      await this.#places.close();
    } catch (error) {
      this.#complain(error, 'what was set aside comes due by itself');
    }
  }

  async #claim(limit: number): Promise<{ readonly claimed: readonly ClaimedDelivery[]; readonly waits: number }> {
    const { storage, tenant, clock, ids, policy } = this.#context;
    const now = clock.now();
    const gate = new SendGate(this.#context, this.#places, this.#pacer, now);
    let claimed: readonly ClaimedDelivery[] = [];
    try {
      const until = now + policy.work.leaseMs;
      claimed = await storage.claimDeliveries({ tenant, now, token: ids.next(), until, limit, gate: gate.ask });
    } finally {
      gate.close(claimed);
    }
    return { claimed, waits: gate.waits };
  }

  /**
   * A place is free as soon as its send has ended, so that the next are claimed while the last are written down, many at
   * a time; but a storage that writes more slowly than receivers answer is waited for.
   */
  #freePlaces(): number {
    const { concurrency } = this.#context.policy.delivery;
    return Math.min(concurrency - this.#sending, 2 * concurrency - this.#open.size);
  }

  /** What is due next is looked for only now: before, it might have found all places taken. */
  #lookAgain(): void {
    const { clock, wakeups } = this.#context;
    wakeups.wake('deliver', clock.now());
  }

  #ended(open: Promise<void>): void {
    this.#open.delete(open);
    this.#lookAgain();
  }

  async #send(claimed: ClaimedDelivery): Promise<void> {
    const { logger } = this.#context;
    const noted = this.#verdicts.begin(claimed);
    const outcome = cleanOutcome(await this.#attempt(claimed));
    this.#sending -= 1;
    this.#places.leave(claimed.place.key);
    this.#lookAgain();
    const { next, move, now } = await this.#verdicts.judge(claimed, outcome, noted);
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
      ...(move === null ? {} : { move }),
      events: events(claimed, outcome, next, move, now),
    });
    await this.#write();
  }

  async #attempt(claimed: ClaimedDelivery): Promise<SendOutcome> {
    const transport = this.#context.transports.get(claimed.channel.transport);
    if (transport === undefined) return { class: 'config', code: 'no_transport', scope: 'transport' };
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
    const kind = transport.forgetful === true ? 'unknown' : 'retry';
    return { class: kind, code: 'timeout', retryAfterMs: AFTER_TIMEOUT_MS };
  }

  /** One writer at a time; what ends while it writes goes into its next transaction. */
  async #write(): Promise<void> {
    while (this.#results.length > 0) {
      this.#writing ??= this.#writeBatch().finally(() => (this.#writing = null));
      await this.#writing;
    }
  }

  async #writeBatch(): Promise<void> {
    const { storage, tenant, clock, wakeups } = this.#context;
    // Others may have ended in the same moment.
    await Promise.resolve();
    const results = this.#results.splice(0, RESULTS_AT_ONCE);
    const now = clock.now();
    try {
      await storage.finishDeliveries({ tenant, now, results });
      // The feed tells of it.
      announce(wakeups, {});
      await this.#places.callIn();
    } catch (error) {
      // Should it stay so, the attempt stays open and the lease runs out: the delivery is tried again under the same id.
      this.#complain(error, 'could not write down how deliveries ended');
      this.#unwritten.push(...results);
    }
  }

  /** A storage that was away for a moment is told what it missed, rather than that everything is sent again. */
  async #writeLate(): Promise<void> {
    const now = this.#context.clock.now();
    const late = this.#unwritten.filter(({ lease }) => lease.until > now);
    this.#unwritten = [];
    if (late.length === 0) return;
    this.#results.push(...late);
    await this.#write();
  }

  /** The lanes that are due come first, so that one of them tells whether any is late. */
  async #lookForLate(): Promise<void> {
    const { storage, tenant, clock, policy } = this.#context;
    const now = clock.now();
    // Whoever has just begun to work has not had the time to be late.
    this.#lookedAt ??= now;
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const due = await storage.nextDueAt({ tenant, kinds: ['deliver'] });
    if (due === null || now - due <= policy.delivery.lateAfterMs) return;
    const detail = `the oldest due delivery waits for ${Math.round((now - due) / 1_000)} s`;
    await this.#health.raise({ key: '', transport: '' }, { kind: 'queue_late', detail });
  }

  #complain(error: unknown, message: string): void {
    const code = error instanceof FirstlineError ? error.code : undefined;
    this.#context.logger.error({ code }, message);
  }
}

function events(
  { delivery, attempt }: ClaimedDelivery,
  outcome: SendOutcome,
  next: DeliveryResult['next'],
  move: DeliveryResult['move'] | null,
  at: number,
): readonly NewEvent[] {
  const { id: deliveryId, messageId, conversationId } = delivery;
  const { status } = next;
  const code = outcome.code ?? null;
  const type = status === 'pending' ? 'delivery.failed' : 'delivery.settled';
  const ended: NewEvent = { type, at, conversationId, data: { deliveryId, messageId, status, attempt, code } };
  if (move === null || move === undefined) return [ended];
  const data = { transport: move.channel.transport, deliveryId };
  return [{ type: 'conversation.moved', at, conversationId, data }, ended];
}
