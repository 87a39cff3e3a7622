import type { Alert } from '../model/alert';
import type { Channel } from '../model/channel';
import type { DecisionRecord } from '../model/decision';
import type { Policy } from '../model/policy';
import type { Scenario } from '../model/scenario';
import type { TemplateValues } from '../policies/templates/template';
import type { Cache } from '../ports/cache';
import type { Classifier } from '../ports/classifier';
import type { Clock } from '../ports/clock';
import type { Dispatcher } from '../ports/dispatcher';
import type { IdSource } from '../ports/id-source';
import type { Logger } from '../ports/logger';
import type { RateLimiter } from '../ports/rate-limiter';
import type { Storage } from '../ports/storage';
import type { Transport } from '../ports/transport';
import type { IncidentBook } from './incident-book';
import type { TemplateStore } from './template-store';
import type { Typing } from './typing';
import type { Wakeups } from './wakeups';

/** What every verb of the runtime works with; put together once by `createEngine`. */
export interface EngineContext {
  readonly tenant: string;
  readonly policy: Policy;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  /** Fingerprints of what decides now, written into decision records. */
  readonly versions: () => DecisionRecord['versions'];
  readonly templates: TemplateStore;
  /** How many different reminder texts there are. */
  readonly reminderTexts: number;
  /** The first is the last resort. */
  readonly locales: readonly string[];
  readonly variables: TemplateValues;
  /** The host's word on whether people are there to answer. */
  readonly peopleThere: () => boolean;
  readonly storage: Storage;
  readonly classifier: Classifier;
  /** Answers when `classifier` fails; `null` when `classifier` is the local one itself. */
  readonly fallback: Classifier | null;
  readonly transports: ReadonlyMap<string, Transport>;
  readonly defaultChannel: { readonly channel: Channel; readonly key: string } | null;
  readonly cache: Cache;
  readonly rateLimiter: RateLimiter;
  /** The host's own hook; it may fail. */
  readonly onAlert: (alert: Alert) => unknown;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly dispatcher: Dispatcher;
  readonly typing: Typing;
  readonly wakeups: Wakeups;
  /** Some scenario is the report of a failure, and outages are looked for. */
  readonly watchesOutages: boolean;
  readonly incidents: IncidentBook;
}
