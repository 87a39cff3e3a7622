// Why this library: Node 20 has no Temporal, Intl turns instants into wall clocks but not back, and offsets are not ours
// to compute. temporal-polyfill is MIT, typed, about 20 kB zipped, takes its zones from Intl, and is the coming standard,
// so that one day this import can go. @date-fns/tz is smaller but leans on the machine's own zone and is wrong around its
// changes (date-fns/tz#13); luxon cannot name the end of a skipped hour. Version 0.3 because 1.x cannot be required
// from CommonJS everywhere (Jest), and core can.
import { Temporal } from 'temporal-polyfill';
import type { BusinessCalendar, OpenInterval } from '../../model/business-calendar';

/** Epoch milliseconds; open from the first to just before the second. */
export interface OpenSpan {
  readonly from: number;
  readonly to: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The open times that end after `from`, in order, as far as they start before or at `until`. Lazy: whoever stops early
 * pays for the days seen. A calendar without any hours yields nothing at once.
 *
 * Where clocks change, wall-clock hours are kept and their length follows: a minute that is skipped is the moment after
 * the gap, a minute that occurs twice is its first occurrence.
 */
export function* openSpans(calendar: BusinessCalendar, from: number, until: number): Generator<OpenSpan, void> {
  if (neverOpens(calendar)) return;
  const { timeZone } = calendar;
  // One day more on both sides: where midnight itself occurs twice, the date goes back as well.
  const last = localDate(until, timeZone).add({ days: 1 });
  let date = localDate(from, timeZone).subtract({ days: 1 });
  let midnight: number | null = null;
  while (Temporal.PlainDate.compare(date, last) <= 0) {
    const next = date.add({ days: 1 });
    const hours = hoursOn(calendar, date);
    if (hours.length === 0) {
      midnight = null;
    } else {
      const start: number = midnight ?? startOf(date, timeZone);
      midnight = startOf(next, timeZone);
      for (const interval of hours) {
        const span = spanOf(interval, { date, start, end: midnight, timeZone });
        if (span.from > until) return;
        if (span.to > from && span.to > span.from) yield span;
      }
    }
    date = next;
  }
}

function neverOpens(calendar: BusinessCalendar): boolean {
  return [...calendar.weekly, ...Object.values(calendar.holidays)].every((hours) => hours.length === 0);
}

function hoursOn(calendar: BusinessCalendar, date: Temporal.PlainDate): readonly OpenInterval[] {
  return calendar.holidays[date.toString()] ?? calendar.weekly[date.dayOfWeek - 1] ?? [];
}

function spanOf(
  { fromMinute, toMinute }: OpenInterval,
  day: { readonly date: Temporal.PlainDate; readonly start: number; readonly end: number; readonly timeZone: string },
): OpenSpan {
  // On nearly every day the clocks do not change, and the wall clock shows the time since midnight. Asking the library
  // for each minute would cost four times as much.
  const regular = day.end - day.start === DAY_MS;
  const at = (minute: number): number => {
    if (minute === 0) return day.start;
    if (minute === DAY_MS / MINUTE_MS) return day.end;
    return regular ? day.start + minute * MINUTE_MS : instantOf(day.date, minute, day.timeZone);
  };
  return { from: at(fromMinute), to: at(toMinute) };
}

function localDate(at: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
}

function startOf(date: Temporal.PlainDate, timeZone: string): number {
  return date.toZonedDateTime(timeZone).epochMilliseconds;
}

/** When the clocks of the zone show that minute of that day; see {@link openSpans} for those they skip or repeat. */
function instantOf(date: Temporal.PlainDate, minute: number, timeZone: string): number {
  const wall = date.toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 });
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(wall)) return zoned.epochMilliseconds;
  // In a gap, "earlier" is as far before the change as the gap is long: the next change is the end of the gap.
  return (zoned.getTimeZoneTransition('next') ?? zoned).epochMilliseconds;
}
