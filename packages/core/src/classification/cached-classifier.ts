import { FirstlineError } from '../errors';
import type { Classification } from '../model/classification';
import { digest } from '../model/digest';
import { type Duration, parseDuration } from '../model/duration';
import { canonicalJson } from '../model/json';
import type { Cache } from '../ports/cache';
import type { Classifier, ClassifyInput } from '../ports/classifier';
import { storedClassification } from './stored-classification';

export interface CachedOptions {
  /** How long an answer is remembered. Default `'5m'`. */
  readonly ttl?: Duration;
  /**
   * Names the scenario set and the classifier behind it: change it whenever they change, for example with the release.
   * Answers kept under another version are never seen again. Default `''`, which does while the cache ends with this
   * process; give one to a cache that others share or that outlives it.
   */
  readonly version?: string;
}

export interface CachedStats {
  /** Answered from the cache. */
  readonly hits: number;
  /** Asked the classifier. */
  readonly misses: number;
  /** Waited for the same question that somebody else had just asked. */
  readonly shared: number;
  /** Entries in the cache, of whatever kind; `null` where it does not tell. */
  readonly size: number | null;
}

export interface CachedClassifier extends Classifier {
  readonly recentMessages: number;
  ready(): Promise<void>;
  stats(): CachedStats;
}

/** A question on its way, and how many still want the answer. */
interface Flight {
  readonly answer: Promise<Classification>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Remembers what a classifier said. The key is a hash of the text (NFKC, small letters, single blanks), the locale, the
 * version and, where the classifier reads them, the earlier messages: no text is in it. Equal questions that come at
 * the same time are asked once. Neither failures nor `fallback` answers are remembered, so a provider that is back is used
 * at once.
 */
export class RememberingClassifier implements CachedClassifier {
  readonly recentMessages: number;
  readonly #classifier: Classifier;
  readonly #cache: Cache;
  readonly #ttlMs: number;
  readonly #version: string;
  /** How often the classifier was taught; what it said before is not asked for again. */
  #taught = 0;
  readonly #flights = new Map<string, Flight>();
  #hits = 0;
  #misses = 0;
  #shared = 0;

  constructor(classifier: Classifier, cache: Cache, { ttl = '5m', version = '' }: CachedOptions) {
    const ttlMs = parseDuration(ttl);
    if (ttlMs === null || ttlMs <= 0) throw invalid('ttl', 'a duration such as "5m"');
    if (typeof version !== 'string') throw invalid('version', 'a text that names the scenario set');
    this.recentMessages = classifier.recentMessages ?? 0;
    this.#classifier = classifier;
    this.#cache = cache;
    this.#ttlMs = ttlMs;
    this.#version = version;
  }

  learn(examples: readonly { readonly text: string; readonly scenario: string }[]): void {
    this.#taught += 1;
    this.#classifier.learn?.(examples);
  }

  async ready(): Promise<void> {
    await this.#classifier.ready?.();
  }

  classify(input: ClassifyInput): Promise<Classification> {
    const key = this.#keyOf(input);
    const running = this.#flights.get(key);
    if (running !== undefined) {
      this.#shared += 1;
      return waitFor(running, input.signal).then(asCached);
    }
    const stop = new AbortController();
    const flight: Flight = { answer: this.#answer(key, { ...input, signal: stop.signal }), stop, waiting: 0 };
    this.#flights.set(key, flight);
    const over = (): void => void (this.#flights.get(key) === flight && this.#flights.delete(key));
    flight.answer.then(over, over);
    // Nobody joins what is about to fail for want of an audience.
    stop.signal.addEventListener('abort', over, { once: true });
    return waitFor(flight, input.signal);
  }

  stats(): CachedStats {
    const { size } = this.#cache.stats();
    return { hits: this.#hits, misses: this.#misses, shared: this.#shared, size };
  }

  async #answer(key: string, input: ClassifyInput): Promise<Classification> {
    const stored = await this.#cache.get(key).catch(() => null);
    const known = stored === null ? null : storedClassification(stored);
    if (known !== null) {
      this.#hits += 1;
      return asCached(known);
    }
    this.#misses += 1;
    const answer = await this.#classifier.classify(input);
    if (answer.source !== 'fallback') {
      await this.#cache.set(key, JSON.stringify(answer), this.#ttlMs).catch(() => undefined);
    }
    return answer;
  }

  #keyOf({ text, locale, recent = [] }: ClassifyInput): string {
    const earlier = this.recentMessages === 0 ? [] : recent.slice(-this.recentMessages);
    const said = earlier.map((message) => [message.from, normal(message.text)]);
    return `class:${digest(canonicalJson([this.#version, this.#taught, locale ?? null, normal(text), said]))}`;
  }
}

/** The answer of a flight, unless the one who waits gives up; the last to give up stops it. */
async function waitFor(flight: Flight, signal: AbortSignal | undefined): Promise<Classification> {
  if (signal === undefined) {
    // It never gives up, so the flight never stops.
    flight.waiting = Infinity;
    return flight.answer;
  }
  flight.waiting += 1;
  let giveUp = (): void => undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = () => {
      flight.waiting -= 1;
      if (flight.waiting === 0) flight.stop.abort(signal.reason);
      reject(new FirstlineError('classifier_failed', 'the answer was not waited for'));
    };
  });
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([flight.answer, gaveUp]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function asCached(answer: Classification): Classification {
  return answer.source === 'fallback' ? answer : { ...answer, source: 'cache' };
}

function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function invalid(path: string, expected: string): FirstlineError {
  return new FirstlineError('invalid_options', `cached: ${path}: expected ${expected}`, { path });
}
