import { FirstlineError, isFirstlineError } from '../errors';
import type { Clock } from '../ports/clock';
import type { LanguageModel, LanguageModelAnswer, LanguageModelRequest } from '../ports/language-model';
import type { CircuitBreaker } from './circuit-breaker';
import type { ModelSpending } from './model-spending';
import { unlessAborted } from './unless-aborted';

export interface ModelCall {
  readonly request: Omit<LanguageModelRequest, 'signal'>;
  /** Who pays. */
  readonly spending: ModelSpending;
  /** Epoch milliseconds of the caller's clock, at this moment. */
  readonly time: () => number;
  /** When `signal` will be aborted, by `time`: to know whether a repeat fits. */
  readonly endsAt: number;
  /** The call is over when it is aborted, whatever has come. */
  readonly signal: AbortSignal;
}

/** One repeat: a second one would come out of the time in which the next stage could have answered. */
const MOST_ATTEMPTS = 2;
/** Before a repeat where the provider names no time. */
const PAUSE_MS = 250;
/** With less time left a repeat would be cut off before its answer. */
const LEAST_MS = 1_000;
/** Characters of a token, at least: what counts of a call that was cut off, since its bill is not known. */
const CHARACTERS_PER_TOKEN = 3;

/** A model with the time limit, the repeat, the circuit breaker and the counting around it. */
export class ModelCaller {
  readonly #model: LanguageModel;
  readonly #clock: Clock;
  readonly #breaker: CircuitBreaker;

  constructor(model: LanguageModel, clock: Clock, breaker: CircuitBreaker) {
    this.#model = model;
    this.#clock = clock;
    this.#breaker = breaker;
  }

  /** @throws FirstlineError `model_failed`: the circuit is open, or no answer came in time. Refusals are answers. */
  async ask(call: ModelCall): Promise<LanguageModelAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const now = call.time();
      // A seat may have come free in the very moment in which the time was over.
      if (call.signal.aborted || now >= call.endsAt) throw noTime();
      const entered = this.#breaker.enter(now);
      if (entered === false) {
        throw failure('is left alone after failures', { retryable: true, retryAfterMs: this.#breaker.waitMs(now) });
      }
      const result = await this.#attempt(call);
      if (!isFirstlineError(result)) return result;
      const pauseMs = result.retryAfterMs ?? PAUSE_MS;
      const leftMs = call.endsAt - call.time() - pauseMs;
      const again = result.retryable && attempt < MOST_ATTEMPTS && entered === 'call' && leftMs >= LEAST_MS;
      // What fits into the time is the repeat's; what does not, keeps the next calls waiting as well.
      this.#breaker.failed(call.time(), again ? 0 : (result.retryAfterMs ?? 0));
      if (!again || call.signal.aborted) throw result;
      await this.#clock.sleep(pauseMs, call.signal);
    }
  }

  /** The answer, or the failure as a value: it is judged before it is thrown. */
  async #attempt({ request, spending, time, signal }: ModelCall): Promise<LanguageModelAnswer | FirstlineError> {
    spending.calling();
    const answer = await unlessAborted(this.#complete({ ...request, signal }), signal);
    if (answer === null) {
      await spending.count(estimated(request), time());
      return failure('did not answer in time', { retryable: true });
    }
    if (isFirstlineError(answer)) return answer;
    this.#breaker.succeeded();
    await spending.count(answer.usage, time());
    return answer;
  }

  /** What is no FirstlineError may have a customer's text or a key in its message, so nothing is taken from it. */
  async #complete(request: LanguageModelRequest): Promise<LanguageModelAnswer | FirstlineError> {
    try {
      const answer = await this.#model.complete(request);
      return isAnswer(answer) ? answer : failure('gave no answer', { retryable: false });
    } catch (error) {
      return isFirstlineError(error) ? error : failure('failed', { retryable: false });
    }
  }
}

export function noTime(): FirstlineError {
  return failure('had no time left for this message', { retryable: true });
}

export function failure(
  what: string,
  details: { readonly retryable: boolean; readonly retryAfterMs?: number },
): FirstlineError {
  return new FirstlineError('model_failed', `the language model ${what}`, details);
}

/** A model is somebody else's code, and may be plain JavaScript. */
function isAnswer(answer: unknown): answer is LanguageModelAnswer {
  if (typeof answer !== 'object' || answer === null || !('kind' in answer) || !('usage' in answer)) return false;
  return typeof answer.usage === 'object' && answer.usage !== null;
}

function estimated({ instructions, input }: Pick<LanguageModelRequest, 'instructions' | 'input'>) {
  const inputTokens = Math.ceil((instructions.length + input.length) / CHARACTERS_PER_TOKEN);
  return { inputTokens, outputTokens: 0, cachedInputTokens: 0 };
}
