import { memoryRateLimiter, type RateLimiter, type RateLimitRequest, type RateLimitVerdict } from '@firstline/core';
import { connectionTo } from './connection';
import { checkedSettings, type RedisAdapterOptions } from './options';
import type { RedisClient } from './redis-client';
import { RedisLink, type RedisStatus } from './redis-link';
import { SlidingWindow } from './sliding-window';

/** Of no meaning; it is there for a second. */
const PROBE = { limit: 1, windowMs: 1_000 };

export type RedisRateLimiterOptions = RedisAdapterOptions;

export interface RedisRateLimiter extends RateLimiter {
  /** Connects, where the first call would otherwise. Resolves when it is clear whether Redis is there; never rejects. */
  ready(): Promise<void>;
  /** By what the last calls came to; asks nobody. */
  status(): RedisStatus;
  /** Ends a connection that was made here. From then on this process counts by itself. */
  close(): Promise<void>;
}

/**
 * Counts requests of all processes together, as a sliding window: at no time are more than `limit` requests allowed within
 * any `windowMs`, by the clock of Redis. While Redis is away each process counts by itself, beginning with nothing, by the
 * `now` it is given.
 *
 * Several limits of one request are counted one after the other, and given back when a later one refuses: meanwhile another
 * process may see one too many, never one too few.
 *
 * @throws FirstlineError `invalid_options`.
 */
export function redisRateLimiter(options: RedisRateLimiterOptions): RedisRateLimiter {
  const settings = checkedSettings('redisRateLimiter', options);
  const { keyPrefix } = settings;
  const link = new RedisLink({
    ...settings,
    connection: connectionTo(settings.target),
    component: 'rate limiter',
    probe: (client, tag) => new SlidingWindow(client, `${keyPrefix}:limit-probe:{${tag}}`, PROBE).take(),
  });
  const memory = memoryRateLimiter();
  return {
    consume: async (params) => {
      const { requests } = params;
      if (requests.length === 0) return { allowed: true };
      const tags = requests.map(({ key }) => key);
      const answer = await link.ask(tags, (client) => consumeIn(client, keyPrefix, requests));
      return answer?.value ?? memory.consume(params);
    },
    ready: () => link.ready(),
    status: () => link.status(),
    close: () => link.close(),
  };
}

/** In the order they come: whoever has used up his own limit then takes nothing of one that others share. */
async function consumeIn(
  client: RedisClient,
  keyPrefix: string,
  requests: readonly RateLimitRequest[],
): Promise<RateLimitVerdict> {
  const windows = requests.map(
    (request) => new SlidingWindow(client, `${keyPrefix}:limit:${request.windowMs}:{${request.key}}`, request),
  );
  for (const [index, window] of windows.entries()) {
    const waitMs = await window.take();
    if (waitMs === 0) continue;
    const others = windows.slice(index + 1).map((later) => later.look());
    const given = windows.slice(0, index).map((earlier) => earlier.giveBack());
    const [waits] = await Promise.all([Promise.all(others), Promise.all(given)]);
    return { allowed: false, retryAfterMs: Math.max(waitMs, ...waits) };
  }
  return { allowed: true };
}
