import { createHash } from 'node:crypto';
import { openaiModel } from '@firstline/adapter-openai';
import {
  type Cache,
  cached,
  type CachedClassifier,
  cascade,
  type ClassifiableScenario,
  type Clock,
  isFirstlineError,
  type LanguageModel,
  type LanguageModelClassifier,
  languageModelClassifier,
  localClassifier,
  type Logger,
  memoryCache,
  type RedactionPolicyOptions,
} from '@firstline/core';
import type { ModelConfig } from './model-config';
import { given } from './parse';

/** What the engine asks when a language model is configured, and what of it the health and the counts look at. */
export interface ModelCascade {
  readonly model: string;
  readonly classifier: CachedClassifier;
  readonly llm: Pick<LanguageModelClassifier, 'usage'>;
}

export interface CascadeParts {
  readonly scenarios: readonly ClassifiableScenario[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** As the engine's own. */
  readonly redact: RedactionPolicyOptions | undefined;
  /** Shared with other processes; `undefined`: this process remembers by itself. */
  readonly cache: Cache | undefined;
}

/** The local classifier first; the model is asked about what that is less sure of. */
const ACCEPT_AT = 0.7;

/** Local, then the model, and the answers of both remembered for a while. */
export function buildCascade(config: ModelConfig, parts: CascadeParts): ModelCascade {
  const { scenarios, clock, logger, redact, cache } = parts;
  const { name, apiKey, baseURL, price, dailyBudget } = config;
  const llm = languageModelClassifier({
    model: telling(openaiModel({ model: name, ...given({ apiKey: apiKey?.reveal(), baseURL, price }) }), logger),
    scenarios,
    clock,
    logger,
    // Processes that share the cache share the budget.
    ...given({ redact, cache }),
    ...(dailyBudget !== null && { budget: { usd: dailyBudget, per: '1d' } }),
  });
  const stages = cascade([localClassifier({ scenarios }), llm], { acceptAt: ACCEPT_AT });
  const version = versionOf(name, scenarios);
  const classifier = cached(stages, { ttl: '5m', version, cache: cache ?? memoryCache({ clock }) });
  return { model: name, classifier, llm };
}

/** A cascade passes over a stage that fails; without a line about it, nobody would learn that the key is wrong. */
function telling(model: LanguageModel, logger: Logger): LanguageModel {
  return {
    name: model.name,
    ...given({ price: model.price }),
    complete: (request) =>
      model.complete(request).catch((error: unknown) => {
        // Status and known code: by its port, what a model throws has neither keys nor texts in it.
        const reason = isFirstlineError(error) ? error.message : 'not known';
        logger.warn({ model: model.name, reason }, 'language model failed');
        throw error;
      }),
  };
}

/** Another model or another set answers anew. */
function versionOf(model: string, scenarios: readonly ClassifiableScenario[]): string {
  const told = scenarios.map(({ id, description, examples }) => [id, description, examples]);
  return createHash('sha256')
    .update(JSON.stringify([model, told]))
    .digest('hex');
}
