import { describe, expect, it } from 'vitest';
import { type Cache, type Engine, memoryCache, memoryStorage, type Storage } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { desk } from './support/fixture';

/** Engines of two processes on one storage, and how often it was made to count. */
function processes(cache: (clock: ManualClock) => Cache) {
  const clock = new ManualClock();
  const storage: Storage = memoryStorage();
  const counted: number[] = [];
  const counts = storage.counts.bind(storage);
  storage.counts = (params) => {
    counted.push(params.now);
    return counts(params);
  };
  const shared = cache(clock);
  const engines = [0, 1].map(() => desk({ clock, storage, cache: shared }).engine) as [Engine, Engine];
  return { clock, storage, counted, engines, cache: shared };
}

const say = (engine: Engine, clientId: string) => engine.receive({ clientId, text: 'referral' });
const inbound = async (engine: Engine, maxAge: '5s' | 0) => (await engine.stats({ maxAge })).messages.inbound;

describe('statistics', () => {
  it('are counted now, unless the caller says how old they may be', async () => {
    const { engines, clock, counted } = processes((clock) => memoryCache({ clock }));
    for (let n = 1; n <= 3; n += 1) {
      await say(engines[0], `c${n}`);
      expect(await engines[1].stats()).toMatchObject({ messages: { inbound: n }, countedAt: clock.now() });
    }
    expect(counted).toHaveLength(3);
    await engines[0].stop();
  });

  it('are counted once for all processes and all who ask, for as long as the caller allows', async () => {
    const { engines, clock, counted } = processes((clock) => memoryCache({ clock }));
    await say(engines[0], 'a');
    const begun = clock.now();
    expect(await inbound(engines[0], '5s')).toBe(1);
    await say(engines[0], 'b');
    await clock.advance('4s');
    expect(await Promise.all([...engines, ...engines].map((engine) => inbound(engine, '5s')))).toEqual([1, 1, 1, 1]);
    expect((await engines[1].stats({ maxAge: '5s' })).countedAt).toBe(begun);
    expect(counted).toHaveLength(1);
    await clock.advance('1s');
    expect(await Promise.all(Array.from({ length: 20 }, () => inbound(engines[1], '5s')))).toEqual(Array(20).fill(2));
    expect(await inbound(engines[0], '5s')).toBe(2);
    expect(counted).toHaveLength(2);
    expect(await inbound(engines[0], 0)).toBe(2);
    expect(counted).toHaveLength(3);
    await engines[0].stop();
  });

  it('are counted where the cache fails or holds nonsense, and after a count that failed', async () => {
    const { engines, storage, counted, cache } = processes((clock) => memoryCache({ clock }));
    await say(engines[0], 'a');
    cache.get = () => Promise.resolve('{"messages":1}');
    expect(await inbound(engines[0], '5s')).toBe(1);
    cache.get = () => Promise.reject(new Error('away'));
    cache.set = () => Promise.reject(new Error('away'));
    expect(await inbound(engines[0], '5s')).toBe(1);
    expect(counted).toHaveLength(2);
    const { counts } = storage;
    storage.counts = () => Promise.reject(new Error('away'));
    await expect(inbound(engines[0], '5s')).rejects.toThrow('away');
    storage.counts = counts;
    expect(await inbound(engines[0], '5s')).toBe(1);
    await engines[0].stop();
  });

  it('say how the cache does, now and not when it was counted', async () => {
    const { engines, cache } = processes((clock) => memoryCache({ clock }));
    expect((await engines[0].stats()).cache).toEqual({ hits: 0, misses: 0, size: 0, hitRate: null });
    await engines[0].stats({ maxAge: '5s' });
    await cache.get('something else');
    for (let n = 0; n < 2; n += 1) await engines[1].stats({ maxAge: '5s' });
    expect((await engines[0].stats({ maxAge: '5s' })).cache).toEqual({ hits: 3, misses: 2, size: 1, hitRate: 0.6 });
    await engines[0].stop();
  });

  it('of workspaces are kept apart', async () => {
    const [cache, storage] = [memoryCache(), memoryStorage()];
    const [one, other] = ['one', 'other'].map((tenant) => desk({ storage, cache, tenant }).engine) as [Engine, Engine];
    await say(one, 'a');
    expect([await inbound(one, '5s'), await inbound(other, '5s')]).toEqual([1, 0]);
    await one.stop();
  });

  it('are refused for an age that is none', async () => {
    const { engine } = desk();
    const fault = { code: 'invalid_input', path: 'maxAge' };
    await expect(engine.stats({ maxAge: 'soon' as '1s' })).rejects.toMatchObject(fault);
    await expect(engine.stats({ maxAge: -1 })).rejects.toMatchObject(fault);
    await engine.stop();
  });
});
