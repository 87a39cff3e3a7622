import { createHash } from 'node:crypto';
import { FirstlineError } from '@firstline/core';
import type { SqlExecutor, Statement } from '@firstline/storage-sql';
import { fromPostgres } from './postgres-errors';
import type { PostgresClient, PostgresResult } from './postgres-pool';

type AnyStatement = Pick<Statement<object, unknown>, 'sql'>;

const names = new WeakMap<AnyStatement, string>();

/** Our whole numbers are safe ones, whatever the width of the column or of the count. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 1700]);
const BOOLEAN = 16;
/** Given with each query: what the application has set for its own stays as it is, and out of our way. */
const types = {
  getTypeParser(oid: number): (value: string) => unknown {
    if (NUMBERS.has(oid)) return Number;
    return oid === BOOLEAN ? (value) => value === 't' : (value) => value;
  },
};

/** Runs one body's statements on the connection of its transaction. */
export class PostgresExecutor implements SqlExecutor {
  readonly #client: PostgresClient;
  #ended = false;

  constructor(client: PostgresClient) {
    this.#client = client;
  }

  async all<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return (await this.#run(statement, params)).rows as R[];
  }

  async first<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return (await this.#run(statement, params)).rows[0] as R | undefined;
  }

  async run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<number> {
    return (await this.#run(statement, params)).rowCount ?? 0;
  }

  async runEach<P extends object>(statement: Statement<P, unknown>, list: readonly P[]): Promise<void> {
    if (list.length > 1 && statement.each !== null) {
      await this.#run(statement.each, { list: JSON.stringify(list) });
      return;
    }
    for (const params of list) await this.#run(statement, params);
  }

  async execute(sql: string): Promise<void> {
    try {
      await this.#use().query({ text: sql });
    } catch (error) {
      throw fromPostgres(error);
    }
  }

  /** From now on the connection belongs to somebody else. */
  end(): void {
    this.#ended = true;
  }

  async #run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<PostgresResult> {
    const query = { name: nameOf(statement), text: statement.sql, values: statement.values(params), types };
    try {
      return await this.#use().query(query);
    } catch (error) {
      throw fromPostgres(error);
    }
  }

  #use(): PostgresClient {
    if (this.#ended) throw new FirstlineError('internal', 'a transaction was used after its end');
    return this.#client;
  }
}

/** From the text, so that storages on different schemas may share connections. */
function nameOf(statement: AnyStatement): string {
  let name = names.get(statement);
  if (name === undefined) {
    name = `firstline_${createHash('sha256').update(statement.sql).digest('hex').slice(0, 24)}`;
    names.set(statement, name);
  }
  return name;
}
