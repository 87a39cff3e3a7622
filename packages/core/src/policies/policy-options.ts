import { z } from 'zod';
import { strictObject } from './strict-object';
import { digest } from '../model/digest';
import { type Duration, parseDuration } from '../model/duration';
import { canonicalJson, type JsonValue } from '../model/json';
import type { EscalationRule, Policy } from '../model/policy';
import { businessHours, type BusinessHoursDefinition } from './hours/business-hours';
import { BUILT_IN_RULES } from './escalation';
import {
  buildRedactionPolicy,
  redactionData,
  type RedactionPolicyOptions,
  redactionPolicySchema,
} from './redaction/redaction-policy';
import { serviceLevel, type ServiceLevelDefinition } from './hours/service-level';

/** Policy as a developer writes it: everything optional, durations as `'15m'` or milliseconds. See {@link Policy}. */
export interface PolicyOptions {
  readonly receiving?: {
    /** Characters after cleaning. Default 4,000. */
    readonly maxTextLength?: number;
    /** Default `'3s'`; 0 switches it off. See {@link Policy}. */
    readonly duplicateWindow?: Duration;
    /** Default 60 per `'1m'`; `false`: no limit. */
    readonly clientRateLimit?: { readonly limit: number; readonly window: Duration } | false;
    /** Default 6,000 per `'1m'`; `false`: no limit. */
    readonly sourceRateLimit?: { readonly limit: number; readonly window: Duration } | false;
  };
  /** Default: once per client, for ever. `{ again: '30d' }` greets anew after so long; `false` never greets. */
  readonly greeting?: { readonly again?: Duration } | false;
  readonly classification?: {
    /** Default `'10s'`. */
    readonly timeout?: Duration;
  };
  readonly escalation?: {
    /** In [0, 1]. Default 0.4. */
    readonly minConfidence?: number;
    /** In [0, 1]. Default 0.05. */
    readonly minGap?: number;
    /** At least 1. Default 1. */
    readonly unknownAfter?: number;
    /** Default 3 within `'24h'`; `false`: repeats are not counted. */
    readonly repeats?: { readonly count?: number; readonly window?: Duration } | false;
    /** Default 20 messages within `'5m'`; `false`: never. */
    readonly loopGuard?: { readonly limit: number; readonly window: Duration } | false;
    /** Default true. */
    readonly negativeWording?: boolean;
    /** Own reasons to call a person. Default none. */
    readonly rules?: readonly EscalationRule[];
  };
  /**
   * On transports where people chat, what a client writes within the quiet window is decided together, at the latest after
   * `maxWait`. Default `{ quiet: '3s', maxWait: '12s' }`; `false`: every message by itself.
   */
  readonly turns?: { readonly quiet?: Duration; readonly maxWait?: Duration } | false;
  readonly people?: {
    /** When people are there. Default: always. */
    readonly hours?: BusinessHoursDefinition;
    /** First response and resolution per priority, in business time. Default: nothing is promised. */
    readonly serviceLevels?: ServiceLevelDefinition;
    /** A person who owns a conversation and says nothing for so long loses it. Default `'30m'`; `false`: never. */
    readonly silentAfter?: Duration | false;
  };
  readonly privacy?: {
    /**
     * Card numbers, addresses, phones and tokens are taken out of what language models and logs get to see; what is
     * stored stays as it came. Default: on for both.
     */
    readonly redact?: RedactionPolicyOptions;
  };
  readonly retention?: {
    /** Conversations nobody wrote in for so long are removed whole. Default `false`: kept for ever. */
    readonly conversations?: Duration | false;
    /** Entries of the feed. Default `'90d'`; `false`: kept for ever. */
    readonly events?: Duration | false;
    /** How often what is old is looked for. Default `'1h'`. */
    readonly every?: Duration;
  };
  /** Times after the bot's reply, growing. Default `['15m', '30m', '1d']`; `[]`: none. */
  readonly reminders?: readonly Duration[];
  /** How late a reminder may be sent. Default `'1h'`. */
  readonly reminderLateness?: Duration;
  /** What the bot asked for and did not get, so long after the last reminder, goes to a person. Default `'1d'`. */
  readonly handOverAfter?: Duration;
  /** Mass outages. `false`: none are looked for. */
  readonly outage?:
    | {
        /** Default `'auto'`: clients are told as soon as the detector is sure; `'operator'`: when somebody has confirmed. */
        readonly confirm?: 'auto' | 'operator';
        /** Clients told of an incident that nobody has confirmed. Default 1,000; `false`: any number. */
        readonly unconfirmedLimit?: number | false;
        /** 0.001 to 100. Default 0.2. */
        readonly falseAlarmsPerWeek?: number;
        /** Different clients who have to report it; at least 4. Default 4. */
        readonly minClients?: number;
        /** An outage that comes back within so long goes on as the same incident. Default `'45m'`, at most `'3h'`. */
        readonly reopenWithin?: Duration;
        /** Minutes that local time is ahead of UTC. Default 0. */
        readonly utcOffset?: number;
        /** A minute is judged so long after its end. Default `'20s'`. */
        readonly grace?: Duration;
        /** Who was told that it is over and reports it again within this time is sent to a person. Default `'24h'`. */
        readonly stillBroken?: Duration;
      }
    | false;
  readonly delivery?: {
    /** Pauses between attempts. Default `['5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h']`. */
    readonly retries?: readonly Duration[];
    /** In [0, 1). Default 0.2. */
    readonly jitter?: number;
    /** Default `'1h'`. */
    readonly maxRetryAfter?: Duration;
    /** How long a message is worth delivering. Default `'5d'`. */
    readonly maxAge?: Duration;
    /** Default 32. */
    readonly concurrency?: number;
    /** Default 8. */
    readonly perEndpoint?: number;
    /** Default `'5m'`. */
    readonly lateAfter?: Duration;
  };
  readonly work?: {
    /** Default `'90s'`. */
    readonly lease?: Duration;
    /** Default 32. */
    readonly concurrency?: number;
    /** Default `'15s'`. */
    readonly wait?: Duration;
    /** Default `'1s'`. */
    readonly sweep?: Duration;
  };
}

const duration = z.custom<Duration>((value) => parseDuration(value) !== null, {
  error: 'expected a duration such as "30s", "15m", "1d" or milliseconds',
});
const positiveDuration = duration.refine((value) => (parseDuration(value) ?? 0) > 0, 'must be longer than 0');
const rateLimit = z.union([z.literal(false), strictObject({ limit: z.int().positive(), window: positiveDuration })]);
const growing = (values: readonly Duration[]): boolean =>
  values.every((value, index) => index === 0 || ms(value) > ms(values[index - 1] ?? 0));

const ruleSchema = strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected small letters, digits and hyphens, for example "vip-client"')
    .refine((id) => !BUILT_IN_RULES.includes(id), 'is the id of a built-in rule'),
  when: z.custom((value) => typeof value === 'function', { error: 'expected a function' }),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
});

export const policySchema = strictObject({
  receiving: z
    .strictObject({
      maxTextLength: z.int().min(1).max(100_000).optional(),
      duplicateWindow: duration.optional(),
      clientRateLimit: rateLimit.optional(),
      sourceRateLimit: rateLimit.optional(),
    })
    .optional(),
  greeting: z.union([z.literal(false), strictObject({ again: positiveDuration.optional() })]).optional(),
  classification: strictObject({ timeout: positiveDuration.optional() }).optional(),
  escalation: z
    .strictObject({
      minConfidence: z.number().min(0).max(1).optional(),
      minGap: z.number().min(0).max(1).optional(),
      unknownAfter: z.int().min(1).optional(),
      repeats: z
        .union([
          z.literal(false),
          strictObject({ count: z.int().min(2).optional(), window: positiveDuration.optional() }),
        ])
        .optional(),
      loopGuard: z
        .union([z.literal(false), strictObject({ limit: z.int().min(2).max(200), window: positiveDuration })])
        .optional(),
      negativeWording: z.boolean().optional(),
      rules: z.array(ruleSchema).optional(),
    })
    .optional(),
  turns: z
    .union([
      z.literal(false),
      strictObject({ quiet: positiveDuration.optional(), maxWait: positiveDuration.optional() }),
    ])
    .optional(),
  people: z
    .strictObject({
      // Both check themselves, see `buildPeople`.
      hours: z.custom<BusinessHoursDefinition>((value) => typeof value === 'object').optional(),
      serviceLevels: z.custom<ServiceLevelDefinition>((value) => typeof value === 'object').optional(),
      silentAfter: z.union([z.literal(false), positiveDuration]).optional(),
    })
    .optional(),
  privacy: strictObject({ redact: redactionPolicySchema.optional() }).optional(),
  retention: z
    .strictObject({
      conversations: z.union([z.literal(false), positiveDuration]).optional(),
      events: z.union([z.literal(false), positiveDuration]).optional(),
      every: positiveDuration.optional(),
    })
    .optional(),
  reminders: z
    .array(positiveDuration, 'expected a list of durations; [] for none')
    .refine(growing, 'must grow from step to step; each is counted from the reply')
    .optional(),
  reminderLateness: positiveDuration.optional(),
  handOverAfter: positiveDuration.optional(),
  outage: z
    .union([
      z.literal(false),
      strictObject({
        confirm: z.enum(['auto', 'operator']).optional(),
        unconfirmedLimit: z.union([z.literal(false), z.int().min(1)]).optional(),
        falseAlarmsPerWeek: z.number().min(0.001).max(100).optional(),
        minClients: z.int().min(4).max(1_000).optional(),
        reopenWithin: duration.refine((value) => ms(value) <= 10_800_000, 'must be at most "3h"').optional(),
        utcOffset: z.number().min(-840).max(840).optional(),
        grace: duration.optional(),
        stillBroken: duration.optional(),
      }),
    ])
    .optional(),
  delivery: z
    .strictObject({
      retries: z.array(positiveDuration, 'expected a list of durations; [] for none').optional(),
      jitter: z.number().min(0).lt(1).optional(),
      maxRetryAfter: positiveDuration.optional(),
      maxAge: positiveDuration.optional(),
      concurrency: z.int().min(1).max(1_000).optional(),
      perEndpoint: z.int().min(1).max(1_000).optional(),
      lateAfter: positiveDuration.optional(),
    })
    .optional(),
  work: z
    .strictObject({
      lease: positiveDuration.optional(),
      concurrency: z.int().min(1).optional(),
      wait: duration.optional(),
      sweep: positiveDuration.optional(),
    })
    .optional(),
});

/** The policy with every default filled in and every duration in milliseconds. `options` must have passed the schema. */
export function buildPolicy(options: PolicyOptions): Policy {
  const { receiving, delivery, work } = options;
  const greeting = options.greeting ?? {};
  const policy: Omit<Policy, 'version'> = {
    receiving: {
      maxTextLength: receiving?.maxTextLength ?? 4_000,
      duplicateWindowMs: ms(receiving?.duplicateWindow ?? '3s'),
      clientRateLimit: limit(receiving?.clientRateLimit ?? { limit: 60, window: '1m' }),
      sourceRateLimit: limit(receiving?.sourceRateLimit ?? { limit: 6_000, window: '1m' }),
    },
    greeting: {
      enabled: greeting !== false,
      againAfterMs: greeting === false || greeting.again === undefined ? null : ms(greeting.again),
    },
    classification: { timeoutMs: ms(options.classification?.timeout ?? '10s') },
    escalation: buildEscalation(options.escalation ?? {}),
    turns: buildTurns(options.turns ?? {}),
    people: buildPeople(options.people ?? {}),
    privacy: buildRedactionPolicy(options.privacy?.redact),
    retention: {
      conversationsMs: msOrNull(options.retention?.conversations ?? false),
      eventsMs: msOrNull(options.retention?.events ?? '90d'),
      everyMs: ms(options.retention?.every ?? '1h'),
    },
    reminders: {
      ladderMs: (options.reminders ?? ['15m', '30m', '1d']).map(ms),
      maxLatenessMs: ms(options.reminderLateness ?? '1h'),
      handOverAfterMs: ms(options.handOverAfter ?? '1d'),
    },
    outage: buildOutage(options.outage ?? {}),
    delivery: {
      ladderMs: (delivery?.retries ?? ['5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h']).map(ms),
      jitter: delivery?.jitter ?? 0.2,
      maxRetryAfterMs: ms(delivery?.maxRetryAfter ?? '1h'),
      maxAgeMs: ms(delivery?.maxAge ?? '5d'),
      concurrency: delivery?.concurrency ?? 32,
      perEndpoint: delivery?.perEndpoint ?? 8,
      lateAfterMs: ms(delivery?.lateAfter ?? '5m'),
    },
    work: {
      leaseMs: ms(work?.lease ?? '90s'),
      waitMs: ms(work?.wait ?? '15s'),
      concurrency: work?.concurrency ?? 32,
      sweepMs: ms(work?.sweep ?? '1s'),
    },
  };
  // Own rules are code; of them the version can only know which there are.
  const rules = policy.escalation.rules.map(({ id, priority = null }) => ({ id, priority }));
  const privacy = redactionData(policy.privacy);
  const data = { ...policy, privacy, escalation: { ...policy.escalation, rules } };
  const version = digest(canonicalJson(data as unknown as JsonValue)).slice(0, 12);
  return Object.freeze({ version, ...policy });
}

function buildEscalation(options: NonNullable<PolicyOptions['escalation']>): Policy['escalation'] {
  const { repeats = {} } = options;
  return {
    minConfidence: options.minConfidence ?? 0.4,
    minGap: options.minGap ?? 0.05,
    unknownAfter: options.unknownAfter ?? 1,
    repeats: repeats === false ? null : { count: repeats.count ?? 3, windowMs: ms(repeats.window ?? '24h') },
    loopGuard: limit(options.loopGuard ?? { limit: 20, window: '5m' }),
    negativeWording: options.negativeWording ?? true,
    rules: options.rules ?? [],
  };
}

function buildTurns(options: Exclude<PolicyOptions['turns'], undefined>): Policy['turns'] {
  const { quiet = '3s', maxWait = '12s' } = options === false ? {} : options;
  return { quietMs: ms(quiet), maxWaitMs: ms(maxWait), enabled: options !== false };
}

function buildPeople(options: NonNullable<PolicyOptions['people']>): Policy['people'] {
  return {
    hours: businessHours(options.hours),
    serviceLevels: options.serviceLevels === undefined ? null : serviceLevel(options.serviceLevels),
    silentAfterMs: msOrNull(options.silentAfter ?? '30m'),
  };
}

function buildOutage(options: Exclude<PolicyOptions['outage'], undefined>): Policy['outage'] {
  const given = options === false ? {} : options;
  const { unconfirmedLimit = 1_000 } = given;
  return {
    enabled: options !== false,
    confirm: given.confirm ?? 'auto',
    unconfirmedLimit: unconfirmedLimit === false ? null : unconfirmedLimit,
    falseAlarmsPerWeek: given.falseAlarmsPerWeek ?? 0.2,
    minClients: given.minClients ?? 4,
    reopenWithinMs: ms(given.reopenWithin ?? '45m'),
    utcOffset: given.utcOffset ?? 0,
    graceMs: ms(given.grace ?? '20s'),
    stillBrokenMs: ms(given.stillBroken ?? '24h'),
  };
}

function msOrNull(value: Duration | false): number | null {
  return value === false ? null : ms(value);
}

function limit(
  given: { readonly limit: number; readonly window: Duration } | false,
): Policy['receiving']['clientRateLimit'] {
  return given === false ? null : { limit: given.limit, windowMs: ms(given.window) };
}

function ms(value: Duration): number {
  return parseDuration(value) ?? 0;
}
