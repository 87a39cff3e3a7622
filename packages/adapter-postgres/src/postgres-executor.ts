import { createHash } from 'node:crypto';
import { FirstlineError } from '@firstline/core';
import type { SqlExecutor, Statement } from '@firstline/storage-sql';
import { fromPostgres } from './postgres-errors';
import type { PostgresClient, PostgresQuery, PostgresResult } from './postgres-pool';

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
  /** The answer that is waited for; stays settled where the client takes several statements at once. */
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;
  #corked = false;

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
    await this.#query({ text: sql });
  }

  /** From now on the connection belongs to somebody else; resolves when nothing is on its way any more. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }

  async #run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<PostgresResult> {
    return this.#query({ name: nameOf(statement), text: statement.sql, values: statement.values(params), types });
  }

  /** A client that takes one statement at a time is given one at a time: from pg 9 on it refuses a second. */
  async #query(query: PostgresQuery): Promise<PostgresResult> {
    try {
      if (this.#client.pipeline === true) {
        this.#cork();
        return await this.#use().query(query);
      }
      const mine = this.#last.then(() => this.#use().query(query));
      this.#last = mine.catch(() => undefined);
      return await mine;
    } catch (error) {
      throw fromPostgres(error);
    }
  }

  /** A write to a socket costs more than a statement does here, so those of the same moment are one write. */
  #cork(): void {
    const stream = this.#client.connection?.stream;
    if (this.#corked || stream?.cork === undefined) return;
    this.#corked = true;
    stream.cork();
    process.nextTick(() => {
      this.#corked = false;
      stream.uncork?.();
    });
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
