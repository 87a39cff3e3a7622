import { z } from 'zod';
import { issuesError } from '../errors';
import { type Duration, parseDuration } from '../model/duration';
import { zodIssues } from '../policies/define-scenarios';

/** What the detector has to know of a scenario; the scenarios of the engine may be given as they are. */
export interface OutageScenario {
  readonly id: string;
  /** Scenarios of one service are looked at together, and judged against the service's ordinary questions. */
  readonly service?: string | null | undefined;
  /** A report of a failure. The rest is the ordinary volume that failures are compared with. */
  readonly outage?: boolean | null | undefined;
}

export interface OutageDetectorOptions {
  readonly scenarios: readonly OutageScenario[];
  /**
   * How many false alarms a week are acceptable. The evidence asked for follows from it and from how many reports there
   * are to be mistaken about. Default 0.2; ten times as many alarms come a few minutes sooner.
   */
  readonly falseAlarmsPerWeek?: number;
  /** Fewer clients than this never make an outage, whatever they write: three may flood together. At least 4, default 4. */
  readonly minClients?: number;
  /** An outage that comes back within so long goes on as the same incident. Default `'45m'`, at most `'3h'`. */
  readonly reopenWithin?: Duration;
  /** Minutes that local time is ahead of UTC, so that days begin at midnight. Default 0. */
  readonly utcOffset?: number;
  /** Say `suspected` as well, on less evidence: for people to look at, not to tell clients. Default false. */
  readonly suspected?: boolean;
}

/** Checked, with defaults; JSON-safe, because a snapshot carries it. */
export interface OutageSettings {
  readonly scenarios: readonly { readonly id: string; readonly service: string | null; readonly outage: boolean }[];
  readonly falseAlarmsPerWeek: number;
  readonly minClients: number;
  readonly reopenMinutes: number;
  readonly utcOffset: number;
  readonly suspected: boolean;
}

const MINUTE = 60_000;
const LONGEST_REOPEN = 180 * MINUTE;

const schema = z.strictObject({
  scenarios: z
    .array(
      // Not strict: a scenario of the engine carries its texts as well.
      z.object({
        id: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
        service: z.string().nullish(),
        outage: z.boolean().nullish(),
      }),
    )
    .max(1_000, 'must be at most 1,000'),
  falseAlarmsPerWeek: z.number().min(0.001).max(100).optional(),
  minClients: z.int().min(4, 'must be at least 4: fewer clients are no outage').max(1_000).optional(),
  reopenWithin: z
    .custom<Duration>((value) => parseDuration(value) !== null, 'expected a duration such as "45m" or milliseconds')
    .refine((value) => (parseDuration(value) ?? 0) <= LONGEST_REOPEN, 'must be at most "3h"')
    .optional(),
  utcOffset: z.number().min(-840).max(840).optional(),
  suspected: z.boolean().optional(),
});

/** @throws FirstlineError `invalid_options`; its message and `issues` list every fault. */
export function outageSettings(options: OutageDetectorOptions): OutageSettings {
  const result = schema.safeParse(options);
  const issues = result.success ? [] : [...zodIssues('outageDetector', result.error)];
  const seen = new Set<string>();
  for (const [index, { id }] of (result.data?.scenarios ?? []).entries()) {
    if (seen.has(id)) {
      issues.push({ path: `outageDetector.scenarios[${index}].id`, message: `"${id}" is used twice` });
    }
    seen.add(id);
  }
  if (!result.success || issues.length > 0) {
    throw issuesError('invalid_options', 'The outage detector has faults:', issues);
  }
  const given = result.data;
  return {
    scenarios: given.scenarios.map(({ id, service, outage }) => ({
      id,
      service: service ?? null,
      outage: outage ?? false,
    })),
    falseAlarmsPerWeek: given.falseAlarmsPerWeek ?? 0.2,
    minClients: given.minClients ?? 4,
    reopenMinutes: Math.round((parseDuration(given.reopenWithin ?? '45m') ?? 0) / MINUTE),
    utcOffset: given.utcOffset ?? 0,
    suspected: given.suspected ?? false,
  };
}
