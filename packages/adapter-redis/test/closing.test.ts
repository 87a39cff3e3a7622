import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { redisCache, redisRateLimiter } from '../src/index';
import { describeWithRedis, portOfNobody, RedisServer } from './support/redis-server';
import { OK, StubRedis } from './support/stub-redis';

let opened: StubRedis | null = null;
afterEach(async () => {
  await opened?.close();
  opened = null;
});
const stub = async (answer = (): string | null => OK): Promise<StubRedis> => (opened = await StubRedis.open(answer));

describe('close', () => {
  it('ends what was opened here, and memory goes on', async () => {
    const redis = await stub();
    const cache = redisCache({ url: redis.url });
    const limiter = redisRateLimiter({ url: redis.url });
    await Promise.all([cache.ready(), limiter.ready()]);
    expect(redis.connections).toBe(2);
    await Promise.all([cache.close(), limiter.close()]);
    await expect.poll(() => redis.open).toBe(0);

    await cache.set('a', '1', 1_000);
    expect(await cache.get('a')).toBe('1');
    expect(await limiter.consume({ requests: [{ key: 'k', limit: 1, windowMs: 9 }], now: 0 })).toEqual({
      allowed: true,
    });
    expect(cache.status()).toMatchObject({ status: 'degraded', fault: 'closed' });
    await Promise.all([cache.close(), cache.ready()]);
    expect(redis.connections).toBe(2);
  });

  it('leaves a client of the application as it was', async () => {
    const redis = await stub();
    const client = new Redis(redis.url);
    await once(client, 'ready');
    const count = () => ['connect', 'ready', 'error', 'close'].map((event) => client.listenerCount(event));
    const before = count();
    const options = Object.keys(client);
    const cache = redisCache({ client });
    const limiter = redisRateLimiter({ client });
    await cache.set('a', '1', 1_000);
    await limiter.consume({ requests: [{ key: 'k', limit: 1, windowMs: 9 }], now: 0 });
    await Promise.all([cache.close(), limiter.close()]);
    expect(count()).toEqual(before);
    expect(Object.keys(client)).toEqual(options);
    expect(await client.set('a', '1')).toBe('OK');
    client.disconnect();
  });

  it('comes to an end in every state', async () => {
    const silent = await stub(() => null);
    const nobody = `redis://127.0.0.1:${await portOfNobody()}`;
    const untouched = redisCache({ url: nobody });
    await untouched.close();
    expect(await untouched.get('a')).toBeNull();

    const opening = redisCache({ url: silent.url, timeoutMs: 60_000 });
    const asked = opening.get('a');
    await expect.poll(() => silent.connections).toBe(1);
    await opening.close();
    expect(await asked).toBeNull();

    const atOnce = redisCache({ url: nobody });
    const answer = atOnce.get('a');
    await atOnce.close();
    expect(await answer).toBeNull();

    const away = redisCache({ url: nobody });
    await away.get('a');
    await away.close();
    expect(away.status().fault).toBe('closed');
  });
});

describeWithRedis('a client that the application closes', () => {
  it('is away, and nobody’s call fails', async () => {
    const redis = await RedisServer.start();
    const client = redis.client();
    const cache = redisCache({ client });
    await cache.set('a', '1', 1_000);
    await client.quit();
    expect(await cache.get('a')).toBeNull();
    expect(cache.status()).toMatchObject({ status: 'degraded', fault: 'unreachable' });
    await cache.close();
    await redis.remove();
  });
});
