import type { JsonObject, JsonValue } from '../model/json';

export interface LanguageModelRequest {
  /** What the model is to do; written by the engine, never by a customer. */
  readonly instructions: string;
  /** What it is to do that with; customers' texts are fenced in it as data. */
  readonly input: string;
  /** The answer is JSON of this schema, strictly: every property required, none besides. */
  readonly schema: { readonly name: string; readonly definition: JsonObject };
  readonly maxOutputTokens: number;
  /** Property of the answer whose probability is wanted, where the model can tell it. */
  readonly probabilityOf?: string;
  /** Aborted when the time limit is over; an implementation must stop its work then. */
  readonly signal?: AbortSignal;
}

export interface LanguageModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens` that the provider charges less for. */
  readonly cachedInputTokens: number;
}

export type LanguageModelAnswer =
  /** `probability` of the value of `probabilityOf`, in [0, 1]; `null`: the model does not tell. */
  | {
      readonly kind: 'answer';
      readonly value: JsonValue;
      readonly probability: number | null;
      readonly usage: LanguageModelUsage;
    }
  /** The model will not answer this. */
  | { readonly kind: 'refusal'; readonly usage: LanguageModelUsage }
  /** The answer broke off, or is no JSON. */
  | { readonly kind: 'broken'; readonly reason: 'truncated' | 'invalid_json'; readonly usage: LanguageModelUsage };

/**
 * A language model behind one call. An implementation makes one attempt, within the signal's time; repeating, breaking the
 * circuit, budgets and fallbacks are the caller's.
 */
export interface LanguageModel {
  /** As the provider calls it, for example `gpt-4o-mini`. */
  readonly name: string;
  /** US dollars per million tokens, for budgets; absent: costs are not counted, only tokens. */
  readonly price?: { readonly input: number; readonly cachedInput?: number; readonly output: number };
  /**
   * Rejects with `FirstlineError` `model_failed` when there was no answer: not reached, a status that says no, out of time.
   * Its `retryable` says whether the same call may succeed later, `retryAfterMs` when. Neither its message nor its cause
   * has keys or texts in it.
   */
  complete(request: LanguageModelRequest): Promise<LanguageModelAnswer>;
}
