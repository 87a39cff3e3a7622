import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { inject } from 'vitest';
import type { PostgresConfig } from '../../src/index';

/** A database that only this test file knows. */
export class TestDatabase {
  readonly config: PostgresConfig & { readonly database: string; readonly port: number };
  readonly #pools: pg.Pool[] = [];

  constructor(port: number, database: string) {
    this.config = { host: '127.0.0.1', port, user: 'admin', password: 'admin', database };
  }

  /** On the server that all test files share, which is removed with all that is in it. */
  static async create(): Promise<TestDatabase> {
    const answer = await fetch(inject('postgresStarter'));
    if (!answer.ok) throw new Error(await answer.text());
    const port = Number(await answer.text());
    const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
    const server = new TestDatabase(port, 'postgres');
    await server.query(`create database ${name}`);
    await server.end();
    return new TestDatabase(port, name);
  }

  /** A pool of the application's. */
  pool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...this.config, ...options });
    this.#pools.push(pool);
    return pool;
  }

  /** A pool, and the codes of all errors that the server answers on its connections with. */
  watched(options: pg.PoolConfig = {}): { readonly pool: pg.Pool; readonly codes: string[] } {
    const pool = this.pool(options);
    const codes: string[] = [];
    pool.on('connect', (client) => {
      const { connection } = client as unknown as { readonly connection: EventEmitter };
      connection.on('errorMessage', ({ code }: { readonly code: string }) => codes.push(code));
    });
    return { pool, codes };
  }

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const pool = this.#pools[0] ?? this.pool({ max: 2 });
    return (await pool.query<R>(text, [...values])).rows;
  }

  async end(): Promise<void> {
    await Promise.all(this.#pools.splice(0).map((pool) => pool.end()));
  }
}
