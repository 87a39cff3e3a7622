import { ManualClock } from '@firstline/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RedisCache, redisCache } from '../src/index';
import { describeWithRedis, RedisServer } from './support/redis-server';
import { Told } from './support/told';

const TTL_MS = 600_000;

describeWithRedis('what was done while Redis was away', () => {
  let redis: RedisServer;
  /** Sees Redis all the time. */
  let other: RedisCache;
  let cache: RedisCache;
  let told: Told;
  let clock: ManualClock;
  beforeAll(async () => void (redis = await RedisServer.start()));
  afterAll(() => redis.remove());
  beforeEach(async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await redis.command('ACL', 'SETUSER', 'default', '+@all');
    await redis.command('FLUSHALL');
    told = new Told();
    clock = new ManualClock();
    other = redisCache({ url: redis.url });
    // The test's clock runs ahead of the network; what comes from there must not be too late by it.
    cache = redisCache({ client: redis.client(), clock, logger: told, maxEntries: 1_000, timeoutMs: 2 ** 30 });
    await Promise.all([other.ready(), cache.ready()]);
  });
  afterEach(() => Promise.all([other.close(), cache.close()]));

  /** Redis refuses to write for this process's next call, and is well again for the rest. */
  async function goAway(): Promise<void> {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await cache.set('away', '1', TTL_MS);
    expect(cache.status().status).toBe('degraded');
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  }

  async function comeBack(): Promise<void> {
    await clock.advance(2_000);
    await told.back();
  }

  it('does not come back with the value it had before', async () => {
    for (const key of ['set', 'deleted', 'left']) await cache.set(key, '"old"', TTL_MS);
    await goAway();
    await cache.set('set', '"new"', TTL_MS);
    await cache.delete('deleted');
    expect([await cache.get('set'), await cache.get('deleted'), await cache.get('left')]).toEqual([
      '"new"',
      null,
      null,
    ]);

    await comeBack();
    for (const each of [cache, other]) {
      expect(await Promise.all(['set', 'deleted', 'left', 'away'].map((key) => each.get(key)))).toEqual([
        null,
        null,
        '"old"',
        null,
      ]);
    }
  });

  it('adds to the sums of all', async () => {
    await other.add('spent', 5, TTL_MS);
    await goAway();
    expect(await cache.add('spent', 2, TTL_MS)).toBe(2);
    expect(await cache.add('spent', 1, TTL_MS)).toBe(3);
    await other.add('spent', 10, TTL_MS);
    await comeBack();
    expect(await other.add('spent', 0, TTL_MS)).toBe(18);
  });

  it('adds nothing to a sum whose time is over, and gives a new one the rest of its time', async () => {
    await goAway();
    await cache.add('over', 1, 1_000);
    await cache.add('spent', 1, TTL_MS);
    await comeBack();
    expect(await other.get('over')).toBeNull();
    expect(await redis.command('PTTL', 'firstline:cache:{default:spent}')).toBeLessThanOrEqual(TTL_MS - 2_000);
  });

  it('is told whole, however much it is, and what is done meanwhile as well', async () => {
    for (let n = 0; n < 700; n += 1) await other.set(`k:${n}`, '"old"', TTL_MS);
    await goAway();
    for (let n = 0; n < 650; n += 1) await cache.set(`k:${n}`, '"new"', TTL_MS);
    const returning = comeBack();
    for (let n = 650; n < 700; n += 1) {
      await cache.delete(`k:${n}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await returning;
    const found = await Promise.all(Array.from({ length: 700 }, (_, n) => other.get(`k:${n}`)));
    expect(found.filter((value) => value !== null)).toEqual([]);
  });

  it('is kept where telling fails, and told the next time', async () => {
    await cache.set('a', '"old"', TTL_MS);
    await other.add('spent', 5, TTL_MS);
    await goAway();
    await cache.set('a', '"new"', TTL_MS);
    await cache.add('spent', 2, TTL_MS);
    // It may do all but delete.
    await redis.command('ACL', 'SETUSER', 'default', '-del');
    await clock.advance(100);
    await expect.poll(() => cache.status().fault).toBe('unauthorized');
    await cache.add('spent', 3, TTL_MS);
    await redis.command('ACL', 'SETUSER', 'default', '+@all');
    await comeBack();
    expect([await other.get('a'), await other.get('spent')]).toEqual([null, '10']);
  });

  it('is dropped where Redis has something else under the key, and holds up nothing', async () => {
    await redis.command('RPUSH', 'firstline:cache:{default:sum}', 'of somebody else');
    await goAway();
    await cache.add('sum', 1, TTL_MS);
    await cache.add('other', 1, TTL_MS);
    await comeBack();
    expect(await other.get('other')).toBe('1');
  });

  it('is bounded: the oldest goes first', async () => {
    for (const key of ['first', 'last']) await other.set(key, '"old"', TTL_MS);
    await goAway();
    await cache.set('first', '"new"', TTL_MS);
    for (let n = 0; n < 1_000; n += 1) await cache.set(`k:${n}`, '1', TTL_MS);
    await cache.delete('last');
    expect(cache.stats().size).toBe(1_000);
    await comeBack();
    expect([await other.get('first'), await other.get('last')]).toEqual(['"old"', null]);
  });

  it('is over with the return: the next time begins with nothing', async () => {
    await goAway();
    await cache.set('a', '"of the first time"', TTL_MS);
    await comeBack();
    await other.set('a', '"newer"', TTL_MS);
    await goAway();
    expect(await cache.get('a')).toBeNull();
  });
});
