import { type FirstlineIssue, isFirstlineError, issuesError } from '../errors';
import {
  buildTemplateCatalog,
  type TemplateCatalog,
  type TemplateCatalogOptions,
  type TemplateSourceText,
} from '../policies/templates/template-catalog';
import { overrideTemplates } from '../policies/templates/template-overrides';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { TemplateSource, TemplateTexts } from '../ports/template-source';
import type { TemplateChanges } from './template-changes';
import { TIME_IS_UP, withinTime } from './time-limit';

export interface TemplateStoreParams {
  /** The code's own; what the source does not have stays as it is here. */
  readonly templates: readonly TemplateSourceText[];
  readonly catalog: TemplateCatalogOptions;
  /** `null`: the code's templates are all there are. */
  readonly source: TemplateSource | null;
  /** How processes tell each other of changes. Default: they do not. */
  readonly changes?: TemplateChanges;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How old loaded texts may get before they are loaded again. Default one hour. */
  readonly maxAgeMs?: number;
}

export interface TemplateStatus {
  /** Fingerprint of all texts in use. */
  readonly version: string;
  /** When the texts in use were last loaded and found good (epoch ms); `null`: they are the code's own. */
  readonly loadedAt: number | null;
  /** Why what was last loaded is not in use; empty: it is. Never shows a text. */
  readonly faults: readonly FirstlineIssue[];
}

const MAX_AGE_MS = 3_600_000;
const LOAD_TIMEOUT_MS = 10_000;
const PAUSE_AFTER_FAILURE_MS = 60_000;

/**
 * The templates in use. They begin as the code's, and are replaced as a whole by what the source has once that has been
 * loaded and checked; until then, and whenever anything is wrong with it, the last good ones stay.
 *
 * | event                        | loads                                                                    |
 * |------------------------------|--------------------------------------------------------------------------|
 * | `ready`                      | at once; who calls it waits                                              |
 * | the source tells of a change | at once, nobody waits; during a load, once more after it                 |
 * | `refresh`                    | after `maxAgeMs`, or a minute after a load that failed; nobody waits      |
 * |                              | at once where another process was told of a change; nobody waits         |
 * | `stop`                       | nothing any more; a load under way is forgotten                          |
 */
export class TemplateStore {
  readonly #params: TemplateStoreParams;
  #catalog: TemplateCatalog;
  #loadedAt: number | null = null;
  #faults: readonly FirstlineIssue[] = [];
  #ready: Promise<void> | null = null;
  #running: Promise<void> | null = null;
  #looking: Promise<void> | null = null;
  #changed = false;
  #stopped = false;
  #lookedAt = 0;
  #goodForMs = 0;
  #unsubscribe: (() => void) | null = null;

  /** @throws FirstlineError `invalid_options` listing every fault of the code's templates. */
  constructor(params: TemplateStoreParams) {
    const { catalog, issues } = buildTemplateCatalog(params.templates, params.catalog);
    if (issues.length > 0) throw issuesError('invalid_options', 'The templates have faults:', issues);
    this.#params = params;
    this.#catalog = catalog;
  }

  /** The last good templates. Use one answer for a whole decision, so that `version` tells which texts it used. */
  current(): TemplateCatalog {
    return this.#catalog;
  }

  status(): TemplateStatus {
    return { version: this.#catalog.version, loadedAt: this.#loadedAt, faults: this.#faults };
  }

  /** What would be wrong with texts if the source had them; empty: they would be used. */
  check(texts: TemplateTexts): readonly FirstlineIssue[] {
    const { templates, catalog } = this.#params;
    const overridden = overrideTemplates(templates, texts);
    return [...overridden.issues, ...buildTemplateCatalog(overridden.templates, catalog).issues];
  }

  /** Loads for the first time. Repeated calls share one run. Never rejects: without a source the code's texts will do. */
  ready(): Promise<void> {
    this.#ready ??= this.#begin();
    return this.#ready;
  }

  /**
   * Called before each decision: has the texts loaded again, in the background, if they have got too old or were changed by
   * another process.
   */
  refresh(): void {
    const { source, clock, changes } = this.#params;
    if (source === null || this.#ready === null || this.#running !== null) return;
    const age = clock.now() - this.#lookedAt;
    // Time may jump back; then nothing is known about the age.
    if (age >= this.#goodForMs || age < 0) void this.#reload(source);
    else if (changes !== undefined) this.#looking ??= this.#look(source, changes);
  }

  /** Resolves when no load is under way. */
  async settled(): Promise<void> {
    while (this.#running !== null || this.#looking !== null) await Promise.all([this.#running, this.#looking]);
  }

  stop(): void {
    this.#stopped = true;
    try {
      this.#unsubscribe?.();
    } catch (error) {
      this.#params.logger.warn({ error: reason(error) }, 'the template source did not let go');
    }
    this.#unsubscribe = null;
  }

  #begin(): Promise<void> {
    const { source, logger } = this.#params;
    if (source === null || this.#stopped) return Promise.resolve();
    const changed = (): void => {
      this.#changed = true;
      void this.#reload(source);
    };
    try {
      this.#unsubscribe = source.subscribe?.(changed) ?? null;
    } catch (error) {
      logger.warn({ error: reason(error) }, 'the template source cannot be watched; it is asked every hour');
    }
    return this.#reload(source);
  }

  #reload(source: TemplateSource): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#running ??= this.#run(source);
    return this.#running;
  }

  /** What a load that began before a change has read may be old: then once more. */
  async #run(source: TemplateSource): Promise<void> {
    try {
      do {
        const told = this.#changed;
        this.#changed = false;
        await this.#load(source, told);
      } while (this.#changed && !this.#stopped);
    } finally {
      this.#running = null;
    }
  }

  async #look(source: TemplateSource, changes: TemplateChanges): Promise<void> {
    const isChanged = await changes.isAny();
    this.#looking = null;
    if (isChanged) await this.#reload(source);
  }

  async #load(source: TemplateSource, told: boolean): Promise<void> {
    const { clock, logger, changes, maxAgeMs = MAX_AGE_MS } = this.#params;
    let failure: string | null = null;
    try {
      const loading = (changes?.beforeLoad(told) ?? Promise.resolve()).then(() => source.load());
      const texts = await withinTime(clock, LOAD_TIMEOUT_MS, loading);
      if (this.#stopped) return;
      if (texts === TIME_IS_UP) failure = `no answer within ${LOAD_TIMEOUT_MS} ms`;
      else this.#take(texts);
    } catch (error) {
      if (this.#stopped) return;
      failure = reason(error);
    }
    this.#lookedAt = clock.now();
    this.#goodForMs = failure === null ? maxAgeMs : Math.min(maxAgeMs, PAUSE_AFTER_FAILURE_MS);
    if (failure === null) return;
    this.#faults = [{ path: 'templateSource', message: `could not be loaded: ${failure}` }];
    logger.warn({ error: failure }, 'could not load the templates; the last good ones stay');
  }

  #take(texts: TemplateTexts): void {
    const { templates, catalog: options, clock, logger } = this.#params;
    const overridden = overrideTemplates(templates, texts);
    const { catalog, issues } = buildTemplateCatalog(overridden.templates, options);
    this.#faults = [...overridden.issues, ...issues];
    if (this.#faults.length > 0) {
      logger.error({ faults: this.#faults }, 'the loaded templates have faults; the last good ones stay');
      return;
    }
    this.#loadedAt = clock.now();
    if (catalog.version === this.#catalog.version) return;
    this.#catalog = catalog;
    logger.info({ version: catalog.version }, 'the templates have changed');
  }
}

/** Others' messages may quote what they failed to read, as JSON.parse does. */
function reason(error: unknown): string {
  if (isFirstlineError(error)) return error.message;
  return error instanceof Error ? `${error.name}${'code' in error ? ` ${String(error.code)}` : ''}` : typeof error;
}
