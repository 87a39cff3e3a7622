import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { redisCache, redisRateLimiter } from '../src/index';
import { Load } from './support/load';
import { describeWithRedis, RedisServer } from './support/redis-server';
import { Told } from './support/told';

const TTL_MS = 600_000;
const AWKWARD = ['plain', 'a}b', 'a{b}c', '{}', '{', '}', '} {x}', 'a b*?[c]\\', ''];

describeWithRedis('keys', () => {
  let redis: RedisServer;
  beforeAll(async () => void (redis = await RedisServer.start()));
  afterAll(() => redis.remove());
  beforeEach(() => redis.command('FLUSHALL'));

  it('begin with the prefix, and name the tenant and what is limited', async () => {
    const cache = redisCache({ url: redis.url, keyPrefix: 'acme:support', tenant: 'north' });
    const limiter = redisRateLimiter({ url: redis.url, keyPrefix: 'acme:support' });
    await cache.set('class:1', '1', TTL_MS);
    await cache.add('budget:1', 1, TTL_MS);
    await limiter.consume({ requests: [{ key: 'north:client:c-42', limit: 1, windowMs: 60_000 }], now: 0 });
    await Promise.all([cache.close(), limiter.close()]);
    expect(await redis.keys()).toEqual([
      'acme:support:cache:{north:budget:1}',
      'acme:support:cache:{north:class:1}',
      'acme:support:limit:60000:{north:client:c-42}',
    ]);
  });

  it('keep tenants and prefixes apart', async () => {
    const caches = [
      redisCache({ url: redis.url }),
      redisCache({ url: redis.url, tenant: 'other' }),
      redisCache({ url: redis.url, keyPrefix: 'other' }),
    ];
    for (const [index, cache] of caches.entries()) await cache.set('a', String(index), TTL_MS);
    expect(await Promise.all(caches.map((cache) => cache.get('a')))).toEqual(['0', '1', '2']);
    await Promise.all(caches.map((cache) => cache.close()));
  });

  it('all come to an end', async () => {
    const cache = redisCache({ url: redis.url });
    const limiter = redisRateLimiter({ url: redis.url });
    await cache.set('for ever', '1', Number.POSITIVE_INFINITY);
    await cache.set('a fraction', '1', 900_000.4);
    await cache.add('sum', 1, TTL_MS);
    await limiter.consume({ requests: [{ key: 'k', limit: 1, windowMs: 900_000.5 }], now: 0 });
    const keys = await redis.keys();
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(await redis.command('PTTL', key)).toBeGreaterThan(TTL_MS / 2);

    await cache.set('sum', '1', 0);
    await cache.add('nothing', 1, 0);
    await cache.add('nothing', 1, Number.NaN);
    expect(await redis.keys()).toHaveLength(3);
    expect(cache.status().status).toBe('healthy');
    await Promise.all([cache.close(), limiter.close()]);
  });

  it('are named by each command: nothing looks through others on the way of a message', async () => {
    const cache = redisCache({ url: redis.url });
    const limiter = redisRateLimiter({ url: redis.url });
    await Promise.all([cache.ready(), limiter.ready()]);
    const seen = await redis.watch();
    await cache.get('a');
    await cache.set('a', '1', TTL_MS);
    await cache.add('sum', 1, TTL_MS);
    await cache.delete('a');
    await limiter.consume({ requests: [{ key: 'client', limit: 2, windowMs: 60_000 }], now: 0 });
    const both = ['client', 'source'].map((key) => ({ key, limit: 2, windowMs: 60_000 }));
    for (let n = 0; n < 2; n += 1) await limiter.consume({ requests: both, now: 0 });
    // get, set, add, delete; one limit; two limits, and two of which the first refuses.
    expect((await seen()).map(([command]) => command)).toEqual([
      'get',
      'set',
      'eval',
      'del',
      'eval',
      'eval',
      'eval',
      'eval',
      'eval',
    ]);
    await Promise.all([cache.close(), limiter.close()]);
  });
});

describeWithRedis('in a cluster', () => {
  let redis: RedisServer;
  let client: Cluster;
  let told: Told;
  beforeAll(async () => void (redis = await RedisServer.startCluster()));
  afterAll(() => redis.remove());
  beforeEach(() => {
    client = new Cluster(redis.nodes);
    client.on('error', () => undefined);
    told = new Told();
  });
  afterEach(() => client.disconnect());

  it('it is tried where it failed', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const limits = new Told();
    const cache = redisCache({ client, logger: told, timeoutMs: 5_000 });
    const limiter = redisRateLimiter({ client, logger: limits, timeoutMs: 5_000 });
    await cache.set('failed', '1', TTL_MS);
    const requests = ['client', 'source'].map((key) => ({ key, limit: 1, windowMs: 60_000 }));
    await limiter.consume({ requests, now: 0 });
    const seen = await redis.watch();
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await Promise.all([told.back(), limits.back()]);
    const probed = (await seen()).flat().filter((part) => part.startsWith('firstline:') && part.includes('-probe:'));
    expect([...new Set(probed)].sort()).toEqual([
      'firstline:cache-probe:{default:failed}',
      'firstline:limit-probe:{client}',
      'firstline:limit-probe:{source}',
    ]);
    await Promise.all([cache.close(), limiter.close()]);

    const clear = AWKWARD.map((key) => [`firstline:cache:{default:${key}}`, `firstline:cache-probe:{default:${key}}`]);
    for (const keys of clear) {
      const [of, probe] = await Promise.all(keys.map((key) => redis.command('CLUSTER', 'KEYSLOT', key)));
      expect(probe).toBe(of);
    }
    const slots = Array.from({ length: 50 }, (_, n) =>
      redis.command('CLUSTER', 'KEYSLOT', `firstline:cache:{default:${n}}`),
    );
    expect(new Set(await Promise.all(slots)).size).toBeGreaterThan(40);
  });

  it('one request may have limits in different places', async () => {
    const limiter = redisRateLimiter({ client, timeoutMs: 5_000 });
    const requests = Array.from({ length: 20 }, (_, n) => ({ key: `limit:${n}`, limit: 1, windowMs: 60_000 }));
    expect(await limiter.consume({ requests, now: 0 })).toEqual({ allowed: true });
    expect(await limiter.consume({ requests: requests.slice(19), now: 0 })).toMatchObject({ allowed: false });
    const again = [{ key: 'fresh', limit: 1, windowMs: 60_000 }, ...requests.slice(10)];
    expect(await limiter.consume({ requests: again, now: 0 })).toMatchObject({ allowed: false });
    expect(await limiter.consume({ requests: again.slice(0, 1), now: 0 })).toEqual({ allowed: true });
    expect(limiter.status().status).toBe('healthy');
    await limiter.close();
  });

  it('nobody’s call fails when it is killed and started again', async () => {
    const cache = redisCache({ client, logger: told, timeoutMs: 500 });
    const limiter = redisRateLimiter({ client, timeoutMs: 500 });
    const load = new Load(cache, limiter);
    await load.more(500);
    await redis.kill();
    await told.away();
    await load.more(500);
    await redis.up();
    await redis.clusterIsUp();
    await told.back();
    // Each of the forty keys comes up at least once.
    await load.more(1_500);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(cache.status().status).toBe('healthy');
    expect(await redis.keys()).toContain('firstline:cache:{default:class:0}');
    await Promise.all([cache.close(), limiter.close()]);
  });
});
