import { type Cache, memoryCache, memoryRateLimiter, type RateLimitRequest } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisCache, redisRateLimiter } from '../src/index';
import { describeWithRedis, RedisServer } from './support/redis-server';
import { Told } from './support/told';

const timeoutMs = 20_000;
/** Times to live and steps of time, in seconds: no sum of steps comes closer to a time to live than ten of them. */
const TTLS_S = [100, 200, 3_000];
const STEPS_S = [30, 70, 1_000];

type Touch = { readonly do: 'get' | 'delete'; readonly key: string };
type Put = { readonly do: 'set' | 'add'; readonly key: string; readonly n: number; readonly ttlS: number };
type Pass = { readonly do: 'pass'; readonly s: number };
type Fault = { readonly do: 'away' } | { readonly do: 'back' };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const touch: fc.Arbitrary<Touch> = fc.record({ do: fc.constantFrom('get', 'get', 'delete'), key });
const put = (...kinds: Put['do'][]): fc.Arbitrary<Put> => {
  const n = fc.integer({ min: -20, max: 20 }).map((halves) => halves / 2);
  return fc.record({ do: fc.constantFrom(...kinds), key, n, ttlS: fc.constantFrom(...TTLS_S) });
};
const pass: fc.Arbitrary<Pass> = fc.record({ do: fc.constant('pass'), s: fc.constantFrom(...STEPS_S) });
const fault: fc.Arbitrary<Fault> = fc.constantFrom({ do: 'away' }, { do: 'back' });

/** What it comes to, as a number: Redis writes 5 where JavaScript may write 5.0. */
async function take(cache: Cache, step: Touch | Put): Promise<number | null> {
  if (step.do === 'add') return cache.add(step.key, step.n, step.ttlS * 1_000);
  if (step.do === 'set') await cache.set(step.key, String(step.n), step.ttlS * 1_000);
  if (step.do === 'delete') await cache.delete(step.key);
  if (step.do !== 'get') return null;
  const value = await cache.get(step.key);
  return value === null ? null : Number(value);
}

describeWithRedis('beside a model', () => {
  let redis: RedisServer;
  beforeAll(async () => void (redis = await RedisServer.start()));
  afterAll(() => redis.remove());

  it('the cache does what memory would do', async () => {
    const plans = fc.array(fc.oneof(touch, put('set', 'add'), pass), { maxLength: 40 });
    const property = fc.asyncProperty(plans, async (plan) => {
      await redis.command('FLUSHALL');
      const clock = new ManualClock();
      const model = memoryCache({ clock });
      const cache = redisCache({ client: redis.shared(), timeoutMs });
      for (const step of plan) {
        if (step.do === 'pass') await Promise.all([clock.advance(step.s * 1_000), redis.advance(step.s * 1_000)]);
        else expect(await take(cache, step)).toEqual(await take(model, step));
      }
      const { hits, misses } = model.stats();
      expect(cache.stats()).toEqual({ hits, misses, size: null, degraded: false });
      await cache.close();
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('the cache never tells what is old, whenever Redis goes away and comes back', async () => {
    const plans = fc.array(fc.oneof(touch, put('set'), pass, fault), { maxLength: 40 });
    const property = fc.asyncProperty(plans, async (plan) => {
      await redis.command('FLUSHALL');
      const told = new Told();
      const clock = new ManualClock();
      const model = memoryCache({ clock });
      const cache = redisCache({ client: redis.shared(), timeoutMs, clock, logger: told });
      await cache.ready();
      let outages = 0;
      for (const step of plan) {
        const isAway = cache.status().status === 'degraded';
        if (step.do === 'pass') {
          await Promise.all([clock.advance(step.s * 1_000), redis.advance(step.s * 1_000)]);
        } else if (step.do === 'away') {
          await redis.command('CONFIG', 'SET', 'maxmemory', '1');
          await cache.set('else', '1', 1_000);
          expect(cache.status().status).toBe('degraded');
          if (!isAway) outages += 1;
        } else if (step.do === 'back') {
          await redis.command('CONFIG', 'SET', 'maxmemory', '0');
          await clock.advance(2_000);
          await told.back(outages);
        } else {
          const [right, answer] = [await take(model, step), await take(cache, step)];
          if (step.do === 'get') expect([null, right]).toContain(answer);
        }
      }
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      await cache.close();
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('the limiter allows what memory would allow, and tells the same waits', async () => {
    const windows = { a: 1_000_000, b: 1_000_000, s: 400_000 };
    const limits = { a: 2, b: 4, s: 5 };
    const name = fc.constantFrom('a', 'b', 's');
    const consume = fc.uniqueArray(name, { minLength: 1, maxLength: 3 });
    const passing = fc.constantFrom(30_000, 150_000, 370_000);
    const property = fc.asyncProperty(
      fc.array(fc.oneof(consume, consume, passing), { maxLength: 50 }),
      async (plan) => {
        await redis.command('FLUSHALL');
        const clock = new ManualClock();
        const model = memoryRateLimiter();
        const limiter = redisRateLimiter({ client: redis.shared(), timeoutMs });
        for (const step of plan) {
          if (typeof step === 'number') {
            await Promise.all([clock.advance(step), redis.advance(step)]);
            continue;
          }
          const requests = step.map((each): RateLimitRequest => ({
            key: each,
            limit: limits[each],
            windowMs: windows[each],
          }));
          const [right, verdict] = await Promise.all(
            [model, limiter].map((each) => each.consume({ requests, now: clock.now() })),
          );
          expect(verdict?.allowed).toBe(right?.allowed);
          if (verdict?.allowed === false && right?.allowed === false) {
            // The clock of Redis goes on meanwhile; waits that are not the same differ by ten seconds at least.
            expect(Math.abs(verdict.retryAfterMs - right.retryAfterMs)).toBeLessThan(9_000);
          }
        }
        expect(limiter.status().status).toBe('healthy');
        await limiter.close();
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});
