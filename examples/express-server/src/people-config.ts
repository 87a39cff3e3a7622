import {
  businessHours,
  type BusinessHoursDefinition,
  type Duration,
  isFirstlineError,
  parseDuration,
  type Priority,
  serviceLevel,
  type ServiceLevelDefinition,
  type ServiceTargetInput,
  type Weekday,
} from '@firstline/core';
import { z } from 'zod';

// What people promise is more than a word or a number, so it has a small notation. The library judges the values, and its
// words follow the part that is wrong.

const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

type Weekly = NonNullable<BusinessHoursDefinition['weekly']>;

/** `mon-fri 09:00-13:00, 14:00-18:00; sat 10:00-14:00` */
export const businessHoursText = z.string().transform((text, context): Weekly => {
  const weekly: Partial<Record<Weekday, readonly string[]>> = {};
  let readable = true;
  for (const [index, part] of partsOf(text, ';').entries()) {
    const [, first = '', intervals = ''] = /^(.*?)\s+(\d.*)$/.exec(part) ?? [];
    const days = daysOf(first);
    const open = partsOf(intervals, ',');
    const faults =
      days === null
        ? ['expected days and hours such as "mon-fri 09:00-18:00"']
        : faultsOf(() => businessHours({ timeZone: 'UTC', weekly: { mon: open } }));
    for (const fault of faults) context.addIssue(`part ${index + 1} ${fault}`);
    readable &&= faults.length === 0;
    for (const day of days ?? []) weekly[day] = [...(weekly[day] ?? []), ...open];
  }
  // Each part is good by itself; two of them may still be about the same hours.
  if (readable && faultsOf(() => businessHours({ timeZone: 'UTC', weekly })).length > 0) {
    context.addIssue('two parts overlap on the same day');
  }
  return weekly;
});

export const timeZoneText = z.string().superRefine((timeZone, context) => {
  for (const fault of faultsOf(() => businessHours({ timeZone }))) context.addIssue(fault);
});

/** `urgent=15m/4h, high=30m/8h`: first response and resolution, of which one may be left out. */
export const serviceLevelsText = z.string().transform((text, context): ServiceLevelDefinition => {
  const levels: Partial<Record<Priority, ServiceTargetInput>> = {};
  for (const [index, part] of partsOf(text, ',').entries()) {
    const [, name = '', first = '', second = ''] = /^(\w+)\s*=\s*([^/\s]*)\s*(?:\/\s*(\S*))?$/.exec(part) ?? [];
    const priority = PRIORITIES.find((known) => known === name.toLowerCase());
    const target = {
      ...(first === '' ? {} : { firstResponse: first as Duration }),
      ...(second === '' ? {} : { resolution: second as Duration }),
    };
    if (priority === undefined || Object.keys(target).length === 0) {
      context.addIssue(`part ${index + 1} expected ${PRIORITIES.join(', ')} with times such as "urgent=15m/4h"`);
    } else if (levels[priority] !== undefined) {
      context.addIssue(`part ${index + 1} is about a priority that was given already`);
    } else {
      levels[priority] = target;
      const faults = faultsOf(() => serviceLevel({ [priority]: target }));
      for (const fault of faults) context.addIssue(`part ${index + 1} ${fault}`);
    }
  }
  return levels;
});

/** `30m`, or `off`. */
export const durationOrOff = z.string().transform((text, context): Duration | false => {
  const word = text.trim().toLowerCase();
  if (word === 'off') return false;
  const ms = parseDuration(word);
  if (ms === null || ms <= 0) context.addIssue('expected a duration such as "30m" or "90d", or off');
  return ms ?? false;
});

function partsOf(text: string, separator: string): readonly string[] {
  const parts = text.split(separator).map((part) => part.trim());
  // One at the end separates nothing.
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
}

/** `mon-fri`, `mon,wed`, `sat`; a range may go over the end of the week. `null`: they are no days. */
function daysOf(text: string): readonly Weekday[] | null {
  const days = partsOf(text.toLowerCase(), ',').map((part) => {
    const [from = '', to = from, ...more] = part.split('-').map((day) => DAYS.indexOf(day.trim() as Weekday));
    if (typeof from !== 'number' || typeof to !== 'number' || from < 0 || to < 0 || more.length > 0) return [];
    const count = ((to - from + DAYS.length) % DAYS.length) + 1;
    return [...DAYS, ...DAYS].slice(from, from + count);
  });
  return days.length === 0 || days.some((some) => some.length === 0) ? null : [...new Set(days.flat())];
}

function faultsOf(judge: () => unknown): readonly string[] {
  try {
    judge();
    return [];
  } catch (error) {
    if (!isFirstlineError(error)) throw error;
    return [...new Set(error.issues.map(({ message }) => message))];
  }
}
