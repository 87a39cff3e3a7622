import type { Cache } from '../ports/cache';
import type { Clock } from '../ports/clock';

/** How often the mark is looked at, at most: how soon a change elsewhere is noticed. */
const LOOK_EVERY_MS = 5_000;
/** Longer than any process keeps its texts without loading them again. */
const KEPT_MS = 30 * 86_400_000;

/**
 * How processes notice that one of them was told of a change: a number in the cache that they share goes up with each. It
 * carries no truth. A notice that is lost with the cache costs what it costs without one: the texts are an hour old.
 */
export class TemplateChanges {
  readonly #cache: Cache;
  readonly #key: string;
  readonly #clock: Clock;
  /** The number before the last load, of which nothing later can be part. */
  #mark = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(cache: Cache, tenant: string, clock: Clock) {
    this.#cache = cache;
    this.#key = `templates:${tenant}`;
    this.#clock = clock;
  }

  /** Before each load; `told`: this process was told of a change, so the others are. Never rejects. */
  async beforeLoad(told: boolean): Promise<void> {
    this.#mark = (await this.#add(told ? 1 : 0)) ?? this.#mark;
  }

  /** Whether there was a change elsewhere since the last load; looked up every few seconds, else `false`. Never rejects. */
  async isAny(): Promise<boolean> {
    const now = this.#clock.now();
    const age = now - this.#lookedAt;
    // Time may jump back; then nothing is known about the age.
    if (age >= 0 && age < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    return ((await this.#add(0)) ?? this.#mark) !== this.#mark;
  }

  /** Adding nothing is a look that does not count as a hit or a miss. `null`: this process's memory would answer. */
  async #add(amount: number): Promise<number | null> {
    try {
      if (amount === 0 && this.#cache.status?.().status === 'degraded') return null;
      return await this.#cache.add(this.#key, amount, KEPT_MS);
    } catch {
      return null;
    }
  }
}
