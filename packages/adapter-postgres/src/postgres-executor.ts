import { createHash } from 'node:crypto';
import { FirstlineError } from '@firstline/core';
import type { SqlExecutor, Statement } from '@firstline/storage-sql';
import type { Carrier } from './carrier';
import { fromPostgres } from './postgres-errors';
import type { PostgresResult } from './postgres-pool';

type AnyStatement = Pick<Statement<object, unknown>, 'sql'>;

const names = new WeakMap<AnyStatement, string>();

/** Runs one body's statements on the connection of its transaction. */
export class PostgresExecutor implements SqlExecutor {
  readonly #carrier: Carrier;
  readonly #isEnding: () => void;
  #ended = false;

  constructor(carrier: Carrier, isEnding: () => void = () => undefined) {
    this.#carrier = carrier;
    this.#isEnding = isEnding;
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
    await Promise.all(list.map((params) => this.#run(statement, params)));
  }

  async execute(sql: string): Promise<void> {
    await this.#answer(() => this.#carrier.runForLong(sql));
  }

  ending(): void {
    this.#isEnding();
  }

  /** From now on the connection belongs to somebody else. */
  end(): void {
    this.#ended = true;
  }

  #run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<PostgresResult> {
    const values = statement.values(params).map(asText);
    return this.#answer(() => this.#carrier.ask({ name: nameOf(statement), text: statement.sql, values }));
  }

  async #answer(ask: () => Promise<PostgresResult>): Promise<PostgresResult> {
    if (this.#ended) throw new FirstlineError('internal', 'a transaction was used after its end');
    try {
      return await ask();
    } catch (error) {
      throw fromPostgres(error);
    }
  }
}

function asText(value: unknown): string | null {
  if (typeof value === 'string' || value === null) return value;
  return value === undefined ? null : `${value as number}`;
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
