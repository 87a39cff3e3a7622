import { FirstlineError } from '@firstline/core';
import type { SqlExecutor, Statement } from '@firstline/storage-sql';
import type { Connection } from './connection';

/** Runs one body's statements. Its promises are settled when they are returned: SQLite answers in the same turn. */
export class SqliteExecutor implements SqlExecutor {
  readonly #connection: Connection;
  #ended = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  all<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return answer(() => this.#use().all(statement.sql, statement.values(params)) as R[]);
  }

  first<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return answer(() => this.#use().get(statement.sql, statement.values(params)) as R | undefined);
  }

  run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<number> {
    return answer(() => this.#use().run(statement.sql, statement.values(params)));
  }

  runEach<P extends object>(statement: Statement<P, unknown>, list: readonly P[]): Promise<void> {
    return answer(() => {
      const connection = this.#use();
      for (const params of list) connection.run(statement.sql, statement.values(params));
    });
  }

  execute(sql: string): Promise<void> {
    return answer(() => this.#use().exec(sql));
  }

  /** Nothing travels here. */
  ending(): void {
    this.#use();
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

/** A failure is an answer too: whoever asks several things at once has to hear all of them. */
function answer<T>(ask: () => T): Promise<T> {
  return new Promise((resolve) => resolve(ask()));
}
