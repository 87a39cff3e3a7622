import { z } from 'zod';
import { type FirstlineIssue, issuesError } from './errors';
import type { Channel } from './model/channel';
import { digest } from './model/digest';
import { type Duration, parseDuration } from './model/duration';
import { canonicalJson, type JsonValue } from './model/json';
import type { Policy } from './model/policy';
import type { ScenarioInput, Scenario } from './model/scenario';
import { type EngineTemplates } from './policies/default-templates';
import { zodIssues } from './policies/define-scenarios';
import type { Classifier } from './ports/classifier';
import type { Clock } from './ports/clock';
import type { IdSource } from './ports/id-source';
import type { Logger } from './ports/logger';
import type { RateLimiter } from './ports/rate-limiter';
import type { Storage } from './ports/storage';
import type { Transport } from './ports/transport';

/** Policy as a developer writes it: everything optional, durations as `'15m'` or milliseconds. See {@link Policy}. */
export interface PolicyOptions {
  readonly receiving?: {
    /** Characters after cleaning. Default 4,000. */
    readonly maxTextLength?: number;
    /** Default `'3s'`; 0 switches it off. See {@link Policy}. */
    readonly duplicateWindow?: Duration;
    /** Default 30 per `'1m'`; `false`: no limit. */
    readonly clientRateLimit?: { readonly limit: number; readonly window: Duration } | false;
    /** Default 600 per `'1m'`; `false`: no limit. */
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
  };
  /** Times after the bot's reply, growing. Default `['15m', '30m', '1d']`; `[]`: none. */
  readonly reminders?: readonly Duration[];
  /** How late a reminder may be sent. Default `'1h'`. */
  readonly reminderLateness?: Duration;
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
  };
  readonly work?: {
    /** Default `'60s'`. */
    readonly lease?: Duration;
    /** Default `'15s'`. */
    readonly wait?: Duration;
    /** Default `'1s'`. */
    readonly sweep?: Duration;
  };
}

/** What `createEngine` takes. Only `scenarios` is required. */
export interface EngineOptions {
  /** From `defineScenarios`, or the plain list, which is then checked the same way. */
  readonly scenarios: readonly (ScenarioInput | Scenario)[];
  /** Default `memoryStorage()`, which forgets everything when the process ends. */
  readonly storage?: Storage;
  /** Default `localClassifier()` trained from the scenarios' examples. */
  readonly classifier?: Classifier;
  /** By the name that `channel.transport` uses. Default: none; answers are then only returned by `receive`. */
  readonly transports?: Readonly<Record<string, Transport>>;
  /** For messages that come without a channel. Default: none. */
  readonly defaultChannel?: Channel;
  readonly policy?: PolicyOptions;
  /** Locales every text must exist in; the first is the last resort. Default: those of the scenarios' replies. */
  readonly locales?: readonly string[];
  /** Replaces some of the engine's own texts: greeting, escalation notice, reminders. */
  readonly templates?: Partial<EngineTemplates>;
  /** Values of the host's own template variables: `{ 'company.name': 'Acme' }`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Workspace inside the storage. Default `'default'`. */
  readonly tenant?: string;
  /** Default `memoryRateLimiter()`. */
  readonly rateLimiter?: RateLimiter;
  /** Default silent. A pino instance fits. */
  readonly logger?: Logger;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
  /** Default UUID version 7. */
  readonly ids?: IdSource;
}

const duration = z.custom<Duration>((value) => parseDuration(value) !== null, {
  error: 'expected a duration such as "30s", "15m", "1d" or milliseconds',
});
const positiveDuration = duration.refine((value) => (parseDuration(value) ?? 0) > 0, 'must be longer than 0');
const rateLimit = z.union([z.literal(false), z.strictObject({ limit: z.int().positive(), window: positiveDuration })]);
const growing = (values: readonly Duration[]): boolean =>
  values.every((value, index) => index === 0 || ms(value) > ms(values[index - 1] ?? 0));

const policySchema = z.strictObject({
  receiving: z
    .strictObject({
      maxTextLength: z.int().min(1).max(100_000).optional(),
      duplicateWindow: duration.optional(),
      clientRateLimit: rateLimit.optional(),
      sourceRateLimit: rateLimit.optional(),
    })
    .optional(),
  greeting: z.union([z.literal(false), z.strictObject({ again: positiveDuration.optional() })]).optional(),
  classification: z.strictObject({ timeout: positiveDuration.optional() }).optional(),
  escalation: z.strictObject({ minConfidence: z.number().min(0).max(1).optional() }).optional(),
  reminders: z
    .array(positiveDuration)
    .refine(growing, 'must grow from step to step; each is counted from the reply')
    .optional(),
  reminderLateness: positiveDuration.optional(),
  delivery: z
    .strictObject({
      retries: z.array(positiveDuration).optional(),
      jitter: z.number().min(0).lt(1).optional(),
      maxRetryAfter: positiveDuration.optional(),
      maxAge: positiveDuration.optional(),
      concurrency: z.int().min(1).max(1_000).optional(),
    })
    .optional(),
  work: z
    .strictObject({
      lease: positiveDuration.optional(),
      wait: duration.optional(),
      sweep: positiveDuration.optional(),
    })
    .optional(),
});

const method = (name: string): z.ZodType =>
  z.custom((value) => typeof value === 'object' && value !== null && typeof (value as never)[name] === 'function', {
    error: `expected an object with a ${name}() method`,
  });

const optionsSchema = z.strictObject({
  scenarios: z.array(z.unknown()),
  storage: method('accept').optional(),
  classifier: method('classify').optional(),
  transports: z.record(z.string().min(1), method('send')).optional(),
  defaultChannel: z.strictObject({ transport: z.string(), address: z.record(z.string(), z.unknown()) }).optional(),
  policy: policySchema.optional(),
  locales: z.array(z.string().min(1)).min(1).optional(),
  templates: z
    .strictObject({
      greeting: z.unknown().optional(),
      escalationNotice: z.unknown().optional(),
      reminders: z.array(z.unknown()).min(1).optional(),
    })
    .optional(),
  variables: z.record(z.string(), z.string()).optional(),
  tenant: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'expected 1 to 128 letters, digits or . : _ -')
    .optional(),
  rateLimiter: method('consume').optional(),
  logger: method('info').optional(),
  clock: method('now').optional(),
  ids: method('next').optional(),
});

/** Checks the shape of the options and builds the policy. All faults come in one `invalid_options` error. */
export function checkOptions(options: EngineOptions): Policy {
  const result = optionsSchema.safeParse(options);
  const issues: FirstlineIssue[] = result.success ? [] : [...zodIssues('', result.error)];
  if (issues.length > 0) throw issuesError('invalid_options', 'createEngine was given faulty options:', issues);
  const policy = buildPolicy(options.policy ?? {});
  const transports = Object.entries(options.transports ?? {});
  for (const [name, transport] of transports) {
    if (!(transport.timeoutMs + 5_000 <= policy.work.leaseMs)) {
      issues.push({
        path: 'policy.work.lease',
        message: `must exceed transport "${name}"'s timeout of ${transport.timeoutMs} ms by 5 s; otherwise two senders could hold one delivery`,
      });
    }
  }
  if (policy.classification.timeoutMs * 2 > policy.work.leaseMs) {
    issues.push({ path: 'policy.work.lease', message: 'must be at least twice policy.classification.timeout' });
  }
  if (issues.length > 0) throw issuesError('invalid_options', 'createEngine was given faulty options:', issues);
  return policy;
}

function buildPolicy(options: PolicyOptions): Policy {
  const { receiving, delivery, work } = options;
  const greeting = options.greeting ?? {};
  const policy: Omit<Policy, 'version'> = {
    receiving: {
      maxTextLength: receiving?.maxTextLength ?? 4_000,
      duplicateWindowMs: ms(receiving?.duplicateWindow ?? '3s'),
      clientRateLimit: limit(receiving?.clientRateLimit ?? { limit: 30, window: '1m' }),
      sourceRateLimit: limit(receiving?.sourceRateLimit ?? { limit: 600, window: '1m' }),
    },
    greeting: {
      enabled: greeting !== false,
      againAfterMs: greeting === false || greeting.again === undefined ? null : ms(greeting.again),
    },
    classification: { timeoutMs: ms(options.classification?.timeout ?? '10s') },
    escalation: { minConfidence: options.escalation?.minConfidence ?? 0.4 },
    reminders: {
      ladderMs: (options.reminders ?? ['15m', '30m', '1d']).map(ms),
      maxLatenessMs: ms(options.reminderLateness ?? '1h'),
    },
    delivery: {
      ladderMs: (delivery?.retries ?? ['5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h']).map(ms),
      jitter: delivery?.jitter ?? 0.2,
      maxRetryAfterMs: ms(delivery?.maxRetryAfter ?? '1h'),
      maxAgeMs: ms(delivery?.maxAge ?? '5d'),
      concurrency: delivery?.concurrency ?? 32,
    },
    work: {
      leaseMs: ms(work?.lease ?? '60s'),
      waitMs: ms(work?.wait ?? '15s'),
      sweepMs: ms(work?.sweep ?? '1s'),
    },
  };
  const version = digest(canonicalJson(policy as unknown as JsonValue)).slice(0, 12);
  return Object.freeze({ version, ...policy });
}

function limit(
  given: { readonly limit: number; readonly window: Duration } | false,
): Policy['receiving']['clientRateLimit'] {
  return given === false ? null : { limit: given.limit, windowMs: ms(given.window) };
}

function ms(value: Duration): number {
  return parseDuration(value) ?? 0;
}
