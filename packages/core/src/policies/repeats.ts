import { UNKNOWN } from '../model/classification';
import type { RecentRequest } from '../model/client';
import type { Policy } from '../model/policy';
import { sameGist } from './gist';

type LoopGuard = Policy['escalation']['loopGuard'];

/** Enough for any number of repeats that a policy would wait for. */
const FEWEST_REMEMBERED = 20;

/** How often the client made this request within the window, this time included. */
export function timesAsked(
  recent: readonly RecentRequest[],
  request: RecentRequest,
  repeats: NonNullable<Policy['escalation']['repeats']>,
): number {
  const known = request.scenario !== UNKNOWN;
  const same = recent.filter(
    ({ at, scenario, gist }) =>
      request.at - at < repeats.windowMs && ((known && scenario === request.scenario) || sameGist(gist, request.gist)),
  );
  return same.length + 1;
}

/** How many messages in a row, this one included, fitted no scenario. */
export function unknownsInARow(recent: readonly RecentRequest[]): number {
  let count = 1;
  for (const { scenario, hello } of [...recent].reverse()) {
    if (scenario !== UNKNOWN || hello) break;
    count += 1;
  }
  return count;
}

/** How many messages the client sent within the guard's window, this one included. */
export function requestsLately(recent: readonly RecentRequest[], now: number, guard: LoopGuard): number {
  if (guard === null) return 1;
  return recent.filter(({ at }) => now - at < guard.windowMs).length + 1;
}

export function remembered(
  recent: readonly RecentRequest[],
  request: RecentRequest,
  guard: LoopGuard,
): readonly RecentRequest[] {
  return [...recent, request].slice(-Math.max(FEWEST_REMEMBERED, guard?.limit ?? 0));
}
