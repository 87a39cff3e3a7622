import { systemClock } from '../clock/system-clock';
import { FirstlineError } from '../errors';
import { type Duration, parseDuration } from '../model/duration';
import type { RedactionPolicyOptions } from '../policies/redaction/redaction-policy';
import type { Clock } from '../ports/clock';
import type { Embedder } from '../ports/embedder';
import { embedAll, type Point } from './embedded-examples';
import { EmbeddingModel } from './embedding-model';
import type { HeldOut } from './held-out';
import { fitJoin, type Join, type LettersFit, USUAL_JOIN } from './meaning-join';
import { redactorForModels } from './model-redaction';
import { runSliced, Slices } from './slices';
import type { Source } from './training';
import { unlessAborted } from './unless-aborted';

export interface MeaningOptions {
  readonly embedder: Embedder;
  /** As `policy.privacy.redact`; give the same. Default: everything known is redacted before the embedder sees it. */
  readonly redact?: RedactionPolicyOptions;
  /** How long a message waits for its point; without it the letters alone decide. Default `'1s'`. */
  readonly timeout?: Duration;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
}

/** What the examples mean, and how it joins what their letters say. */
export interface FittedMeaning {
  readonly model: EmbeddingModel;
  readonly join: Join;
}

export interface MeaningFit {
  readonly sources: readonly Source[];
  readonly classes: number;
  readonly letters: LettersFit;
  /** What to learn the join from; null: it is given. */
  readonly heldOut: HeldOut | null;
  readonly join: Join | null;
  readonly yieldTo: () => Promise<void>;
}

/** As many times as long as one message all the examples may take. */
const EXAMPLES_TIMES = 30;

/** Asks an embedder, and does without it whenever it fails or is slow. */
export class Meaning {
  readonly embedder: Embedder;
  readonly #redact: (text: string) => string;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  /** Points of examples, so that learning one more costs one more. */
  #known = new Map<string, Point>();

  /** @throws FirstlineError `invalid_options` */
  constructor({ embedder, redact, timeout = '1s', clock = systemClock() }: MeaningOptions) {
    const timeoutMs = parseDuration(timeout);
    if (typeof embedder?.embed !== 'function') throw invalid('embedder', 'an Embedder');
    if (timeoutMs === null || timeoutMs <= 0) throw invalid('timeout', 'a duration such as "1s"');
    this.embedder = embedder;
    this.#redact = redactorForModels(redact);
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** Null when there are no points to be had. */
  async fit({ sources, classes, letters, heldOut, join, yieldTo }: MeaningFit): Promise<FittedMeaning | null> {
    const texts = sources.map(({ text }) => this.#redact(text));
    const wanted = [...new Set(texts)].filter((text) => !this.#known.has(text));
    const found = await this.#points(wanted, EXAMPLES_TIMES * this.#timeoutMs);
    if (found === null) return null;
    const known = new Map([...this.#known, ...wanted.map((text, at) => [text, found[at]!] as const)]);
    this.#known = new Map(texts.map((text) => [text, known.get(text)!]));
    const points = texts.map((text, at) => ({ point: known.get(text)!, label: sources[at]!.label }));
    if (points.some(({ point }) => point.length !== points[0]!.point.length)) return null;
    const model = await EmbeddingModel.fit(points, classes, yieldTo);
    if (heldOut === null) return { model, join: join ?? USUAL_JOIN };
    return { model, join: await runSliced(fitJoin(heldOut, letters, model, points, new Slices()), yieldTo) };
  }

  /** One score per class; null where the embedder did not say in time. */
  async scoresOf(text: string, { model }: FittedMeaning, signal?: AbortSignal): Promise<Float64Array | null> {
    if (text.trim() === '') return null;
    const points = await this.#points([this.#redact(text)], this.#timeoutMs, signal);
    const point = points?.[0];
    return point?.length === model.dimensions ? model.scoresOf(point) : null;
  }

  async #points(texts: readonly string[], mostMs: number, signal?: AbortSignal): Promise<readonly Point[] | null> {
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    void this.#clock.sleep(mostMs, stop.signal).then(abort);
    try {
      return await unlessAborted(embedAll(this.embedder, texts, stop.signal), stop.signal);
    } catch {
      return null;
    } finally {
      signal?.removeEventListener('abort', abort);
      abort();
    }
  }
}

function invalid(name: string, expected: string): FirstlineError {
  const path = `meaning.${name}`;
  return new FirstlineError('invalid_options', `${path}: expected ${expected}`, { path });
}
