import { describe, expect, it } from 'vitest';
import {
  type Cache,
  localDispatcher,
  memoryCache,
  memoryRateLimiter,
  memoryStorage,
  type PartStatus,
  type RateLimiter,
} from '../src/index';
import { desk } from './support/fixture';

const WELL: PartStatus = { status: 'healthy', fault: null, degradedAt: null };
const AWAY: PartStatus = { status: 'degraded', fault: 'unreachable', degradedAt: 1_767_600_000_000 };

const cacheThat = (status: () => PartStatus): Cache => Object.assign(memoryCache(), { status });
const limiterThat = (status: () => PartStatus): RateLimiter => Object.assign(memoryRateLimiter(), { status });

describe('the health of an engine', () => {
  it('is that of its storage and worker where nothing is shared', async () => {
    const { engine } = desk();
    expect(await engine.health()).toMatchObject({ status: 'degraded', worker: { running: false } });
    await engine.start();
    expect(await engine.health()).toEqual({
      status: 'healthy',
      storage: { status: 'healthy' },
      worker: { status: 'healthy', running: true, lateMs: 0 },
      cache: WELL,
      rateLimiter: WELL,
      dispatcher: WELL,
    });
    await engine.stop();
  });

  it.each(['cache', 'rateLimiter', 'dispatcher'] as const)(
    'is degraded, no more, while its %s is, and well again with it',
    async (name) => {
      let current = AWAY;
      const status = () => current;
      const parts = {
        cache: cacheThat(status),
        rateLimiter: limiterThat(status),
        dispatcher: Object.assign(localDispatcher(), { status }),
      };
      const { engine } = desk({ [name]: parts[name] });
      await engine.start();
      expect(await engine.health()).toMatchObject({
        ...{ status: 'degraded', storage: { status: 'healthy' }, worker: { status: 'healthy' } },
        ...{ cache: WELL, rateLimiter: WELL, dispatcher: WELL, [name]: AWAY },
      });
      expect((await engine.receive({ clientId: 'a', text: 'referral' })).status).toBe('answered');
      current = WELL;
      expect(await engine.health()).toMatchObject({ status: 'healthy', [name]: WELL });
      await engine.stop();
    },
  );

  it('tells of the connections of a storage that has some, also while it is away', async () => {
    const pool = { size: 10, idle: 4, waiting: 0 };
    const storage = Object.assign(memoryStorage(), { pool: () => pool });
    const { engine } = desk({ storage });
    expect((await engine.health()).storage).toEqual({ status: 'healthy', pool });
    storage.ping = () => Promise.reject(new Error('away'));
    expect((await engine.health()).storage).toEqual({ status: 'unhealthy', pool });
    storage.pool = () => {
      throw new Error('no pool');
    };
    expect((await engine.health()).storage).toEqual({ status: 'unhealthy' });
    await engine.stop();
  });

  it('is unhealthy while nothing can be stored, and says how the rest is', async () => {
    const storage = memoryStorage();
    storage.ping = () => Promise.reject(new Error('away'));
    const { engine } = desk({ storage, cache: cacheThat(() => AWAY) });
    expect(await engine.health()).toMatchObject({ status: 'unhealthy', cache: AWAY, rateLimiter: WELL });
    await engine.stop();
  });

  it('never rejects, and shows no more of a fault than a word', async () => {
    const cache = cacheThat(() => {
      throw new Error('connect redis://:secret@10.0.0.7');
    });
    const rateLimiter = limiterThat(() => ({ ...AWAY, fault: 'redis://:secret@10.0.0.7 is away' }));
    const { engine } = desk({ cache, rateLimiter });
    const health = await engine.health();
    expect(health).toMatchObject({
      cache: { status: 'degraded', fault: 'unknown', degradedAt: null },
      rateLimiter: { ...AWAY, fault: 'unknown' },
    });
    expect(JSON.stringify(health)).not.toContain('secret');
    await engine.stop();
  });
});
