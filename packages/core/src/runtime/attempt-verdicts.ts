import { FirstlineError } from '../errors';
import { type Channel, channelKey } from '../model/channel';
import type { SendOutcome } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import { attemptAlerts, isSkewed } from '../policies/alerts';
import { type EndpointChange, concernsEndpoint, endpointAfter, probeWasted } from '../policies/endpoint';
import { endpointEvents } from '../policies/endpoint-events';
import { type RetryVerdict, retryVerdict } from '../policies/retry';
import type { ClaimedDelivery, DeliveryResult } from '../ports/storage';
import type { EngineContext } from './context';
import type { EndpointHealth, EndpointRef, EndpointStep } from './endpoint-health';

/** What follows from an attempt for its delivery. */
export interface AttemptVerdict {
  readonly next: DeliveryResult['next'];
  readonly move: NonNullable<DeliveryResult['move']> | null;
  readonly now: number;
}

const OK: SendOutcome = { class: 'ok' };
/** The reason of a delivery whose last attempt found out the place's new address. */
const MOVED = 'moved';
/** Endpoints whose changes are counted here; forgetting them costs a look at the row. */
const MANY = 10_000;

/**
 * Works out what an attempt means for its delivery and for the endpoint. An endpoint that is well and stays so costs
 * nothing: its row is neither there nor read.
 */
export class AttemptVerdicts {
  readonly #context: EngineContext;
  readonly #health: EndpointHealth;
  /** How often this process has changed a row: what was read before a change is out of date. */
  readonly #changes = new Map<string, number>();

  constructor(context: EngineContext, health: EndpointHealth) {
    this.#context = context;
    this.#health = health;
  }

  /** To be called before the send, and given to `judge` after it. */
  begin({ place }: ClaimedDelivery): number {
    return this.#changes.get(place.key) ?? 0;
  }

  async judge(claimed: ClaimedDelivery, outcome: SendOutcome, begun: number): Promise<AttemptVerdict> {
    const { clock, policy } = this.#context;
    const { delivery, place, channel } = claimed;
    const now = clock.now();
    const move = this.#move(claimed, outcome);
    const forAll = outcome.scope === 'transport';
    const own = { key: place.key, transport: channel.transport };
    const whole = { key: channel.transport, transport: channel.transport };
    const ref = forAll ? whole : own;
    if (move !== null && outcome.class !== 'ok' && delivery.reason !== MOVED) {
      return { next: { status: 'pending', reason: MOVED, nextAttemptAt: now, counts: false }, move, now };
    }
    const known = forAll ? place.transport : place.own;
    const outdated = !forAll && (this.#changes.get(place.key) ?? 0) !== begun;
    const next = this.#concerns(outcome, known, outdated, now)
      ? await this.#change(ref, (endpoint, at) => this.#step(claimed, outcome, endpoint, at))
      : retryVerdict(delivery, outcome, policy.delivery, now);
    await this.#noteOther(claimed, outcome, forAll ? own : whole);
    // Once more and the attempt counts: two places that point to each other must not keep a message for ever.
    const reason = move === null ? next.reason : MOVED;
    return { next: next.status === 'pending' ? { ...next, reason, waitsFor: ref.key } : next, move, now };
  }

  #concerns(outcome: SendOutcome, known: Endpoint | null, outdated: boolean, now: number): boolean {
    if (outcome.class !== 'ok') return true;
    if (isSkewed(outcome, now)) return true;
    return outdated || (known !== null && endpointAfter(known, newsOf('', OK, now, false), now).endpoint !== known);
  }

  #step(claimed: ClaimedDelivery, outcome: SendOutcome, endpoint: Endpoint, now: number): EndpointStep<RetryVerdict> {
    const { delivery, place } = claimed;
    const probed = outcome.scope === 'transport' ? place.transport : place.own;
    const known = concernsEndpoint(outcome) ? endpoint : null;
    const next = retryVerdict(delivery, outcome, this.#context.policy.delivery, now, known);
    const news = newsOf(delivery.id, outcome, next.nextAttemptAt, probed?.status === 'paused');
    const change = endpointAfter(endpoint, news, now);
    const causes = attemptAlerts(delivery, outcome, next, endpoint, change, now);
    return { ...stepOf(change, now), causes, result: next };
  }

  /** What the attempt tells of the other of the two: an answer shows that the transport works. */
  async #noteOther({ place, delivery }: ClaimedDelivery, outcome: SendOutcome, other: EndpointRef): Promise<void> {
    const { clock } = this.#context;
    if (outcome.scope === 'transport') {
      if (place.own?.status !== 'paused') return;
      await this.#change(other, (endpoint, now) => {
        return { ...stepOf({ endpoint: probeWasted(endpoint, now), became: null }, now), result: undefined };
      });
      return;
    }
    const known = place.transport;
    if (known === null || (outcome.class !== 'ok' && outcome.status === undefined)) return;
    const news = newsOf(delivery.id, OK, clock.now(), known.status === 'paused');
    if (endpointAfter(known, news, clock.now()).endpoint === known) return;
    await this.#change(other, (endpoint, now) => {
      const change = endpointAfter(endpoint, news, now);
      const next: RetryVerdict = { status: 'sent', reason: null, nextAttemptAt: now, counts: true };
      return {
        ...stepOf(change, now),
        causes: attemptAlerts(delivery, OK, next, endpoint, change, now),
        result: undefined,
      };
    });
  }

  #change<T>(ref: EndpointRef, step: (endpoint: Endpoint, now: number) => EndpointStep<T>): Promise<T> {
    if (this.#changes.size > MANY) this.#changes.clear();
    this.#changes.set(ref.key, (this.#changes.get(ref.key) ?? 0) + 1);
    return this.#health.change(ref, step);
  }

  /** Where the message goes from now on; `null`: where it went. */
  #move({ channel }: ClaimedDelivery, { movedTo }: SendOutcome): AttemptVerdict['move'] {
    if (movedTo === undefined) return null;
    try {
      const address = this.#context.transports.get(channel.transport)?.checkAddress(movedTo) ?? movedTo;
      const to: Channel = { transport: channel.transport, address };
      const key = channelKey(to);
      return key === channelKey(channel) ? null : { channel: to, channelKey: key };
    } catch (error) {
      const code = error instanceof FirstlineError ? error.code : undefined;
      this.#context.logger.error(
        { transport: channel.transport, code },
        'a transport told a new address it does not know',
      );
      return null;
    }
  }
}

function stepOf(change: EndpointChange, now: number): Omit<EndpointStep<unknown>, 'result'> {
  const { endpoint, became } = change;
  return { endpoint, causes: [], events: endpointEvents(endpoint, became, now), wakes: became === 'recovered' };
}

function newsOf(deliveryId: string, outcome: SendOutcome, againAt: number, probe: boolean) {
  return { deliveryId, outcome, againAt, probe };
}
