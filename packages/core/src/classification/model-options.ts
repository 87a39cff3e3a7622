import { FirstlineError } from '../errors';
import { type Duration, parseDuration } from '../model/duration';
import type { RedactionPolicyOptions } from '../policies/redaction/redaction-policy';
import type { Cache } from '../ports/cache';
import type { Clock } from '../ports/clock';
import type { Embedder } from '../ports/embedder';
import type { LanguageModel } from '../ports/language-model';
import type { Logger } from '../ports/logger';
import type { CircuitBreakerOptions } from './circuit-breaker';
import type { ConfidenceScale } from './confidence-scale';
import { redactorForModels } from './model-redaction';
import type { ExampleLimits } from './nearest-examples';
import type { TenantBudget } from './tenant-spending';
import type { ClassifiableScenario } from './training';

export interface LanguageModelClassifierOptions {
  readonly model: LanguageModel;
  /** What to tell apart. Descriptions matter more than ids; examples are shown to the model where they are near. */
  readonly scenarios: readonly ClassifiableScenario[];
  /** What the model should know about the desk: products, abbreviations, borders between scenarios. Default nothing. */
  readonly about?: string;
  /** Examples shown per message. Default 8 of together 2,000 characters; `most: 0` shows none. */
  readonly examples?: Partial<ExampleLimits>;
  /** Chooses the examples by meaning. Default: by words and letters they share with the message. */
  readonly embedder?: Embedder;
  /** Earlier messages of the conversation to show, 0 to 20. Default 4. */
  readonly recentMessages?: number;
  /** As `policy.privacy.redact`; give the same. Default: everything known is redacted. */
  readonly redact?: RedactionPolicyOptions;
  /** Characters of the message that are shown. Default 4,000. */
  readonly mostCharacters?: number;
  /** Of a whole classification: waiting, call and repeat. Keep it below `policy.classification.timeout`. Default `'6s'`. */
  readonly timeout?: Duration;
  /** Default 256; models that think before they answer need more. */
  readonly maxOutputTokens?: number;
  /** Calls at once; further messages wait within their time. Default 8. */
  readonly maxInFlight?: number;
  readonly breaker?: CircuitBreakerOptions;
  /**
   * What each tenant may spend: one budget for every tenant by itself, or a function that gives each its own, asked once
   * per tenant and process. Spent, it rejects without a call until the window ends. Default: none.
   */
  readonly budget?: TenantBudget;
  /** Counts the budget for all processes that share it. Default: each process has the budget for itself. */
  readonly cache?: Cache;
  /** Highest confidence taken from the model's own words while not calibrated. Default 0.9. */
  readonly statedCap?: number;
  /** What `calibrate` resolved to. Default: none. */
  readonly calibration?: ConfidenceScale;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
  /** Told when the circuit opens and closes. Default silent. */
  readonly logger?: Logger;
}

/** Options after checking, with every default filled in. */
export interface ModelSettings {
  readonly model: LanguageModel;
  readonly scenarios: readonly ClassifiableScenario[];
  readonly about: string;
  readonly examples: ExampleLimits;
  readonly embedder: Embedder | null;
  readonly recentMessages: number;
  readonly redact: (text: string) => string;
  readonly mostCharacters: number;
  readonly timeoutMs: number;
  readonly maxOutputTokens: number;
  readonly maxInFlight: number;
  readonly breaker: CircuitBreakerOptions;
  readonly budget: TenantBudget | null;
  readonly cache: Cache | null;
  readonly statedCap: number;
  readonly calibration: ConfidenceScale | null;
}

/** @throws FirstlineError `invalid_options` */
export function modelSettings(options: LanguageModelClassifierOptions): ModelSettings {
  const { model, scenarios } = options;
  if (typeof model?.complete !== 'function') throw invalid('model', 'a LanguageModel');
  if (!Array.isArray(scenarios) || scenarios.length === 0) throw invalid('scenarios', 'at least one scenario');
  const timeoutMs = parseDuration(options.timeout ?? '6s');
  if (timeoutMs === null || timeoutMs <= 0) throw invalid('timeout', 'a duration such as "6s"');
  const { statedCap = 0.9, calibration } = options;
  if (!(statedCap >= 0 && statedCap <= 1)) throw invalid('statedCap', 'a number from 0 to 1');
  if (calibration !== undefined && !(Number.isFinite(calibration.intercept) && calibration.slope > 0)) {
    throw invalid('calibration', 'what calibrate() resolved to');
  }
  return {
    model,
    scenarios,
    about: options.about ?? '',
    examples: {
      most: whole('examples.most', options.examples?.most ?? 8, 0, 100),
      mostCharacters: whole('examples.mostCharacters', options.examples?.mostCharacters ?? 2_000, 0, 100_000),
    },
    embedder: options.embedder ?? null,
    recentMessages: whole('recentMessages', options.recentMessages ?? 4, 0, 20),
    redact: redactorForModels(options.redact),
    mostCharacters: whole('mostCharacters', options.mostCharacters ?? 4_000, 1, 100_000),
    timeoutMs,
    maxOutputTokens: whole('maxOutputTokens', options.maxOutputTokens ?? 256, 16, 100_000),
    maxInFlight: whole('maxInFlight', options.maxInFlight ?? 8, 1, 10_000),
    breaker: options.breaker ?? {},
    budget: options.budget ?? null,
    cache: options.cache ?? null,
    statedCap,
    calibration: calibration ?? null,
  };
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, `a whole number from ${least} to ${most}`);
}

function invalid(path: string, expected: string): FirstlineError {
  return new FirstlineError('invalid_options', `languageModelClassifier: ${path}: expected ${expected}`, { path });
}
