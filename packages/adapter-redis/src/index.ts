export type { RedisAdapterOptions, RedisTarget } from './options';
export { type RedisCache, redisCache, type RedisCacheOptions, type RedisCacheStats } from './redis-cache';
export type { RedisClient } from './redis-client';
export type { RedisFault } from './redis-fault';
export type { RedisStatus } from './redis-link';
export { type RedisRateLimiter, redisRateLimiter, type RedisRateLimiterOptions } from './redis-rate-limiter';
