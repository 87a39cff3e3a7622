import type { Clock } from '../ports/clock';
import type { Embedder } from '../ports/embedder';
import { cosine, embedAll, type Point } from './embedded-examples';
import { chosenExamples, type ExampleLimits, type NearExample, NgramIndex } from './nearest-examples';
import { unlessAborted } from './unless-aborted';

/** An embedder, and how long it may take for one message, in milliseconds: examples are not worth an answer. */
export interface MeaningSource {
  readonly embedder: Embedder;
  readonly clock: Clock;
  readonly mostMs: number;
}

/** Which examples to show to a model: those nearest by meaning where there is an embedder that works, else by letters. */
export class ExampleFinder {
  readonly #examples: readonly NearExample[];
  readonly #limits: ExampleLimits;
  readonly #meaning: MeaningSource | null;
  #ngrams: NgramIndex | null = null;
  #points: readonly Point[] | null = null;
  #embedding: Promise<void> | null = null;

  constructor(examples: readonly NearExample[], limits: ExampleLimits, meaning: MeaningSource | null) {
    this.#examples = limits.most === 0 ? [] : examples;
    this.#limits = limits;
    this.#meaning = meaning;
  }

  /** Embeds the examples; never rejects, since the letters do as well. What failed is tried again by the next call. */
  async ready(): Promise<void> {
    this.#ngrams ??= new NgramIndex(this.#examples);
    if (this.#meaning === null || this.#examples.length === 0 || this.#points !== null) return;
    this.#embedding ??= this.#embed(this.#meaning.embedder);
    await this.#embedding;
  }

  async find(text: string, signal: AbortSignal): Promise<readonly NearExample[]> {
    const ranked = (await this.#byMeaning(text, signal)) ?? this.#byLetters(text);
    return chosenExamples(ranked, this.#limits);
  }

  async #byMeaning(text: string, signal: AbortSignal): Promise<readonly NearExample[] | null> {
    if (this.#meaning === null || this.#points === null) return null;
    const { embedder, clock, mostMs } = this.#meaning;
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    signal.addEventListener('abort', abort, { once: true });
    void clock.sleep(mostMs, stop.signal).then(abort);
    try {
      return await unlessAborted(this.#ranked(embedder, this.#points, text, stop.signal), stop.signal);
    } catch {
      return null;
    } finally {
      signal.removeEventListener('abort', abort);
      abort();
    }
  }

  async #ranked(
    embedder: Embedder,
    points: readonly Point[],
    text: string,
    signal: AbortSignal,
  ): Promise<readonly NearExample[] | null> {
    const [point] = await embedAll(embedder, [text], signal);
    if (point === undefined || point.length !== points[0]?.length) return null;
    const scored = points.map((other, example) => ({ example, score: cosine(point, other) }));
    scored.sort((a, b) => b.score - a.score || a.example - b.example);
    return scored.flatMap(({ example }) => this.#examples[example] ?? []);
  }

  async #embed(embedder: Embedder): Promise<void> {
    const texts = this.#examples.map(({ text }) => text);
    this.#points = await embedAll(embedder, texts).catch(() => null);
    this.#embedding = null;
  }

  #byLetters(text: string): readonly NearExample[] {
    this.#ngrams ??= new NgramIndex(this.#examples);
    return this.#ngrams.ranked(text);
  }
}
