import { setImmediate as nextTurn } from 'node:timers/promises';
import { redisCache, redisRateLimiter } from '@firstline/adapter-redis';
import { cached, createEngine, type Engine, isFirstlineError, type Storage } from '@firstline/core';
import { FakeTransport, ManualClock, ScriptedClassifier } from '@firstline/core/testing';
import { Told } from '../../packages/adapter-redis/test/support/told';

const WORKERS = 4;
/** Bounded, should nobody stop it. */
const MOST_MESSAGES = 20_000;
/** Different texts, so that a cache that remembers has an answer for every message but the first ones. */
export const TEXTS = 40;
export const CLIENT_LIMIT = 5;

/** An engine whose cache and rate limiter are in Redis, and messages that come all the time. */
export class RedisDesk {
  readonly engine: Engine;
  readonly transport = new FakeTransport();
  /** By the cache and by the rate limiter. */
  readonly told: readonly [Told, Told] = [new Told(), new Told()];
  messages = 0;
  /** Whatever was not simply answered. */
  readonly failures: unknown[] = [];
  readonly #close: () => Promise<unknown>;
  #clients = 0;
  #isStopping = false;
  #load: Promise<unknown> = Promise.resolve();

  constructor(url: string, storage: Storage) {
    const cache = redisCache({ url, timeoutMs: 2_000, logger: this.told[0] });
    const rateLimiter = redisRateLimiter({ url, timeoutMs: 2_000, logger: this.told[1] });
    this.#close = () => Promise.all([cache.close(), rateLimiter.close()]);
    this.engine = createEngine({
      scenarios: [
        { id: 'REFERRAL', description: 'The program', examples: ['referral'], reply: { en: 'Bring a friend.' } },
      ],
      classifier: cached(new ScriptedClassifier([[/referral/, 'REFERRAL']]), { cache, version: '1' }),
      ...{ storage, cache, rateLimiter, transports: { fake: this.transport } },
      // Stands still: what happens here happens because of messages and of Redis.
      clock: new ManualClock(),
      policy: {
        reminders: [],
        escalation: { repeats: false, loopGuard: false },
        receiving: {
          clientRateLimit: { limit: CLIENT_LIMIT, window: '10m' },
          sourceRateLimit: { limit: 1_000_000, window: '10m' },
          duplicateWindow: 0,
        },
      },
    });
  }

  async start(): Promise<void> {
    await this.engine.start();
    this.#load = Promise.all(Array.from({ length: WORKERS }, () => this.#work()));
  }

  /** Resolves when so many more messages have been answered. */
  async more(messages: number): Promise<void> {
    const enough = this.messages + messages;
    while (this.messages < enough && this.messages < MOST_MESSAGES) await nextTurn();
  }

  /** How many of its messages a client that writes too many gets answered, and how many are refused for it. */
  async greedy(): Promise<readonly [answered: number, refused: number]> {
    const clientId = `greedy${(this.#clients += 1)}`;
    let [answered, refused] = [0, 0];
    for (let n = 0; n < 2 * CLIENT_LIMIT; n += 1) {
      try {
        await this.#say(clientId, n);
        answered += 1;
      } catch (error) {
        if (!isFirstlineError(error) || error.code !== 'rate_limited') throw error;
        refused += 1;
      }
    }
    return [answered, refused];
  }

  /** Of the next messages, as the engine tells it. */
  async hitRate(messages: number): Promise<number> {
    const before = (await this.engine.stats()).cache;
    await this.more(messages);
    const { hits, misses } = (await this.engine.stats()).cache;
    return (hits - before.hits) / (hits + misses - before.hits - before.misses);
  }

  async away(times: number): Promise<void> {
    await Promise.all(this.told.map((told) => told.away(times)));
  }

  async back(times: number): Promise<void> {
    await Promise.all(this.told.map((told) => told.back(times)));
  }

  /** No more messages come; those that came are delivered. */
  async calm(): Promise<void> {
    this.#isStopping = true;
    await this.#load;
    await this.engine.tick();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#load;
    await this.engine.stop();
    await this.#close();
  }

  async #work(): Promise<void> {
    while (!this.#isStopping && this.messages < MOST_MESSAGES) {
      try {
        const { status } = await this.#say(`c${(this.#clients += 1)}`, this.#clients);
        if (status !== 'answered') this.failures.push(status);
      } catch (error) {
        this.failures.push(error);
      }
      this.messages += 1;
      // Memory answers without a turn of the event loop, and nothing else would get one.
      await nextTurn();
    }
  }

  #say(clientId: string, n: number) {
    const channel = { transport: 'fake', address: { to: clientId } };
    return this.engine.receive({ clientId, text: `referral ${n % TEXTS}`, locale: 'en', channel, source: 's' });
  }
}
