import type { Cache, CacheStats } from '@firstline/core';
import { addIn, wholeTtl } from './add-script';
import { connectionTo } from './connection';
import { Interim } from './interim';
import { checkedSettings, checksOf, type RedisAdapterOptions } from './options';
import type { RedisClient } from './redis-client';
import { RedisLink, type RedisStatus } from './redis-link';

const PROBE_TTL_MS = 1_000;

export type RedisCacheOptions = RedisAdapterOptions & {
  /** Keeps the entries of workspaces apart: 1 to 128 letters, digits or `. : _ -`. Default `'default'`. */
  readonly tenant?: string;
  /** How much this process remembers while Redis is away: the least recently used go first. Default 10,000. */
  readonly maxEntries?: number;
};

export interface RedisCacheStats extends CacheStats {
  /** Of this process's memory while that answers; `null` while Redis does, which many share. */
  readonly size: number | null;
  readonly degraded: boolean;
}

export interface RedisCache extends Cache {
  /** Connects, where the first call would otherwise. Resolves when it is clear whether Redis is there; never rejects. */
  ready(): Promise<void>;
  /** By what the last calls came to; asks nobody. */
  status(): RedisStatus;
  /** Of this process. */
  stats(): RedisCacheStats;
  /** Ends a connection that was made here. From then on this process's memory answers. */
  close(): Promise<void>;
}

/**
 * A cache that processes share. While Redis is away each remembers by itself, without anybody waiting for it; what was set
 * or deleted meanwhile Redis forgets when it is back, and what was added is added to it. An addition that was under way
 * when the connection broke may count twice.
 *
 * @throws FirstlineError `invalid_options`.
 */
export function redisCache(options: RedisCacheOptions): RedisCache {
  const settings = checkedSettings('redisCache', options, ['tenant', 'maxEntries']);
  const check = checksOf('redisCache');
  const tenant = check.name('tenant', options.tenant ?? 'default', 128);
  const maxEntries = check.wholeNumber('maxEntries', options.maxEntries ?? 10_000, 2 ** 24);
  const { keyPrefix, clock } = settings;
  const tagOf = (key: string): string => `${tenant}:${key}`;
  const redisKey = (key: string): string => `${keyPrefix}:cache:{${tagOf(key)}}`;
  const interim = new Interim({ maxEntries, clock, redisKey });
  const link = new RedisLink({
    ...settings,
    connection: connectionTo(settings.target),
    component: 'cache',
    probe: (client, tag) => probe(client, `${keyPrefix}:cache-probe:{${tag}}`),
    missed: interim,
  });
  return new SharedCache(link, interim, tagOf, redisKey);
}

/** What a cache has to be able to do, but for reading. */
async function probe(client: RedisClient, key: string): Promise<void> {
  await client.set(key, '0', 'PX', PROBE_TTL_MS);
  await addIn(client, key, 1, PROBE_TTL_MS);
}

class SharedCache implements RedisCache {
  readonly #link: RedisLink;
  readonly #interim: Interim;
  readonly #tagOf: (key: string) => string;
  readonly #redisKey: (key: string) => string;
  #hits = 0;
  #misses = 0;

  constructor(link: RedisLink, interim: Interim, tagOf: (key: string) => string, redisKey: (key: string) => string) {
    this.#link = link;
    this.#interim = interim;
    this.#tagOf = tagOf;
    this.#redisKey = redisKey;
  }

  async get(key: string): Promise<string | null> {
    const answer = await this.#link.ask([this.#tagOf(key)], (client) => client.get(this.#redisKey(key)));
    const value = answer === null ? await this.#interim.get(key) : answer.value;
    if (value === null) this.#misses += 1;
    else this.#hits += 1;
    return value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    // Redis takes no time that is over.
    if (!(ttlMs > 0)) return this.delete(key);
    const answer = await this.#link.ask([this.#tagOf(key)], (client) =>
      client.set(this.#redisKey(key), value, 'PX', wholeTtl(ttlMs)),
    );
    if (answer === null) await this.#interim.set(key, value, ttlMs);
  }

  async add(key: string, amount: number, ttlMs: number): Promise<number> {
    const answer = await this.#link.ask([this.#tagOf(key)], (client) =>
      addIn(client, this.#redisKey(key), amount, ttlMs),
    );
    return answer === null ? this.#interim.add(key, amount, ttlMs) : answer.value;
  }

  async delete(key: string): Promise<void> {
    const answer = await this.#link.ask([this.#tagOf(key)], (client) => client.del(this.#redisKey(key)));
    if (answer === null) await this.#interim.delete(key);
  }

  ready(): Promise<void> {
    return this.#link.ready();
  }

  status(): RedisStatus {
    return this.#link.status();
  }

  stats(): RedisCacheStats {
    const degraded = this.#link.status().status === 'degraded';
    return { hits: this.#hits, misses: this.#misses, size: degraded ? this.#interim.size : null, degraded };
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}
