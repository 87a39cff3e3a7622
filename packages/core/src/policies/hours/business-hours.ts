import { z } from 'zod';
import { type FirstlineIssue, issuesError } from '../../errors';
import type { BusinessCalendar, OpenInterval } from '../../model/business-calendar';
import { zodIssues } from '../define-scenarios';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const INTERVAL = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const DAY_MINUTES = 1_440;

export type Weekday = (typeof WEEKDAYS)[number];

/** A calendar as a developer writes it. Wall-clock intervals such as `'09:00-13:00'`; `'24:00'` may end one. */
export interface BusinessHoursDefinition {
  /** Of the IANA database, for example `'Europe/Berlin'`. Default `'UTC'`; required as soon as hours are given. */
  readonly timeZone?: string;
  /** A day that is left out is closed; a night shift is written as two intervals. Default: open day and night. */
  readonly weekly?: Partial<Record<Weekday, readonly string[]>>;
  /** ISO dates, closed all day or with hours of their own instead of the weekday's. Default none. */
  readonly holidays?: readonly (string | { readonly date: string; readonly open: readonly string[] })[];
}

const intervalSchema = z
  .string()
  .refine((text) => parseInterval(text) !== null, 'expected an interval such as "09:00-17:30", between 00:00 and 24:00')
  .refine((text) => {
    const interval = parseInterval(text);
    return interval === null || interval.fromMinute < interval.toMinute;
  }, 'ends before it starts; write hours over midnight as two, until 24:00 and from 00:00');

const intervalsSchema = z.array(intervalSchema).superRefine((texts, context) => {
  const parsed = texts.map(parseInterval);
  for (const [index, one] of parsed.entries()) {
    const overlaps = parsed.slice(0, index).some((other) => one !== null && other !== null && overlap(one, other));
    if (overlaps) context.addIssue({ code: 'custom', path: [index], message: 'overlaps another interval of the day' });
  }
});

const dateSchema = z.iso.date('expected a date such as "2026-12-24"');

const holidaysSchema = z
  .array(
    z.union([dateSchema, z.strictObject({ date: dateSchema, open: intervalsSchema })], {
      error: 'expected a date such as "2026-12-24", or { date, open } with its own hours',
    }),
  )
  .superRefine((holidays, context) => {
    const dates = holidays.map((holiday) => (typeof holiday === 'string' ? holiday : holiday.date));
    for (const [index, date] of dates.entries()) {
      if (dates.indexOf(date) === index) continue;
      context.addIssue({ code: 'custom', path: [index], message: `"${date}" is given twice` });
    }
  });

const definitionSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'is not a time zone of the IANA database; write for example "Europe/Berlin"')
    .optional(),
  weekly: z.partialRecord(z.enum(WEEKDAYS), intervalsSchema).optional(),
  holidays: holidaysSchema.optional(),
});

/**
 * Checks a calendar of opening hours. Without a definition, or without `weekly` and `holidays`, it is always open.
 *
 * @throws FirstlineError `invalid_options`; its message and `issues` list every fault: unknown zone, malformed or
 * overlapping intervals, an end that is not after its start, impossible dates, unknown members.
 */
export function businessHours(definition: BusinessHoursDefinition = {}): BusinessCalendar {
  const result = definitionSchema.safeParse(definition);
  const issues: FirstlineIssue[] = result.success ? [] : [...zodIssues('businessHours', result.error)];
  if (lacksTimeZone(definition)) {
    issues.push({ path: 'businessHours.timeZone', message: 'is missing; say in which time zone the hours are meant' });
  }
  if (!result.success || issues.length > 0) {
    throw issuesError('invalid_options', 'The business hours have faults:', issues);
  }

  const { timeZone = 'UTC', weekly, holidays = [] } = result.data;
  const days = WEEKDAYS.map((day) => intervals(weekly === undefined ? ['00:00-24:00'] : (weekly[day] ?? [])));
  const exceptions = holidays.map((holiday) =>
    typeof holiday === 'string' ? [holiday, intervals([])] : [holiday.date, intervals(holiday.open)],
  );
  return Object.freeze({
    timeZone,
    weekly: Object.freeze(days),
    holidays: Object.freeze(Object.fromEntries(exceptions) as Record<string, readonly OpenInterval[]>),
    alwaysOpen: [...days, ...exceptions.map(([, open]) => open as readonly OpenInterval[])].every(isWholeDay),
  });
}

/** Hours without a zone would silently be UTC: right in the tests of one country and wrong in the others. */
function lacksTimeZone(definition: unknown): boolean {
  if (typeof definition !== 'object' || definition === null) return false;
  const { timeZone, weekly, holidays } = definition as BusinessHoursDefinition;
  return timeZone === undefined && (weekly !== undefined || holidays !== undefined);
}

function isTimeZone(text: string): boolean {
  // An offset such as "+02:00" is accepted by some platforms, but knows no summer time.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function parseInterval(text: string): OpenInterval | null {
  const match = INTERVAL.exec(text);
  if (match === null) return null;
  const [, fromHour, fromMinute, toHour, toMinute] = match;
  return {
    fromMinute: Number(fromHour) * 60 + Number(fromMinute),
    toMinute: toHour === undefined ? DAY_MINUTES : Number(toHour) * 60 + Number(toMinute),
  };
}

function overlap(a: OpenInterval, b: OpenInterval): boolean {
  return a.fromMinute < b.toMinute && b.fromMinute < a.toMinute;
}

/** In order; intervals that touch become one. */
function intervals(texts: readonly string[]): readonly OpenInterval[] {
  const parsed = texts.map(parseInterval).filter((interval) => interval !== null);
  const joined: OpenInterval[] = [];
  for (const interval of parsed.sort((a, b) => a.fromMinute - b.fromMinute)) {
    const last = joined.at(-1);
    if (last?.toMinute === interval.fromMinute) {
      joined[joined.length - 1] = { fromMinute: last.fromMinute, toMinute: interval.toMinute };
    } else joined.push(interval);
  }
  return Object.freeze(joined.map((interval) => Object.freeze(interval)));
}

function isWholeDay(hours: readonly OpenInterval[]): boolean {
  return hours[0]?.fromMinute === 0 && hours[0].toMinute === DAY_MINUTES;
}
