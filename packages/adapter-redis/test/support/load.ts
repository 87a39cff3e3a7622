import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cache, RateLimiter } from '@firstline/core';

/** Bounded, should nobody stop it. */
const MOST_ROUNDS = 100_000;
const WORKERS = 8;
export const TTL_MS = 600_000;

/** What messages do with a cache and a rate limiter, many at once, until it is stopped. */
export class Load {
  calls = 0;
  readonly failures: unknown[] = [];
  readonly #cache: Cache;
  readonly #limiter: RateLimiter;
  readonly #done: Promise<unknown>;
  #isStopping = false;

  constructor(cache: Cache, limiter: RateLimiter) {
    this.#cache = cache;
    this.#limiter = limiter;
    this.#done = Promise.all(Array.from({ length: WORKERS }, (_, worker) => this.#work(worker)));
  }

  /** Resolves when so many more calls have come to an end. */
  async more(calls: number): Promise<void> {
    const enough = this.calls + calls;
    while (this.calls < enough && !this.#isStopping) await nextTurn();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #work(worker: number): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS && !this.#isStopping; round += 1) {
      const key = `class:${round % 40}`;
      await this.#call(async () => {
        if ((await this.#cache.get(key)) === null) await this.#cache.set(key, '{"n":1}', TTL_MS);
      });
      await this.#call(() => this.#cache.add(`sum:${worker}`, 1, TTL_MS));
      await this.#call(() => this.#limiter.consume({ requests: limitsOf(round), now: round }));
      // Memory answers without a turn of the event loop, and nothing else would get one.
      await nextTurn();
    }
  }

  async #call(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.failures.push(error);
    }
    this.calls += 1;
  }
}

const limitsOf = (round: number) => [
  { key: `default:client:${round % 50}`, limit: 20, windowMs: 1_000 },
  { key: 'default:source:s', limit: 500, windowMs: 1_000 },
];
