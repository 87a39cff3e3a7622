import { describe, expect, it } from 'vitest';
import { memoryCache } from '../src/index';
import { cacheContract, ManualClock } from '../src/testing/index';

describe('memoryCache', () => {
  cacheContract({ describe, it }, async () => {
    const clock = new ManualClock();
    const cache = memoryCache({ clock });
    return { cache, advance: (ms) => clock.advance(ms), dispose: async () => undefined };
  });

  it('keeps at most so many, and lets the least recently used go', async () => {
    const cache = memoryCache({ maxEntries: 2, clock: new ManualClock() });
    await cache.set('a', '1', 1_000);
    await cache.set('b', '2', 1_000);
    await cache.get('a');
    await cache.set('c', '3', 1_000);
    expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual(['1', null, '3']);
    expect(cache.stats().size).toBe(2);
  });

  it('forgets to the millisecond, by the injected clock alone', async () => {
    const clock = new ManualClock();
    const cache = memoryCache({ clock });
    await cache.set('a', '1', 1_000);
    await clock.advance(999);
    expect(await cache.get('a')).toBe('1');
    await clock.advance(1);
    expect(await cache.get('a')).toBeNull();
    expect(cache.stats()).toEqual({ hits: 1, misses: 1, size: 0 });
  });

  it('refuses a size that is none', () => {
    for (const maxEntries of [0, -1, 1.5, Number.NaN]) {
      expect(() => memoryCache({ maxEntries })).toThrow(expect.objectContaining({ code: 'invalid_options' }));
    }
  });
});
