import { z } from 'zod';
import { type FirstlineIssue, issuesError } from './errors';
import type { Alert } from './model/alert';
import type { Channel } from './model/channel';
import type { Policy } from './model/policy';
import type { ScenarioInput, Scenario } from './model/scenario';
import { type EngineTemplates } from './policies/templates/default-templates';
import { zodIssues } from './policies/define-scenarios';
import { strictObject } from './policies/strict-object';
import { buildPolicy, type PolicyOptions, policySchema } from './policies/policy-options';
import type { Cache } from './ports/cache';
import type { Classifier } from './ports/classifier';
import type { Clock } from './ports/clock';
import type { Dispatcher } from './ports/dispatcher';
import type { IdSource } from './ports/id-source';
import type { Logger } from './ports/logger';
import type { RateLimiter } from './ports/rate-limiter';
import type { Storage } from './ports/storage';
import type { TemplateSource } from './ports/template-source';
import type { Transport } from './ports/transport';

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
  /** Texts that may change while the engine runs; they take the place of those in the code. Default: none. */
  readonly templateSource?: TemplateSource;
  /** Values of the host's own template variables: `{ 'company.name': 'Acme' }`. */
  readonly variables?: Readonly<Record<string, string | number>>;
  /**
   * Whether people are there to answer, besides `policy.people.hours`: a client who needs one is told the truth. Asked for
   * every decision, so keep it a look at a variable. Default: they are.
   */
  readonly peopleAvailable?: () => boolean;
  /**
   * Told what somebody who runs the engine has to know, see `AlertKind`; at most once an hour for each kind and endpoint,
   * whichever process notices. Tell people on another way than the one that fails. What the hook throws is only logged.
   * The feed has the same as `alert.raised`. Default: nobody is told.
   */
  readonly onAlert?: (alert: Alert) => void | Promise<void>;
  /** Workspace inside the storage. Default `'default'`. */
  readonly tenant?: string;
  /** Says when to look for due work. Default `localDispatcher()`. */
  readonly dispatcher?: Dispatcher;
  /**
   * Keeps statistics (`engine.stats({ maxAge })`) and, where one is given, lets the processes that share it notice each other's
   * changes of templates within seconds; it shows in `engine.health()` and `engine.stats()`. Engines that share it have the same
   * storage, or differ in tenant. Answers of classifiers are remembered by `cached(classifier, { cache, version })`, because only
   * the host knows when they are void. Default `memoryCache()`.
   */
  readonly cache?: Cache;
  /** Default `memoryRateLimiter()`. */
  readonly rateLimiter?: RateLimiter;
  /** Default silent. A pino instance fits. */
  readonly logger?: Logger;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
  /** Default UUID version 7. */
  readonly ids?: IdSource;
}

const method = (name: string, made: string): z.ZodType =>
  z.custom((value) => typeof value === 'object' && value !== null && typeof (value as never)[name] === 'function', {
    error: ({ input }) => {
      if (typeof input === 'function') return `is a function; call it, as in ${made}`;
      if (typeof (input as { then?: unknown } | null)?.then === 'function') return 'is a promise; await it first';
      return `expected an object with the method ${name}(), such as ${made}`;
    },
  });

const optionsSchema = strictObject({
  scenarios: z.array(z.unknown(), 'expected a list of scenarios'),
  storage: method('accept', 'sqliteStorage({ … })').optional(),
  classifier: method('classify', 'localClassifier({ … })').optional(),
  transports: z
    .record(z.string().min(1), method('send', 'webhookTransport({ … })'), 'expected an object of transports by name')
    .optional(),
  defaultChannel: strictObject({ transport: z.string(), address: z.record(z.string(), z.unknown()) }).optional(),
  policy: policySchema.optional(),
  locales: z.array(z.string().min(1), 'expected a list such as ["en"]').min(1).optional(),
  templates: strictObject({
    greeting: z.unknown().optional(),
    clarification: z.unknown().optional(),
    escalationNotice: z.unknown().optional(),
    escalationQueued: z.unknown().optional(),
    unattended: z.unknown().optional(),
    incidentNotice: z.unknown().optional(),
    incidentResolved: z.unknown().optional(),
    invitation: z.unknown().optional(),
    farewell: z.unknown().optional(),
    reminders: z.array(z.unknown(), 'expected a list of texts').min(1).optional(),
  }).optional(),
  variables: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  templateSource: method('load', 'fileTemplates(…)').optional(),
  peopleAvailable: z.custom((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
  onAlert: z.custom((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
  tenant: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'expected 1 to 128 letters, digits or . : _ -')
    .optional(),
  dispatcher: method('notify', 'localDispatcher()').optional(),
  cache: method('get', 'memoryCache()').optional(),
  rateLimiter: method('consume', 'memoryRateLimiter()').optional(),
  logger: method('info', 'pino()').optional(),
  clock: method('now', 'systemClock()').optional(),
  ids: method('next', "{ next: () => '…' }").optional(),
});

/** Checks the shape of the options and builds the policy. All faults come in one `invalid_options` error. */
export function checkOptions(options: EngineOptions): Policy {
  const result = optionsSchema.safeParse(options);
  const issues: FirstlineIssue[] = result.success
    ? []
    : zodIssues('', result.error).map(({ path, message }) => ({ path: path || 'options', message }));
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
