import type { PartStatus } from './part-status';

/** How a cache has done since it was made. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Entries held; `null` where the store does not tell. */
  readonly size: number | null;
}

/**
 * Remembers what may be forgotten: classifications, texts, sums. Keys are at most 200 characters of printable ASCII,
 * values are JSON texts of at most 1 MB. Default: `memoryCache()`, which remembers within this process.
 *
 * A cache never fails: an implementation that cannot reach its store answers as if it had nothing, and forgets what it
 * is given. Nobody's message must wait for it longer than a few hundred milliseconds.
 */
export interface Cache {
  /** What was put under the key; `null`: nothing, or not any more. */
  get(key: string): Promise<string | null>;
  /** Keeps a value for `ttlMs` milliseconds, in the place of what was there. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /**
   * Adds to a number, and resolves to the sum, across all processes that share the store. A key that is not there counts
   * as 0 and is forgotten `ttlMs` milliseconds after it was first added to.
   */
  add(key: string, amount: number, ttlMs: number): Promise<number>;
  /** Forgets the key; nothing happens where it is not there. */
  delete(key: string): Promise<void>;
  stats(): CacheStats;
  /**
   * By what its last calls came to, for `engine.health()`; asks nobody and never throws, so that it can be looked at as often as
   * one likes. Left out: it is always healthy, as what lives within this process is.
   */
  status?(): PartStatus;
}
