import pg from 'pg';
import type { PostgresTarget } from './options';
import type { PostgresPool } from './postgres-pool';

/** A pool, and what has to be done with it in the end. */
export interface Connections {
  readonly pool: PostgresPool;
  close(): Promise<void>;
}

/** Connects to nothing yet. */
export function connectionsOf(target: PostgresTarget): Connections {
  // A pool tells by an `error` that it lost a connection nobody was using, and has dropped it. Unheard, it would end the
  // process. There is nothing to do: the next transaction gets another connection, or says that there is none.
  const ignore = (): void => undefined;
  if ('pool' in target) {
    const { pool } = target;
    pool.on('error', ignore);
    return { pool, close: async () => void pool.removeListener('error', ignore) };
  }
  const pool = new pg.Pool({
    ...clientSettings(target),
    max: target.max ?? 10,
  });
  pool.on('error', ignore);
  return { pool, close: () => pool.end() };
}

/** For one connection, as pg takes it. */
export function clientSettings(target: Exclude<PostgresTarget, { pool: unknown }>): pg.ClientConfig {
  return {
    ...('connectionString' in target ? { connectionString: target.connectionString } : renamed(target.config)),
    connectionTimeoutMillis: target.connectTimeoutMs ?? 5_000,
    keepAlive: true,
  };
}

function renamed({ applicationName, ...config }: Extract<PostgresTarget, { config: unknown }>['config']) {
  return { ...config, application_name: applicationName ?? 'firstline' };
}
