import { systemClock } from '../clock/system-clock';
import type { FirstlineError } from '../errors';
import { type Classification, UNKNOWN } from '../model/classification';
import type { Classifier, ClassifyInput } from '../ports/classifier';
import type { Clock } from '../ports/clock';
import type { LanguageModelAnswer } from '../ports/language-model';
import type { Logger } from '../ports/logger';
import { CircuitBreaker, type CircuitState } from './circuit-breaker';
import { type ConfidenceScale, fitScale, type JudgedAnswer, scaled } from './confidence-scale';
import { ExampleFinder } from './example-finder';
import { readAnswer, type ReadAnswer } from './model-answer';
import { failure, ModelCaller, noTime } from './model-call';
import { type LanguageModelClassifierOptions, type ModelSettings, modelSettings } from './model-options';
import { answerSchema, inputFor, instructionsFor } from './model-prompt';
import type { ModelUsage } from './model-spending';
import { Seats } from './seats';
import { TenantSpending } from './tenant-spending';
import type { LearnedExample } from './training';

export interface LanguageModelClassifier extends Classifier {
  readonly recentMessages: number;
  /** Embeds the examples where an `embedder` was given. Does not call the model. */
  ready(): Promise<void>;
  /**
   * Asks the model about messages whose scenario people have confirmed (also `UNKNOWN`), and makes its confidences come
   * true from then on. Costs one call each; calls that fail are left out. A hundred messages are enough, of the traffic
   * that reaches this stage. Store the result and give it as `calibration` after a restart.
   *
   * @throws FirstlineError `model_failed` when no call gave an answer.
   */
  calibrate(examples: readonly LearnedExample[]): Promise<ConfidenceScale>;
  /** What a tenant used, or all of them without one, and what of the budget is left; for the host's metrics. */
  usage(tenant?: string): ModelUsage & { readonly circuit: CircuitState };
}

/** An answer of the model with the number its confidence comes from. */
interface Judgement extends ReadAnswer {
  readonly signal: JudgedAnswer['signal'];
  readonly probability: number;
}

/**
 * Asks a language model which scenario a message is about. It is told the scenarios' descriptions, the examples nearest
 * to the message and the last messages of the conversation, all texts redacted and fenced as data.
 *
 * It answers with a scenario of the set or `UNKNOWN`, whatever the model says. A refusal, an answer that broke off or is
 * not of the schema, a failing provider, an open circuit and a spent budget all reject with `model_failed`: "the model
 * does not say" is no statement about the customer, and must not send them to a person as `UNKNOWN` would; the next
 * stage, or the engine's local classifier, answers instead. See `cascade`.
 *
 * Confidence is the probability of the label's tokens where the model tells it, else what the model says of itself, at
 * most 0.9 until calibrated: stated confidences are too high (Xiong et al. 2024, https://arxiv.org/abs/2306.13063).
 *
 * @throws FirstlineError `invalid_options`.
 */
export function languageModelClassifier(options: LanguageModelClassifierOptions): LanguageModelClassifier {
  return new ModelClassifier(modelSettings(options), options.clock ?? systemClock(), options.logger ?? null);
}

class ModelClassifier implements LanguageModelClassifier {
  readonly recentMessages: number;
  readonly #settings: ModelSettings;
  readonly #clock: Clock;
  readonly #logger: Logger | null;
  readonly #ids: ReadonlySet<string>;
  readonly #instructions: string;
  readonly #schema;
  readonly #finder: ExampleFinder;
  readonly #spending: TenantSpending;
  readonly #breaker: CircuitBreaker;
  readonly #caller: ModelCaller;
  readonly #seats: Seats;
  #scale: ConfidenceScale | null;
  /** By how much the last caller's clock was ahead of this one's, in milliseconds. */
  #ahead = 0;

  constructor(settings: ModelSettings, clock: Clock, logger: Logger | null) {
    const { model, scenarios, redact } = settings;
    this.recentMessages = settings.recentMessages;
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
    const ids = scenarios.map(({ id }) => id);
    this.#ids = new Set(ids);
    this.#instructions = instructionsFor(scenarios, settings.about);
    this.#schema = answerSchema(ids);
    const examples = scenarios.flatMap(({ id, examples: texts }) =>
      texts.map((text) => ({ scenario: id, text: redact(text) })),
    );
    const { embedder, timeoutMs } = settings;
    const meaning = embedder && { embedder, clock, mostMs: timeoutMs / 4 };
    this.#finder = new ExampleFinder(examples, settings.examples, meaning);
    this.#spending = new TenantSpending(model, settings.budget, settings.cache);
    this.#breaker = new CircuitBreaker(settings.breaker);
    this.#caller = new ModelCaller(model, clock, this.#breaker);
    this.#seats = new Seats(settings.maxInFlight);
    this.#scale = settings.calibration;
  }

  ready(): Promise<void> {
    return this.#finder.ready();
  }

  async classify(input: ClassifyInput): Promise<Classification> {
    const answer = await this.#judge(input);
    if (answer === null) return unknown('There are no words to judge by.');
    if (answer.stated === null) return unknown(answer.reasoning);
    const { scenario, reasoning } = answer;
    return { scenario, confidence: this.#confidence(answer), reasoning, source: 'llm', alternatives: [] };
  }

  async calibrate(examples: readonly LearnedExample[]): Promise<ConfidenceScale> {
    const judged: JudgedAnswer[] = [];
    for (const { text, scenario } of examples) {
      const answer = await this.#judge({ text }).catch(() => null);
      if (answer === null || answer.stated === null) continue;
      judged.push({ signal: answer.signal, probability: answer.probability, right: answer.scenario === scenario });
    }
    if (judged.length === 0) throw failure('answered none of the messages to calibrate with', { retryable: true });
    return (this.#scale = fitScale(judged));
  }

  usage(tenant?: string): ModelUsage & { readonly circuit: CircuitState } {
    return { ...this.#spending.usage(this.#clock.now() + this.#ahead, tenant), circuit: this.#breaker.state };
  }

  /** `null`: nothing to judge. */
  async #judge(input: ClassifyInput): Promise<Judgement | null> {
    if (input.text.trim() === '') return null;
    const began = this.#clock.now();
    const ahead = (input.now ?? began) - began;
    this.#ahead = ahead;
    const time = (): number => this.#clock.now() + ahead;
    const endsAt = time() + this.#settings.timeoutMs;
    const stop = new AbortController();
    const abort = (): void => stop.abort(input.signal?.reason);
    if (input.signal?.aborted === true) abort();
    input.signal?.addEventListener('abort', abort, { once: true });
    // Also for those who wait for a seat, so that a slow provider makes no queue that outlives its messages.
    void this.#clock.sleep(this.#settings.timeoutMs, stop.signal).then(abort);
    const leave = await this.#seats.take(stop.signal);
    try {
      if (leave === null) throw noTime();
      // Not before: those who wait together would all have seen a budget that is left.
      const spending = this.#spending.of(input.tenant);
      if (await spending.isSpent(time())) throw spent(spending.renewsInMs(time()));
      return await this.#ask(input, time, endsAt, stop.signal);
    } finally {
      leave?.();
      input.signal?.removeEventListener('abort', abort);
      stop.abort();
    }
  }

  async #ask(input: ClassifyInput, time: () => number, endsAt: number, signal: AbortSignal): Promise<Judgement> {
    const { redact, mostCharacters, recentMessages, maxOutputTokens } = this.#settings;
    const text = redact(input.text).slice(0, mostCharacters);
    const recent = recentMessages === 0 ? [] : (input.recent ?? []).slice(-recentMessages);
    const earlier = recent.map((message) => ({ from: message.from, text: redact(message.text) }));
    const locale = input.locale !== undefined && /^[\w-]{1,35}$/.test(input.locale) ? input.locale : null;
    const before = this.#breaker.state;
    try {
      const examples = await this.#finder.find(text, signal);
      const answer = await this.#caller.ask({
        request: {
          instructions: this.#instructions,
          input: inputFor({ text, locale, recent: earlier, examples }),
          schema: this.#schema,
          maxOutputTokens,
          probabilityOf: 'scenario',
        },
        spending: this.#spending.of(input.tenant),
        time,
        endsAt,
        signal,
      });
      return this.#read(answer, [text, ...earlier.map((message) => message.text)]);
    } finally {
      this.#tell(before);
    }
  }

  #read(answer: LanguageModelAnswer, texts: readonly string[]): Judgement {
    if (answer.kind === 'refusal') throw failure('refused to answer', { retryable: false });
    if (answer.kind === 'broken') throw failure(`gave a broken answer (${answer.reason})`, { retryable: false });
    const read = readAnswer(answer.value, this.#ids, texts, this.#settings.redact);
    if (read === null) throw failure('gave an answer of another shape than asked for', { retryable: false });
    const told = answer.probability;
    const isTold = told !== null && told >= 0 && told <= 1;
    const signal = isTold ? 'probability' : 'stated';
    return { ...read, signal, probability: isTold ? told : (read.stated ?? 0) };
  }

  /** Four digits: more say nothing. */
  #confidence({ signal, probability }: Judgement): number {
    const scale = this.#scale;
    const { statedCap } = this.#settings;
    const uncalibrated = signal === 'stated' ? Math.min(probability, statedCap) : probability;
    const confidence = scale?.signal === signal ? scaled(probability, scale) : uncalibrated;
    return Math.round(confidence * 10_000) / 10_000;
  }

  #tell(before: CircuitState): void {
    const { state } = this.#breaker;
    if (state === before || state === 'half-open') return;
    const fields = { model: this.#settings.model.name, circuit: state };
    this.#logger?.warn(fields, state === 'open' ? 'language model left alone' : 'language model answers again');
  }
}

function spent(renewsInMs: number): FirstlineError {
  return failure('has used up its budget', { retryable: true, retryAfterMs: renewsInMs });
}

function unknown(reasoning: string): Classification {
  return { scenario: UNKNOWN, confidence: 0, reasoning, source: 'llm', alternatives: [] };
}
