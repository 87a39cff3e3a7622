import pg from 'pg';
import { clientSettings } from './connections';
import type { PostgresTarget } from './options';
import type { PostgresQuery, PostgresResult } from './postgres-pool';

/** What listening needs of a `Client` of pg. */
export interface ListeningClient {
  connect(): Promise<unknown>;
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  on(event: 'error' | 'end', listener: () => void): unknown;
  end(): Promise<void>;
}

/**
 * A connection of its own, since one that listens cannot go back to its pool. A pool that was given says by its options how
 * it connects; `null`: it does not.
 */
export function listeningClient(target: PostgresTarget): ListeningClient | null {
  if (!('pool' in target)) return new pg.Client(clientSettings(target));
  const { options, Client = pg.Client } = target.pool as {
    readonly options?: pg.ClientConfig;
    readonly Client?: typeof pg.Client;
  };
  return options === undefined ? null : new Client(options);
}
