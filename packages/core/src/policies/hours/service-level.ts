import { z } from 'zod';
import { issuesError } from '../../errors';
import type { BusinessCalendar } from '../../model/business-calendar';
import { type Duration, parseDuration } from '../../model/duration';
import type { Priority } from '../../model/scenario';
import type { ServiceTarget, ServiceTargets } from '../../model/service-targets';

import { addBusinessTime, businessTimeBetween } from './business-time';
import { zodIssues } from '../define-scenarios';

/** Promises per priority, in business time. A priority or a target that is left out is not promised. */
export type ServiceLevelDefinition = Partial<Record<Priority, ServiceTargetInput>>;

export interface ServiceTargetInput {
  /** From the opening of the ticket to the first answer of a person. */
  readonly firstResponse?: Duration;
  /** From the opening of the ticket until it is resolved. */
  readonly resolution?: Duration;
}

/** Time that does not count: waiting on the client, or resolved until it was reopened. `to: null`: not over yet. */
export interface ServicePause {
  readonly from: number;
  readonly to: number | null;
}

/** Times are epoch ms. What lies after `now` has not happened yet, but for the known end of a pause that has begun. */
export interface ServiceClockInput {
  readonly openedAt: number;
  /** In any order; they may overlap. */
  readonly pauses: readonly ServicePause[];
  readonly respondedAt: number | null;
  /** `null` again once reopened; the time in between is then one of the pauses. */
  readonly resolvedAt: number | null;
  readonly priority: Priority;
  readonly targets: ServiceTargets;
  readonly calendar: BusinessCalendar;
  readonly now: number;
}

export interface ServiceTimer {
  /** Epoch ms; `null` when nothing is promised, while paused in time, or when the calendar never gets there. */
  readonly dueAt: number | null;
  /** Not met at `dueAt`, or met later. What was met in time, at the latest then, never breaches. */
  readonly breached: boolean;
  /** Business time left, stopped once met and negative when late; `null` when nothing is promised. */
  readonly remainingMs: number | null;
}

export interface ServiceClock {
  /** Stopped by the first response, or by resolving without one. */
  readonly firstResponse: ServiceTimer;
  readonly resolution: ServiceTimer;
}

const durationSchema = z
  .custom<Duration>((value) => parseDuration(value) !== null, {
    error: 'expected a duration such as "30m", "4h" or milliseconds',
  })
  .refine((value) => (parseDuration(value) ?? 0) >= 1, 'must be longer than 0');
const targetSchema = z.strictObject({
  firstResponse: durationSchema.optional(),
  resolution: durationSchema.optional(),
});
const definitionSchema = z.strictObject({
  low: targetSchema.optional(),
  normal: targetSchema.optional(),
  high: targetSchema.optional(),
  urgent: targetSchema.optional(),
});

/**
 * Checks service targets. `'1d'` is 24 hours of business time, not a working day: write `'8h'` for that.
 *
 * @throws FirstlineError `invalid_options`; its message and `issues` list every fault.
 */
export function serviceLevel(definition: ServiceLevelDefinition): ServiceTargets {
  const result = definitionSchema.safeParse(definition);
  if (!result.success) {
    throw issuesError('invalid_options', 'The service level has faults:', zodIssues('serviceLevel', result.error));
  }
  const { low, normal, high, urgent } = result.data;
  return Object.freeze({ low: target(low), normal: target(normal), high: target(high), urgent: target(urgent) });
}

/**
 * How a ticket stands against its targets. Pure, and always from the whole history: nothing restarts when a ticket is
 * reopened, and a new priority is judged from the opening on.
 */
export function serviceClock(input: ServiceClockInput): ServiceClock {
  const { firstResponseMs, resolutionMs } = input.targets[input.priority];
  const resolvedAt = happened(input.resolvedAt, input.now);
  const respondedAt = happened(input.respondedAt, input.now);
  return {
    firstResponse: timer(input, firstResponseMs, earliest(respondedAt, resolvedAt)),
    resolution: timer(input, resolutionMs, resolvedAt),
  };
}

function timer(input: ServiceClockInput, targetMs: number | null, metAt: number | null): ServiceTimer {
  if (targetMs === null) return { dueAt: null, breached: false, remainingMs: null };
  const { calendar, openedAt } = input;
  const end = metAt ?? input.now;

  let dueAt: number | null = null;
  let elapsedMs = 0;
  let from: number | null = openedAt;
  for (const pause of pausesBefore(input.pauses, end)) {
    if (from === null) break;
    if (pause.to !== null && pause.to <= from) continue;
    const runMs = businessTimeBetween(calendar, from, pause.from);
    // Reached before the pause began: a later pause moves nothing, and what is late stays late.
    if (dueAt === null && targetMs - elapsedMs <= runMs) dueAt = addBusinessTime(calendar, from, targetMs - elapsedMs);
    elapsedMs += runMs;
    from = pause.to === null ? null : Math.max(pause.from, pause.to);
  }
  if (from !== null) {
    // Nothing may be left and still no time be known: when that time is beyond what addBusinessTime looks ahead.
    dueAt ??= addBusinessTime(calendar, from, Math.max(0, targetMs - elapsedMs));
    elapsedMs += businessTimeBetween(calendar, from, end);
  }
  // At the very moment it is due, it is late unless it is met.
  const breached = dueAt !== null && (metAt === null ? input.now >= dueAt : metAt > dueAt);
  return { dueAt, breached, remainingMs: targetMs - elapsedMs };
}

/** Those that had begun by `end`, in order. What happens after the clock stopped cannot move it. */
function pausesBefore(pauses: readonly ServicePause[], end: number): readonly ServicePause[] {
  return pauses.filter((pause) => pause.from < end).sort((a, b) => a.from - b.from);
}

function target(input: z.infer<typeof targetSchema> = {}): ServiceTarget {
  return Object.freeze({ firstResponseMs: toMs(input.firstResponse), resolutionMs: toMs(input.resolution) });
}

function toMs(duration: Duration | undefined): number | null {
  const ms = duration === undefined ? null : parseDuration(duration);
  return ms === null ? null : Math.round(ms);
}

function happened(at: number | null, now: number): number | null {
  return at !== null && at <= now ? at : null;
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
