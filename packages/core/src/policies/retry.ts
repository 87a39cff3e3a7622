import { unitHash } from '../model/digest';
import type { Delivery, DeliveryStatus, SendOutcome } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import type { OutboundType } from '../model/message';
import type { Policy } from '../model/policy';
import { cooldownsBefore, refusesEverything } from './endpoint';

export interface RetryVerdict {
  readonly status: Exclude<DeliveryStatus, 'cancelled'>;
  readonly reason: string | null;
  readonly nextAttemptAt: number;
  /** The attempt uses up one step of the ladder. */
  readonly counts: boolean;
  /** It may arrive twice from now on. */
  readonly possibleDuplicate?: boolean;
}

/** Said to many at once; nobody waits for it, and saying it twice to some is worse than not saying it to a few. */
export const MASS_TYPES: readonly OutboundType[] = ['incident_notice', 'incident_resolved'];

/** Shortest pause after a receiver said "too many requests" without saying how long; doubles each time in a row. */
const COOL_DOWN_MS = 60_000;

/**
 * What follows from an attempt's outcome. `delivery` is as it was claimed, so its `attemptsThisRun` does not count this
 * attempt yet; `endpoint` as it was before this outcome, `null` where nothing is known to be wrong with it.
 *
 * The ladder is the example of Standard Webhooks 1.0.0 unless configured otherwise. Jitter is taken from the delivery's
 * id, which comes from the injected id source, and the attempt's number: it spreads a burst as random numbers would, and
 * every process and every run of a test comes to the same time.
 */
export function retryVerdict(
  delivery: Delivery,
  outcome: SendOutcome,
  policy: Policy['delivery'],
  now: number,
  endpoint: Endpoint | null = null,
): RetryVerdict {
  const reason = outcome.code ?? null;
  const ended = (status: 'sent' | 'dead' | 'unknown', why: string | null): RetryVerdict => {
    return { status, reason: why, nextAttemptAt: now, counts: true };
  };
  switch (outcome.class) {
    case 'ok':
      return ended('sent', null);
    case 'park': {
      const tried = delivery.attemptsThisRun > 0 || reason === 'ssrf_blocked';
      if (!refusesEverything(endpoint, delivery.id, tried)) return ended('dead', reason);
      return onLadder(delivery, outcome, policy, now) ?? ended('dead', reason);
    }
    case 'unknown': {
      const once = !MASS_TYPES.includes(delivery.type) && delivery.possibleDuplicate !== true;
      const retried = once ? onLadder(delivery, outcome, policy, now) : null;
      return retried === null ? ended('unknown', reason) : { ...retried, possibleDuplicate: true };
    }
    case 'cool': {
      const cooldowns = endpoint === null ? 0 : cooldownsBefore(endpoint, now);
      return again(delivery, now + coolDown(delivery, outcome, policy, cooldowns), reason, false);
    }
    // The endpoint is disabled, and the message kept; should that be forgotten, the ladder comes to its end.
    case 'off':
    case 'retry':
    case 'config':
      return onLadder(delivery, outcome, policy, now) ?? ended('dead', reason ?? 'exhausted');
  }
}

/** The next step of the ladder; `null`: there is none. */
function onLadder(
  delivery: Delivery,
  outcome: SendOutcome,
  policy: Policy['delivery'],
  now: number,
): RetryVerdict | null {
  const pause = policy.ladderMs[delivery.attemptsThisRun];
  if (pause === undefined) return null;
  const wait = Math.max(jittered(pause, delivery, policy.jitter), asked(outcome, policy));
  return again(delivery, now + wait, outcome.code ?? null, true);
}

function again(delivery: Delivery, nextAttemptAt: number, reason: string | null, counts: boolean): RetryVerdict {
  if (delivery.expiresAt !== null && nextAttemptAt > delivery.expiresAt) {
    return { status: 'expired', reason, nextAttemptAt, counts };
  }
  return { status: 'pending', reason, nextAttemptAt, counts };
}

function coolDown(delivery: Delivery, outcome: SendOutcome, policy: Policy['delivery'], cooldowns: number): number {
  const doubled = COOL_DOWN_MS * 2 ** Math.min(cooldowns, 6);
  const step = policy.ladderMs[Math.min(delivery.attemptsThisRun, policy.ladderMs.length - 1)] ?? 0;
  const wanted = outcome.retryAfterMs === undefined ? doubled : Math.max(outcome.retryAfterMs, step);
  const pause = Math.min(wanted, policy.maxRetryAfterMs);
  // Only ever later than asked: coming back early is what a 429 complains about.
  return Math.round(pause * (1 + policy.jitter * jitterOf(delivery)));
}

function asked(outcome: SendOutcome, policy: Policy['delivery']): number {
  return Math.min(outcome.retryAfterMs ?? 0, policy.maxRetryAfterMs);
}

function jittered(pauseMs: number, delivery: Delivery, jitter: number): number {
  return Math.round(pauseMs * (1 - jitter + 2 * jitter * jitterOf(delivery)));
}

function jitterOf(delivery: Delivery): number {
  return unitHash(`${delivery.id}:${delivery.attempts}`);
}
