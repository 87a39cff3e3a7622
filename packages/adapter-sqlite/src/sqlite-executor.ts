import { FirstlineError } from '@firstline/core';
import type { SqlExecutor, Statement } from '@firstline/storage-sql';
import type { Connection } from './connection';

const DONE = Promise.resolve();

/** Runs one body's statements. Its promises are settled when they are returned: SQLite answers in the same turn. */
export class SqliteExecutor implements SqlExecutor {
  readonly #connection: Connection;
  #ended = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  all<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return Promise.resolve(this.#use().all(statement.sql, statement.values(params)) as R[]);
  }

  first<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return Promise.resolve(this.#use().get(statement.sql, statement.values(params)) as R | undefined);
  }

  run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<number> {
    return Promise.resolve(this.#use().run(statement.sql, statement.values(params)));
  }

  runEach<P extends object>(statement: Statement<P, unknown>, list: readonly P[]): Promise<void> {
    const connection = this.#use();
    for (const params of list) connection.run(statement.sql, statement.values(params));
    return DONE;
  }

  execute(sql: string): Promise<void> {
    this.#use().exec(sql);
    return DONE;
  }

  /** From now on the transaction belongs to somebody else. */
  end(): void {
    this.#ended = true;
  }

  #use(): Connection {
    if (this.#ended) throw new FirstlineError('internal', 'a transaction was used after its end');
    return this.#connection;
  }
}
