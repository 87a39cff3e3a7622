import { Redis } from 'ioredis';
import type { RedisTarget } from './options';
import type { RedisClient } from './redis-client';

/** A client, and whether it was made here, so that it may be reconnected and has to be closed. */
export interface Connection {
  readonly client: RedisClient;
  readonly isOwn: boolean;
}

/** How long the half of a connection that a hanging server leaves open is kept, in milliseconds. */
const HALF_OPEN_MS = 200;

/** Connects to nothing yet. */
export function connectionTo(target: RedisTarget): Connection {
  if (target.client !== undefined) return { client: target.client, isOwn: false };
  const settings = {
    connectTimeout: 5_000,
    connectionName: 'firstline',
    ...target.config,
    lazyConnect: true,
    // What cannot go now is not sent later: memory has answered by then. And an addition sent twice would count twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disconnectTimeout: HALF_OPEN_MS,
  };
  return { client: target.url === undefined ? new Redis(settings) : new Redis(target.url, settings), isOwn: true };
}
