import { describe, expect, it } from 'vitest';
import { memoryRateLimiter, type RateLimiter } from '../src/index';
import { ManualClock, rateLimiterContract } from '../src/testing/index';

const CLIENT = { key: 'client:a', limit: 3, windowMs: 1_000 };
const SOURCE = { key: 'source:s', limit: 4, windowMs: 60_000 };
const YES = { allowed: true };

/** Verdicts of requests at these times. */
function at(limiter: RateLimiter, ...times: readonly number[]) {
  return Promise.all(times.map((now) => limiter.consume({ requests: [CLIENT], now })));
}

describe('memoryRateLimiter', () => {
  rateLimiterContract({ describe, it }, async () => {
    const clock = new ManualClock();
    return {
      limiter: memoryRateLimiter(),
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      dispose: async () => undefined,
    };
  });

  it('allows as many as the limit, and says when the next one may come', async () => {
    const limiter = memoryRateLimiter();
    expect(await at(limiter, 0, 100, 200)).toEqual([YES, YES, YES]);
    expect(await at(limiter, 300, 999)).toEqual([
      { allowed: false, retryAfterMs: 700 },
      { allowed: false, retryAfterMs: 1 },
    ]);
    expect(await at(limiter, 1_000)).toEqual([YES]);
    expect(await at(limiter, 1_000)).toEqual([{ allowed: false, retryAfterMs: 100 }]);
  });

  it('never allows more than the limit within any window', async () => {
    const limiter = memoryRateLimiter();
    const allowed: number[] = [];
    for (let now = 0; now < 10_000; now += 37) {
      const verdict = await limiter.consume({ requests: [CLIENT], now });
      if (verdict.allowed) allowed.push(now);
    }
    for (const start of allowed) {
      const within = allowed.filter((time) => time >= start && time < start + CLIENT.windowMs);
      expect(within.length).toBeLessThanOrEqual(CLIENT.limit);
    }
    expect(allowed.length).toBeGreaterThanOrEqual(27);
  });

  it('allows what was refused exactly when it said', async () => {
    const limiter = memoryRateLimiter();
    await at(limiter, 0, 1, 2);
    const refused = await limiter.consume({ requests: [CLIENT], now: 500 });
    const retryAfterMs = refused.allowed ? 0 : refused.retryAfterMs;
    expect(await at(limiter, 500 + retryAfterMs)).toEqual([YES]);
  });

  it('counts against every limit or, when one refuses, against none', async () => {
    const limiter = memoryRateLimiter();
    const both = (now: number) => limiter.consume({ requests: [CLIENT, SOURCE], now });
    expect([await both(0), await both(0), await both(0)]).toEqual([YES, YES, YES]);
    for (let n = 0; n < 10; n += 1) expect(await both(0)).toEqual({ allowed: false, retryAfterMs: 1_000 });
    expect(await limiter.consume({ requests: [SOURCE], now: 0 })).toEqual(YES);
    expect(await both(1_000)).toEqual({ allowed: false, retryAfterMs: 59_000 });
    expect(await limiter.consume({ requests: [CLIENT], now: 1_000 })).toEqual(YES);
  });

  it('keeps keys apart', async () => {
    const limiter = memoryRateLimiter();
    await at(limiter, 0, 0, 0);
    expect(await limiter.consume({ requests: [{ ...CLIENT, key: 'client:b' }], now: 0 })).toEqual(YES);
  });

  it('locks nobody out when the clock is set back, and forgives slightly disordered times', async () => {
    const limiter = memoryRateLimiter();
    await at(limiter, 1_000_000, 1_000_002, 1_000_001);
    expect(await at(limiter, 1_000_000)).toMatchObject([{ allowed: false }]);
    expect(await at(limiter, 500_000)).toEqual([YES]);
  });

  it('stays correct while it forgets thousands of keys that are over', async () => {
    const limiter = memoryRateLimiter();
    await at(limiter, 0, 0, 0);
    for (let n = 0; n < 5_000; n += 1) {
      await limiter.consume({ requests: [{ key: `once:${n}`, limit: 1, windowMs: 10 }], now: n / 100 });
    }
    expect(await at(limiter, 999)).toMatchObject([{ allowed: false }]);
    expect(await limiter.consume({ requests: [{ key: 'once:4999', limit: 1, windowMs: 10 }], now: 50 })).toMatchObject({
      allowed: false,
    });
    expect(await limiter.consume({ requests: [{ key: 'once:0', limit: 1, windowMs: 10 }], now: 50 })).toEqual(YES);
  });
});
