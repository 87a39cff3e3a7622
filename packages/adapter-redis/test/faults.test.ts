import { ManualClock } from '@firstline/core/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RedisCache, redisCache, type RedisRateLimiter, redisRateLimiter, type RedisTarget } from '../src/index';
import { Load, TTL_MS } from './support/load';
import { describeWithRedis, portOfNobody, RedisServer } from './support/redis-server';
import { OK, StubRedis } from './support/stub-redis';
import { Told } from './support/told';

let closing: (() => unknown)[];
beforeEach(() => void (closing = []));
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

interface Pair {
  readonly cache: RedisCache;
  readonly limiter: RedisRateLimiter;
  /** Of the cache and of the limiter. */
  readonly told: readonly [Told, Told];
}

function pair(target: RedisTarget, timeoutMs = 2_000): Pair {
  const told = [new Told(), new Told()] as const;
  const cache = redisCache({ ...target, timeoutMs, logger: told[0] });
  const limiter = redisRateLimiter({ ...target, timeoutMs, logger: told[1] });
  closing.push(
    () => cache.close(),
    () => limiter.close(),
  );
  return { cache, limiter, told };
}

const bothAway = ({ told }: Pair, times = 1) => Promise.all(told.map((each) => each.away(times)));
const bothBack = ({ told }: Pair, times = 1) => Promise.all(told.map((each) => each.back(times)));
const statuses = ({ cache, limiter }: Pair) => [cache.status().status, limiter.status().status];

async function server(...flags: string[]): Promise<RedisServer> {
  const started = await RedisServer.start(...flags);
  closing.push(() => started.remove());
  return started;
}

async function stub(...args: Parameters<typeof StubRedis.open>): Promise<StubRedis> {
  const opened = await StubRedis.open(...args);
  closing.push(() => opened.close());
  return opened;
}

/** What the load finds of what it looks for, once it has set everything anew. */
async function hitRate({ cache }: Pair, load: Load): Promise<number> {
  await load.more(1_000);
  const before = cache.stats();
  await load.more(1_000);
  const { hits, misses } = cache.stats();
  const asked = hits + misses - before.hits - before.misses;
  return asked === 0 ? 0 : (hits - before.hits) / asked;
}

describeWithRedis('under load', () => {
  it('survives that Redis is killed and started again: nobody’s call fails, and the cache works again', async () => {
    const redis = await server();
    const both = pair({ url: redis.url });
    const load = new Load(both.cache, both.limiter);
    await load.more(500);
    expect(statuses(both)).toEqual(['healthy', 'healthy']);
    expect(both.cache.stats()).toMatchObject({ degraded: false, size: null });

    for (const times of [1, 2]) {
      await redis.kill();
      await bothAway(both, times);
      expect(statuses(both)).toEqual(['degraded', 'degraded']);
      expect(both.cache.status()).toMatchObject({ fault: 'unreachable', degradedAt: expect.any(Number) });
      expect(await hitRate(both, load)).toBe(1);
      expect(both.cache.stats()).toMatchObject({ degraded: true, size: expect.any(Number) });

      await redis.up();
      await bothBack(both, times);
      expect(await hitRate(both, load)).toBe(1);
      expect(statuses(both)).toEqual(['healthy', 'healthy']);
      expect(await redis.keys()).toContain('firstline:cache:{default:class:0}');
    }
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it.each(['its own connection', 'a client of the application'])(
    'survives that Redis stands still and goes on (%s)',
    async (by) => {
      const redis = await server();
      const client = new Redis(redis.url);
      closing.push(() => client.disconnect());
      const both = pair(by === 'its own connection' ? { url: redis.url } : { client }, 500);
      const load = new Load(both.cache, both.limiter);
      await load.more(500);

      for (const times of [1, 2]) {
        redis.signal('SIGSTOP');
        await bothAway(both, times);
        expect(both.cache.status().fault).toBe('timeout');
        // Thousands of calls in the time that a handful of time limits would take: nobody waits.
        await load.more(3_000);
        redis.signal('SIGCONT');
        await bothBack(both, times);
        expect(await hitRate(both, load)).toBe(1);
      }
      await load.stop();
      expect(load.failures).toEqual([]);
    },
  );

  it('survives that everything is thrown away', async () => {
    const redis = await server();
    const both = pair({ url: redis.url });
    const load = new Load(both.cache, both.limiter);
    for (let n = 0; n < 5; n += 1) {
      await load.more(200);
      await redis.command('FLUSHALL');
      await redis.command('SCRIPT', 'FLUSH');
    }
    expect(await hitRate(both, load)).toBe(1);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(both.told.map(({ lines }) => lines)).toEqual([[], []]);
  });
});

describe('a server that accepts and says nothing', () => {
  it('costs one time limit, once, and all who wait together', async () => {
    const hanging = await StubRedis.hanging();
    closing.push(() => hanging.close());
    const clock = new ManualClock();
    const cache = redisCache({ url: hanging.url, timeoutMs: 200, clock });
    closing.push(() => cache.close());

    const early = Array.from({ length: 50 }, (_, n) => cache.set(`a:${n}`, '1', TTL_MS));
    await clock.advance(199);
    expect(cache.stats()).toMatchObject({ degraded: false, size: null });
    await clock.advance(1);
    await Promise.all(early);
    expect(cache.stats()).toMatchObject({ degraded: true, size: 50 });

    // The clock stands: whoever waited for anything would wait for ever.
    for (let n = 0; n < 50; n += 1) expect(await cache.get(`a:${n}`)).toBe('1');
    expect(cache.status()).toEqual({ status: 'degraded', fault: 'unreachable', degradedAt: clock.now() });
  });

  it('is left for a new connection after a while, which ioredis alone would never do', async () => {
    const hanging = await StubRedis.hanging();
    closing.push(() => hanging.close());
    const clock = new ManualClock();
    const told = new Told();
    const cache = redisCache({ url: hanging.url, clock, logger: told });
    closing.push(() => cache.close());
    const ready = cache.ready();
    await expect.poll(() => hanging.connections).toBe(1);
    await clock.advance(200);
    await ready;

    await clock.advance(4_000);
    expect(hanging.connections).toBe(1);
    await clock.advance(4_000);
    await expect.poll(() => hanging.connections).toBe(2);

    // Now it is well.
    hanging.answer = () => OK;
    await clock.advance(10_000);
    await told.back();
    expect(cache.status().status).toBe('healthy');
  });

  it('is waited for by nobody whose question was under way, once another one was not answered', async () => {
    const redis = await stub((command) => (command === 'get' ? null : OK));
    const clock = new ManualClock();
    const cache = redisCache({ url: redis.url, timeoutMs: 200, clock });
    closing.push(() => cache.close());
    await cache.ready();

    const first = cache.get('a');
    await clock.advance(150);
    const second = cache.get('b');
    await clock.advance(50);
    // The second one would have 150 ms to go.
    expect(await Promise.all([first, second])).toEqual([null, null]);
    expect(cache.status()).toMatchObject({ fault: 'timeout' });
  });
});

describe('a connection that says nothing any more', () => {
  it.each([
    ['of its own is given up', true],
    ['of the application is left as it is, and not asked again and again', false],
  ])('%s', async (_what, isOwn) => {
    const redis = await stub((command) => (['connect', 'echo'].includes(command) ? OK : null));
    const client = new Redis(redis.url);
    closing.push(() => client.disconnect());
    const clock = new ManualClock();
    const cache = redisCache({ ...(isOwn ? { url: redis.url } : { client }), clock });
    closing.push(() => cache.close());
    await cache.ready();
    const before = redis.connections;
    const answer = cache.get('a');
    await clock.advance(200);
    expect(await answer).toBeNull();

    await clock.advance(4_000);
    expect(redis.connections).toBe(before);
    await clock.advance(10_000);
    if (isOwn) return void (await expect.poll(() => redis.connections).toBe(before + 1));
    await expect.poll(() => redis.asked).toEqual(['get', 'set']);
    await clock.advance(10_000);
    const other = new Redis(redis.url);
    closing.push(() => other.disconnect());
    await other.echo('');
    expect([redis.connections, redis.asked]).toEqual([before + 1, ['get', 'set', 'echo']]);
  });
});

describe('what was under way when the connection broke', () => {
  it('is answered by memory at once, and not sent again', async () => {
    const redis = await stub((command) => (command === 'get' ? null : OK));
    const told = new Told();
    const cache = redisCache({ url: redis.url, timeoutMs: 600_000, logger: told });
    closing.push(() => cache.close());
    const answer = cache.get('a');
    await expect.poll(() => redis.asked).toEqual(['get']);
    redis.answer = (command) => (command === 'eval' ? ':1\r\n' : OK);
    redis.hangUp();
    expect(await answer).toBeNull();
    expect(cache.status().fault).toBe('unreachable');
    await told.back();
    expect(redis.asked).toEqual(['get', 'set', 'eval']);
  });
});

describe('a logger that is broken', () => {
  it('breaks nothing else', async () => {
    const port = await portOfNobody();
    const broken = () => {
      throw new Error('disk full');
    };
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    const cache = redisCache({ url: `redis://127.0.0.1:${port}`, logger });
    closing.push(() => cache.close());
    await cache.set('a', '1', TTL_MS);
    expect(await cache.get('a')).toBe('1');
    const redis = await stub(() => OK, port);
    redis.answer = (command) => (command === 'get' ? '$1\r\n2\r\n' : command === 'eval' ? ':1\r\n' : OK);
    await expect.poll(() => cache.status().status, { timeout: 10_000 }).toBe('healthy');
    expect(await cache.get('a')).toBe('2');
  });
});

describe('a process that was busy itself', () => {
  it('does not take that for a fault of Redis', async () => {
    const redis = await stub((command) => {
      // Training a classifier, for example. The answer has come when that begins, and is late when it is over.
      const train = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
      if (command === 'get') process.nextTick(train);
      return '$-1\r\n';
    });
    const cache = redisCache({ url: redis.url, timeoutMs: 500 });
    closing.push(() => cache.close());
    await cache.ready();
    expect(await cache.get('a')).toBeNull();
    expect(cache.status().status).toBe('healthy');
  });
});

describe('a server that is not there', () => {
  it('is used as soon as it is', async () => {
    const port = await portOfNobody();
    const both = pair({ url: `redis://127.0.0.1:${port}` });
    await both.cache.set('a', '1', TTL_MS);
    expect(await both.cache.get('a')).toBe('1');
    await both.limiter.ready();
    expect(statuses(both)).toEqual(['degraded', 'degraded']);
    expect(both.cache.status().fault).toBe('unreachable');

    const redis = await stub((command) => (command === 'eval' ? '*2\r\n:1\r\n:1\r\n' : OK), port);
    await bothBack(both);
    expect(statuses(both)).toEqual(['healthy', 'healthy']);
    // Both tried what they will do, and then Redis had to forget what was set meanwhile.
    expect(redis.asked.sort()).toEqual(['del', 'eval', 'eval', 'set']);
  });
});

describeWithRedis('a server that is not able', () => {
  it('is not used with a wrong password, and is as soon as it is right', async () => {
    const redis = await server('--requirepass', 'another');
    const told = new Told();
    const cache = redisCache({
      config: { host: '127.0.0.1', port: redis.port, password: 'hunter2', retryStrategy: () => 10 },
      timeoutMs: 5_000,
      logger: told,
    });
    closing.push(() => cache.close());
    await cache.set('a', '1', TTL_MS);
    expect(await cache.get('a')).toBe('1');
    expect(cache.status()).toMatchObject({ status: 'degraded', fault: 'unauthorized' });
    expect(JSON.stringify(told.lines)).not.toContain('hunter2');

    const admin = new Redis(redis.port, '127.0.0.1', { password: 'another' });
    await admin.config('SET', 'requirepass', 'hunter2');
    admin.disconnect();
    await told.back();
    expect(cache.status().status).toBe('healthy');
  });

  it('is not used while it may only be read', async () => {
    const redis = await server();
    const both = pair({ url: redis.url });
    await both.cache.set('a', '1', TTL_MS);
    await redis.command('REPLICAOF', '127.0.0.1', String(await portOfNobody()));
    await both.cache.set('a', '2', TTL_MS);
    expect(both.cache.status()).toMatchObject({ status: 'degraded', fault: 'read_only' });
    expect(await both.cache.get('a')).toBe('2');
    await both.limiter.consume({ requests: [{ key: 'k', limit: 1, windowMs: 1_000 }], now: 0 });
    expect(both.limiter.status().fault).toBe('read_only');

    await redis.command('REPLICAOF', 'NO', 'ONE');
    await bothBack(both);
    // What Redis had is old.
    expect(await both.cache.get('a')).toBeNull();
  });

  it('is not used while it has no memory left', async () => {
    const redis = await server();
    const both = pair({ url: redis.url });
    await both.cache.ready();
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await both.cache.add('sum', 1, TTL_MS);
    await both.limiter.consume({ requests: [{ key: 'k', limit: 1, windowMs: 1_000 }], now: 0 });
    expect([both.cache.status().fault, both.limiter.status().fault]).toEqual(['out_of_memory', 'out_of_memory']);

    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await bothBack(both);
    expect(await both.cache.get('sum')).toBe('1');
  });
});

describe('what a server says', () => {
  it.each([
    ['-LOADING Redis is loading the dataset in memory', 'loading'],
    ['-MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk', 'read_only'],
    ['-NOAUTH Authentication required.', 'unauthorized'],
    ['-NOPERM this user has no permissions to run the command', 'unauthorized'],
    ['-CLUSTERDOWN The cluster is down', 'refused'],
    ['-ERR Error running script (call to f_1): @user_script:2: -OOM command not allowed', 'out_of_memory'],
  ])('%s', async (line, fault) => {
    const redis = await stub(() => `${line}\r\n`);
    const both = pair({ url: redis.url });
    expect(await both.cache.add('a', 2, TTL_MS)).toBe(2);
    expect(await both.cache.add('a', 3, TTL_MS)).toBe(5);
    const requests = [{ key: 'k', limit: 1, windowMs: 60_000 }];
    expect(await both.limiter.consume({ requests, now: 0 })).toEqual({ allowed: true });
    expect(await both.limiter.consume({ requests, now: 0 })).toEqual({ allowed: false, retryAfterMs: 60_000 });
    expect([both.cache.status().fault, both.limiter.status().fault]).toEqual([fault, fault]);

    redis.answer = (command) => (command === 'eval' ? '*2\r\n:1\r\n:1\r\n' : OK);
    await bothBack(both);
    expect(statuses(both)).toEqual(['healthy', 'healthy']);
  });

  it('about one key is no fault of the server', async () => {
    const redis = await stub(() => '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n');
    const { cache, told } = pair({ url: redis.url });
    expect(await cache.get('a')).toBeNull();
    expect(await cache.add('a', 1, TTL_MS)).toBe(1);
    expect(cache.status().status).toBe('healthy');
    expect(told[0].lines).toEqual([]);
  });
});
