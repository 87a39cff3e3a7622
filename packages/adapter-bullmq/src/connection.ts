import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisTarget } from './options';

/** How long the half of a connection that a hanging server leaves open is kept, in milliseconds. */
const HALF_OPEN_MS = 200;

/** For adding wake-ups: what cannot go now is not sent later, because this process has looked by then. */
export function connectionToAdd(target: RedisTarget): Redis {
  return connect(target, { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 });
}

/** For a BullMQ worker, which waits for Redis however long it is away, and makes another one like it to block on. */
export function connectionToTake(target: RedisTarget): Redis {
  return connect(target, { maxRetriesPerRequest: null, enableOfflineQueue: true });
}

function connect(target: RedisTarget, more: RedisOptions): Redis {
  const settings: RedisOptions = {
    connectTimeout: 5_000,
    disconnectTimeout: HALF_OPEN_MS,
    connectionName: 'firstline-wakeups',
    ...target.config,
    // As often as that, and for ever: a Redis that is away comes back.
    retryStrategy: (attempt) => Math.min(100 * attempt, 2_000),
    ...more,
    lazyConnect: false,
  };
  const redis = clientOf(target, settings);
  // It is told of as "redis is away" when a wake-up cannot be handed over.
  redis.on('error', () => undefined);
  return redis;
}

function clientOf({ client, url }: RedisTarget, settings: RedisOptions): Redis {
  if (client !== undefined) return client.duplicate(settings);
  return url === undefined ? new Redis(settings) : new Redis(url, settings);
}

/** How long the end of a connection may take to arrive, in milliseconds. */
const END_MS = 1_000;

/** Resolves when the connection is closed, whatever state it is in. */
export async function endOf(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  const end = once(redis, 'end', { signal: AbortSignal.timeout(END_MS) }).catch(() => undefined);
  redis.options.retryStrategy = () => null;
  const isBetweenAttempts = redis.status === 'reconnecting';
  redis.disconnect();
  // ioredis tells of no end there, and who waits for the connection would wait for ever: let one more attempt fail.
  if (isBetweenAttempts) redis.connect(() => redis.disconnect()).catch(() => undefined);
  await end;
}
