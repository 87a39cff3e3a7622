import type { RateLimitRequest } from '@firstline/core';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisClient } from './redis-client';

/**
 * Times of the requests that were allowed, oldest first, by the server's clock, on which all processes agree. Takes a
 * request (1), only looks (0) or gives the latest one back (-1), and returns what rate-limiter-flexible compares with the
 * limit, and how long a refused request has to wait.
 *
 * The library's own script counts fixed windows of whole seconds, in which twice the limit passes around each border; and
 * it counts refused requests.
 */
const SLIDING_WINDOW = `
local key, points, limit = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[3])
local window = math.floor(ARGV[4] * 1000 + 0.5)
if points < 0 then
  redis.call('RPOP', key)
  return {redis.call('LLEN', key), window}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = redis.call('LINDEX', key, 0)
while oldest and math.abs(now - oldest) >= window do
  redis.call('LPOP', key)
  oldest = redis.call('LINDEX', key, 0)
end
local count = redis.call('LLEN', key)
if count >= limit then
  local leaves = redis.call('LINDEX', key, count - limit)
  local wait = window
  if leaves then wait = math.max(1, math.min(window, leaves + window - now)) end
  return {limit + 1, wait}
end
if points > 0 then
  redis.call('RPUSH', key, string.format('%.0f', now))
  redis.call('PEXPIRE', key, window)
end
return {count + points, window}
`;

/** One limit in Redis. Each operation is about one key, so in a cluster the keys may lie wherever they do. */
export class SlidingWindow {
  readonly #key: string;
  readonly #limiter: RateLimiterRedis;
  /** In seconds; the library passes over a window that is shorter than one, but hands the true one on to the script. */
  readonly #options: { readonly customDuration: number };

  constructor(client: RedisClient, key: string, { limit, windowMs }: Omit<RateLimitRequest, 'key'>) {
    this.#key = key;
    this.#options = { customDuration: Math.max(1, windowMs / 1_000) };
    this.#limiter = new RateLimiterRedis({
      storeClient: storeClientOf(client),
      keyPrefix: '',
      points: limit,
      duration: windowMs / 1_000,
      customIncrTtlLuaScript: SLIDING_WINDOW,
    });
  }

  /** Counts a request where the limit allows it. Resolves to how long it has to wait, in milliseconds; 0: it is counted. */
  take(): Promise<number> {
    return this.#wait(1);
  }

  /** As `take`, and counts nothing. */
  look(): Promise<number> {
    return this.#wait(0);
  }

  /** Takes back what `take` has counted. */
  async giveBack(): Promise<void> {
    await this.#limiter.reward(this.#key, 1, this.#options);
  }

  async #wait(points: 0 | 1): Promise<number> {
    try {
      await this.#limiter.consume(this.#key, points, this.#options);
      return 0;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Number(refusal.msBeforeNext);
      throw refusal;
    }
  }
}

/**
 * The library puts a command of its own on the client it is given, under a name of its own; the application may use the
 * same client for limits of other kinds.
 */
function storeClientOf(client: RedisClient) {
  let script = '';
  return {
    defineCommand: (_name: string, definition: { readonly lua: string }): void => {
      script = definition.lua;
    },
    rlflxIncr: ([key = '', ...more]: readonly string[]): Promise<unknown> => client.eval(script, 1, key, ...more),
  };
}
