import { FirstlineError } from '../../errors';
import type { BusinessCalendar } from '../../model/business-calendar';
import { openSpans } from './open-spans';

/** How far is looked ahead. A due time ten years away is no promise, and every search needs an end. */
const HORIZON_MS = 3_660 * 86_400_000;
/** The year 3000, and as far back. What lies beyond is a mistake of units, and would be counted day by day. */
const MAX_AT = Date.UTC(3000, 0, 1);

/** Whether the calendar is open at `at` (epoch ms). It is at the first moment of an interval and is not at its end. */
export function isOpen(calendar: BusinessCalendar, at: number): boolean {
  checkInstant('at', at);
  if (calendar.alwaysOpen) return true;
  for (const span of openSpans(calendar, at, at)) return span.from <= at;
  return false;
}

/** `at` itself while open, else when it opens next (epoch ms); `null` when it does not within ten years. */
export function nextOpening(calendar: BusinessCalendar, at: number): number | null {
  checkInstant('at', at);
  if (calendar.alwaysOpen) return at;
  for (const span of openSpans(calendar, at, at + HORIZON_MS)) return Math.max(span.from, at);
  return null;
}

/**
 * The first moment (epoch ms) at which `ms` milliseconds of open time have passed since `from`; a span that is used up
 * exactly ends then, not at the next opening. No time at all from a closed moment is the next opening, so that whatever
 * is due is due in open hours. `null` when it is not reached within ten years; always open is plain addition.
 *
 * @throws FirstlineError `invalid_input` for an `ms` that is negative or no whole number, or a moment beyond the year 3000.
 */
export function addBusinessTime(calendar: BusinessCalendar, from: number, ms: number): number | null {
  checkInstant('from', from);
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new FirstlineError('invalid_input', `ms: expected whole milliseconds, 0 or more, got ${ms}`, { path: 'ms' });
  }
  if (calendar.alwaysOpen) return from + ms;
  let left = ms;
  for (const span of openSpans(calendar, from, from + HORIZON_MS)) {
    const start = Math.max(span.from, from);
    if (left <= span.to - start) return start + left;
    left -= span.to - start;
  }
  return null;
}

/**
 * Open milliseconds between two moments (epoch ms); 0 where `to` is not after `from`. The work grows with the days in
 * between: about ten milliseconds for a year.
 */
export function businessTimeBetween(calendar: BusinessCalendar, from: number, to: number): number {
  checkInstant('from', from);
  checkInstant('to', to);
  if (to <= from) return 0;
  if (calendar.alwaysOpen) return to - from;
  let sum = 0;
  for (const span of openSpans(calendar, from, to)) {
    sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
  }
  return sum;
}

function checkInstant(path: string, at: number): void {
  if (Number.isInteger(at) && Math.abs(at) <= MAX_AT) return;
  throw new FirstlineError('invalid_input', `${path}: expected epoch milliseconds, a whole number, got ${at}`, {
    path,
  });
}
