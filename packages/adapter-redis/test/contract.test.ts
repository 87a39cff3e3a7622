import { ManualClock, cacheContract, rateLimiterContract } from '@firstline/core/testing';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis-6';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisClient, redisCache, redisRateLimiter, type RedisTarget } from '../src/index';
import { describeWithRedis, portOfNobody, RedisServer } from './support/redis-server';

/** A machine under load may take its time; here nothing is meant to be too late. */
const timeoutMs = 20_000;

interface Way {
  readonly target: RedisTarget;
  /** Ends what the adapter leaves open. */
  end(): void;
}

const own = (target: RedisTarget): Way => ({ target, end: () => undefined });
const given = (client: RedisClient): Way => ({ target: { client }, end: () => client.disconnect() });
let server: RedisServer;

function bothContracts(way: () => Way): void {
  cacheContract({ describe, it }, async () => {
    await server.command('FLUSHALL');
    const ways: Way[] = [];
    const make = () => {
      ways.push(way());
      return redisCache({ ...ways.at(-1)!.target, timeoutMs });
    };
    const caches = [make()];
    return {
      cache: caches[0]!,
      advance: (ms) => server.advance(ms),
      peer: async () => caches[caches.push(make()) - 1]!,
      dispose: async () => {
        // Memory keeps the contract as well, so it must not have been memory.
        expect(caches.map((cache) => cache.status().status)).toEqual(caches.map(() => 'healthy'));
        await Promise.all(caches.map((cache) => cache.close()));
        ways.forEach(({ end }) => end());
      },
    };
  });

  rateLimiterContract({ describe, it }, async () => {
    await server.command('FLUSHALL');
    const ways: Way[] = [];
    const make = () => {
      ways.push(way());
      return redisRateLimiter({ ...ways.at(-1)!.target, timeoutMs });
    };
    const limiters = [make()];
    return {
      limiter: limiters[0]!,
      now: () => 0,
      advance: (ms) => server.advance(ms),
      peer: async () => limiters[limiters.push(make()) - 1]!,
      dispose: async () => {
        expect(limiters.map((limiter) => limiter.status().status)).toEqual(limiters.map(() => 'healthy'));
        await Promise.all(limiters.map((limiter) => limiter.close()));
        ways.forEach(({ end }) => end());
      },
    };
  });
}

describeWithRedis('on one server', () => {
  beforeAll(async () => void (server = await RedisServer.start()));
  afterAll(() => server.remove());

  describe('by its URL', () => bothContracts(() => own({ url: server.url })));
  describe('by options', () => bothContracts(() => own({ config: { host: '127.0.0.1', port: server.port } })));
  describe('by a client of ioredis 5', () => bothContracts(() => given(new Redis(server.url))));
  describe('by a client of ioredis 6', () => bothContracts(() => given(new Redis6(server.url))));
  describe('by a client with a prefix of its own', () =>
    bothContracts(() => given(new Redis(server.url, { keyPrefix: 'app:', lazyConnect: true, stringNumbers: true }))));
});

describeWithRedis('in a cluster', () => {
  beforeAll(async () => void (server = await RedisServer.startCluster()));
  afterAll(() => server.remove());

  describe('by a client of ioredis 5', () => bothContracts(() => given(new Cluster(server.nodes))));
  describe('by a client of ioredis 6', () => bothContracts(() => given(new Cluster6(server.nodes))));
});

describe('without Redis', () => {
  let url: string;
  beforeAll(async () => void (url = `redis://127.0.0.1:${await portOfNobody()}`));

  cacheContract({ describe, it }, async () => {
    const clock = new ManualClock();
    const cache = redisCache({ url, clock });
    return { cache, advance: (ms) => clock.advance(ms), dispose: () => cache.close() };
  });

  rateLimiterContract({ describe, it }, async () => {
    const clock = new ManualClock();
    const limiter = redisRateLimiter({ url, clock });
    return { limiter, now: () => clock.now(), advance: (ms) => clock.advance(ms), dispose: () => limiter.close() };
  });
});
