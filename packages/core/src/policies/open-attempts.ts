import type { Delivery } from '../model/delivery';
import type { Policy } from '../model/policy';
import { MASS_TYPES } from './retry';

export type OpenAttemptsVerdict =
  | { readonly action: 'send'; readonly possibleDuplicate: boolean }
  | { readonly action: 'settle'; readonly status: 'dead' | 'unknown'; readonly reason: string };

/**
 * What to do with a delivery whose last attempts have no end, because their process died. It is sent again under the same
 * id, as a receiver that remembers ids asks for nothing better; to a `forgetful` one once, and not to many at once. A
 * delivery that takes its process down every time must not do so for ever: all attempts together are no more than the
 * ladder allows.
 */
export function openAttemptsVerdict(
  delivery: Delivery,
  openAttempts: number,
  forgetful: boolean,
  policy: Policy['delivery'],
): OpenAttemptsVerdict {
  const possibleDuplicate = delivery.possibleDuplicate === true;
  if (openAttempts === 0) return { action: 'send', possibleDuplicate };
  if (forgetful && (possibleDuplicate || MASS_TYPES.includes(delivery.type))) {
    return { action: 'settle', status: 'unknown', reason: PROCESS_DIED };
  }
  if (delivery.attemptsThisRun + openAttempts > Math.max(policy.ladderMs.length, FEWEST)) {
    return { action: 'settle', status: 'dead', reason: PROCESS_DIED };
  }
  return { action: 'send', possibleDuplicate: possibleDuplicate || forgetful };
}

const PROCESS_DIED = 'process_died';
/** Also where nothing is to be tried again: a process may well be killed a few times for other reasons. */
const FEWEST = 5;
