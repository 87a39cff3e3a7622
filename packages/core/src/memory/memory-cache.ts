import { LRUCache } from 'lru-cache';
import { systemClock } from '../clock/system-clock';
import { FirstlineError } from '../errors';
import type { Cache, CacheStats } from '../ports/cache';
import type { Clock } from '../ports/clock';

export interface MemoryCacheOptions {
  /** The least recently used go first. Default 10,000. */
  readonly maxEntries?: number;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
}

interface Entry {
  readonly value: string;
  /** Epoch milliseconds; from then on it is not there. */
  readonly endsAt: number;
}

/**
 * Remembers within this process. Entries end by the injected clock and not by lru-cache's own, which reads the real one;
 * one that is over takes its place until it is asked for or is the least recently used.
 *
 * @throws FirstlineError `invalid_options`.
 */
export function memoryCache(options: MemoryCacheOptions = {}): Cache {
  const { maxEntries = 10_000, clock = systemClock() } = options;
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    const path = 'maxEntries';
    throw new FirstlineError('invalid_options', `memoryCache: ${path}: expected a whole number from 1`, { path });
  }
  return new MemoryCache(new LRUCache({ max: maxEntries }), clock);
}

class MemoryCache implements Cache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #clock: Clock;
  #hits = 0;
  #misses = 0;

  constructor(entries: LRUCache<string, Entry>, clock: Clock) {
    this.#entries = entries;
    this.#clock = clock;
  }

  async get(key: string): Promise<string | null> {
    const entry = this.#living(key);
    if (entry === null) this.#misses += 1;
    else this.#hits += 1;
    return entry?.value ?? null;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#entries.set(key, { value, endsAt: this.#clock.now() + ttlMs });
  }

  async add(key: string, amount: number, ttlMs: number): Promise<number> {
    const entry = this.#living(key);
    const sum = Number(entry?.value ?? 0) + amount;
    this.#entries.set(key, { value: String(sum), endsAt: entry?.endsAt ?? this.#clock.now() + ttlMs });
    return sum;
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, size: this.#entries.size };
  }

  #living(key: string): Entry | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.endsAt > this.#clock.now()) return entry;
    this.#entries.delete(key);
    return null;
  }
}
