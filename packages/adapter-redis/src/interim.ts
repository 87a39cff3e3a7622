import { type Cache, type Clock, memoryCache } from '@firstline/core';
import { addIn } from './add-script';
import { isAboutKey } from './redis-fault';
import type { RedisClient } from './redis-client';

/** What was done with a key while Redis was away. */
type Change =
  | { readonly kind: 'forget' }
  | {
      readonly kind: 'add';
      readonly amount: number;
      /** Epoch milliseconds. */
      readonly endsAt: number;
    };

export interface InterimOptions {
  /** Values in memory, and changes to tell, at most. */
  readonly maxEntries: number;
  readonly clock: Clock;
  readonly redisKey: (key: string) => string;
}

/** So many are told at once. */
const BATCH = 100;

/**
 * Takes the place of Redis while that is away, beginning with nothing, and knows what Redis has to learn afterwards: what
 * was set or deleted meanwhile must not come back with its old value, so Redis forgets it; what was added is added there.
 */
export class Interim {
  readonly #options: InterimOptions;
  #memory: Cache;
  #changes = new Map<string, Change>();
  /** Changes that are on their way. */
  #telling: Promise<void> | null = null;

  constructor(options: InterimOptions) {
    this.#options = options;
    this.#memory = memoryCache(options);
  }

  get size(): number {
    return this.#memory.stats().size ?? 0;
  }

  get(key: string): Promise<string | null> {
    return this.#memory.get(key);
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#note(key, { kind: 'forget' });
    return this.#memory.set(key, value, ttlMs);
  }

  add(key: string, amount: number, ttlMs: number): Promise<number> {
    if (amount !== 0) this.#note(key, { kind: 'add', amount, endsAt: this.#options.clock.now() + ttlMs });
    return this.#memory.add(key, amount, ttlMs);
  }

  delete(key: string): Promise<void> {
    this.#note(key, { kind: 'forget' });
    return this.#memory.delete(key);
  }

  /** Whether there is anything that Redis has not been told. */
  isAny(): boolean {
    return this.#changes.size > 0 || this.#telling !== null;
  }

  /** Tells Redis some of it; what could not be told is kept for the next time, and the promise rejects. */
  tell(client: RedisClient): Promise<void> {
    this.#telling ??= this.#tellBatch(client).finally(() => (this.#telling = null));
    return this.#telling;
  }

  /** Redis answers again: the next time begins with nothing. */
  returned(): void {
    this.#memory = memoryCache(this.#options);
  }

  async #tellBatch(client: RedisClient): Promise<void> {
    const batch: [string, Change][] = [];
    for (const [key, change] of this.#changes) {
      batch.push([key, change]);
      this.#changes.delete(key);
      if (batch.length === BATCH) break;
    }
    const told = await Promise.allSettled(batch.map(([key, change]) => this.#apply(client, key, change)));
    const failures = told.flatMap((result, index) => {
      const [key, change] = batch[index] ?? [];
      if (result.status === 'fulfilled' || key === undefined || change === undefined) return [];
      const later = this.#changes.get(key);
      this.#changes.set(key, later === undefined ? change : together(change, later));
      return [result.reason as unknown];
    });
    if (failures.length > 0) throw failures[0];
  }

  #note(key: string, change: Change): void {
    const earlier = this.#changes.get(key);
    this.#changes.delete(key);
    this.#changes.set(key, earlier === undefined ? change : together(earlier, change));
    if (this.#changes.size <= this.#options.maxEntries) return;
    const [oldest] = this.#changes.keys();
    if (oldest !== undefined) this.#changes.delete(oldest);
  }

  async #apply(client: RedisClient, key: string, change: Change): Promise<void> {
    const { clock, redisKey } = this.#options;
    try {
      if (change.kind === 'forget') {
        await client.del(redisKey(key));
        return;
      }
      const ttlMs = change.endsAt - clock.now();
      if (ttlMs > 0) await addIn(client, redisKey(key), change.amount, ttlMs);
    } catch (error) {
      // Nothing that could be added to: telling it again would not help.
      if (!isAboutKey(error)) throw error;
    }
  }
}

/** A sum that was begun on what Redis has to forget is lost with it; a cache may forget. */
function together(earlier: Change, later: Change): Change {
  if (earlier.kind === 'forget' || later.kind === 'forget') return { kind: 'forget' };
  return { ...earlier, amount: earlier.amount + later.amount };
}
