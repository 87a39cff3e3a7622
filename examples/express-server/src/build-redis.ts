import { type RedisCache, redisCache, type RedisRateLimiter, redisRateLimiter } from '@firstline/adapter-redis';
import type { Clock } from '@firstline/core';
import type { Logger } from 'pino';
import type { Secret } from './secret';

/** What the processes that serve one database share quickly. While Redis is away each has its own. */
export interface SharedMemory {
  readonly cache: RedisCache;
  readonly rateLimiter: RedisRateLimiter;
}

/** Connects to nothing yet. */
export function buildRedis(redisUrl: Secret, parts: { readonly clock: Clock; readonly logger: Logger }): SharedMemory {
  const url = redisUrl.reveal();
  return { cache: redisCache({ url, ...parts }), rateLimiter: redisRateLimiter({ url, ...parts }) };
}
