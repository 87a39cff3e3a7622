import { connect } from 'node:net';
import { isFirstlineError } from '@firstline/core';
import { expect, it } from 'vitest';
import { redisCache, type RedisCacheOptions, redisRateLimiter } from '../src/index';
import { StubRedis } from './support/stub-redis';

const SECRET = 'hunter2';

it.each<[string, unknown]>([
  ['options', undefined],
  ['options', 'redis://127.0.0.1'],
  ['url', {}],
  ['config', { url: 'redis://127.0.0.1', config: {} }],
  ['url', { url: '127.0.0.1:6379' }],
  ['url', { url: `http://user:${SECRET}@127.0.0.1` }],
  ['url', { url: `redis://user:${SECRET}@127.0.0.1:port` }],
  ['url', { url: '' }],
  ['config', { config: 6379 }],
  ['client', { client: {} }],
  ['client', { client: 'redis://127.0.0.1' }],
  ['keyPrefix', { url: 'redis://127.0.0.1', keyPrefix: '' }],
  ['keyPrefix', { url: 'redis://127.0.0.1', keyPrefix: 'a{b}' }],
  ['keyPrefix', { url: 'redis://127.0.0.1', keyPrefix: 'a'.repeat(65) }],
  ['timeoutMs', { url: 'redis://127.0.0.1', timeoutMs: 0 }],
  ['timeoutMs', { url: 'redis://127.0.0.1', timeoutMs: '200ms' }],
  ['timeout', { url: 'redis://127.0.0.1', timeout: 200 }],
])('names %s where that is wrong', (path, options) => {
  for (const [name, make] of [
    ['redisCache', redisCache],
    ['redisRateLimiter', redisRateLimiter],
  ] as const) {
    const error = thrownBy(() => make(options as RedisCacheOptions));
    expect(error).toMatchObject({ code: 'invalid_options', path });
    expect(String(error)).toContain(`${name}: ${path}: `);
    expect(String(error)).not.toContain(SECRET);
  }
});

it.each<[string, object]>([
  ['tenant', { tenant: '' }],
  ['tenant', { tenant: 'a b' }],
  ['maxEntries', { maxEntries: 0 }],
  ['maxEntries', { maxEntries: 1.5 }],
])('a cache names %s as well', (path, options) => {
  expect(thrownBy(() => redisCache({ url: 'redis://127.0.0.1', ...options }))).toMatchObject({ path });
});

it('connects to nothing before it is asked', async () => {
  const redis = await StubRedis.hanging();
  const cache = redisCache({ url: redis.url, timeoutMs: 20 });
  expect(cache.status()).toEqual({ status: 'healthy', fault: null, degradedAt: null });
  // Another connection, begun later, is the first one.
  const another = connect(redis.port, '127.0.0.1');
  await expect.poll(() => redis.connections).toBe(1);
  await cache.get('a');
  await expect.poll(() => redis.connections).toBe(2);
  another.destroy();
  await cache.close();
  await redis.close();
});

function thrownBy(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    if (isFirstlineError(error)) return error;
    throw error;
  }
  throw new Error('expected an error');
}
