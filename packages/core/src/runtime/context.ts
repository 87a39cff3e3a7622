import type { Channel } from '../model/channel';
import type { Policy } from '../model/policy';
import type { Scenario } from '../model/scenario';
import type { TemplateValues } from '../policies/template';
import type { TemplateCatalog } from '../policies/template-catalog';
import type { Classifier } from '../ports/classifier';
import type { Clock } from '../ports/clock';
import type { IdSource } from '../ports/id-source';
import type { Logger } from '../ports/logger';
import type { RateLimiter } from '../ports/rate-limiter';
import type { Storage } from '../ports/storage';
import type { Transport } from '../ports/transport';
import type { Wakeups } from './wakeups';

/** What every verb of the runtime works with; put together once by `createEngine`. */
export interface EngineContext {
  readonly tenant: string;
  readonly policy: Policy;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  /** Fingerprint of the scenarios and texts, written into decision records. */
  readonly scenariosVersion: string;
  readonly templates: TemplateCatalog;
  /** How many different reminder texts there are. */
  readonly reminderTexts: number;
  /** The first is the last resort. */
  readonly locales: readonly string[];
  readonly variables: TemplateValues;
  readonly storage: Storage;
  readonly classifier: Classifier;
  /** Answers when `classifier` fails; `null` when `classifier` is the local one itself. */
  readonly fallback: Classifier | null;
  readonly transports: ReadonlyMap<string, Transport>;
  readonly defaultChannel: { readonly channel: Channel; readonly key: string } | null;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly wakeups: Wakeups;
}
