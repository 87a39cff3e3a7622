import { unitHash } from '../model/digest';
import type { Delivery, DeliveryStatus, SendOutcome } from '../model/delivery';
import type { Policy } from '../model/policy';

export interface RetryVerdict {
  readonly status: Exclude<DeliveryStatus, 'cancelled'>;
  readonly reason: string | null;
  readonly nextAttemptAt: number;
  /** The attempt uses up one step of the ladder. */
  readonly counts: boolean;
}

/** Shortest pause after a receiver said "too many requests" without saying how long; doubles with each step. */
const COOL_DOWN_MS = 60_000;

/**
 * What follows from an attempt's outcome. `delivery` is as it was claimed, so its `attemptsThisRun` does not count this
 * attempt yet.
 *
 * The ladder is the example of Standard Webhooks 1.0.0 unless configured otherwise. Jitter is taken from the delivery's
 * id and the attempt's number, so that it needs no random source and spreads a burst all the same.
 */
export function retryVerdict(
  delivery: Delivery,
  outcome: SendOutcome,
  policy: Policy['delivery'],
  now: number,
): RetryVerdict {
  const reason = outcome.code ?? null;
  switch (outcome.class) {
    case 'ok':
      return { status: 'sent', reason: null, nextAttemptAt: now, counts: true };
    case 'park':
    case 'off':
      return { status: 'dead', reason, nextAttemptAt: now, counts: true };
    case 'unknown':
      return { status: 'unknown', reason, nextAttemptAt: now, counts: true };
    case 'cool':
      return again(delivery, now + coolDown(delivery, outcome, policy), reason, false);
    case 'retry':
    case 'config': {
      const pause = policy.ladderMs[delivery.attemptsThisRun];
      if (pause === undefined)
        return { status: 'dead', reason: reason ?? 'exhausted', nextAttemptAt: now, counts: true };
      const wait = Math.max(jittered(pause, delivery, policy.jitter), asked(outcome, policy));
      return again(delivery, now + wait, reason, true);
    }
  }
}

function again(delivery: Delivery, nextAttemptAt: number, reason: string | null, counts: boolean): RetryVerdict {
  if (delivery.expiresAt !== null && nextAttemptAt > delivery.expiresAt) {
    return { status: 'expired', reason, nextAttemptAt, counts };
  }
  return { status: 'pending', reason, nextAttemptAt, counts };
}

function coolDown(delivery: Delivery, outcome: SendOutcome, policy: Policy['delivery']): number {
  const doubled = COOL_DOWN_MS * 2 ** Math.min(delivery.attempts, 6);
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
