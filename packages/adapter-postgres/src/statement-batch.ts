import { rowReader, type RowReader } from './row-reader';
import type { PostgresConnection, SentStatement } from './postgres-connection';
import type { PostgresResult } from './postgres-pool';

/** A statement that waits for its answer. */
export interface Asked {
  readonly statement: SentStatement;
  readonly resolve: (result: PostgresResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** Prepared statements keep the columns of their results, so each connection is asked for them once. */
const readers = new WeakMap<PostgresConnection, Map<string, RowReader | null>>();

/**
 * Prepared statements that travel together: one write there, and one answer back. What pg sends by itself, also in its pipeline
 * mode, ends each statement with a Sync, at which the server writes its answer to the socket; and that costs both sides more than
 * most of our statements do. Here one Sync ends all of them. Behind one that fails the server runs none.
 *
 * To pg this is a query object, such as pg-cursor's is: it calls `submit`, and then the handlers.
 */
export class StatementBatch {
  /** pg waits for it when it has a time limit of its own. */
  callback: ((error: unknown) => void) | undefined;
  readonly #asked: readonly Asked[];
  readonly #ended: () => void;
  #at = 0;
  #isOver = false;
  #rows: unknown[] = [];
  #readers = new Map<string, RowReader | null>();
  #reader: RowReader | null = null;

  constructor(asked: readonly Asked[], ended: () => void) {
    this.#asked = asked;
    this.#ended = ended;
  }

  /** pg notes what was prepared on a connection by the name and the text of whose answer comes. */
  get name(): string | undefined {
    return this.#asked[this.#at]?.statement.name;
  }

  get text(): string | undefined {
    return this.#asked[this.#at]?.statement.text;
  }

  submit(connection: PostgresConnection): null {
    const known = readers.get(connection) ?? new Map<string, RowReader | null>();
    readers.set(connection, known);
    this.#readers = known;
    const parsed = new Set<string>();
    connection.stream.cork?.();
    try {
      for (const { statement } of this.#asked) {
        const { name, text, values } = statement;
        if (connection.parsedStatements[name] === undefined && !parsed.has(name)) {
          connection.parse({ name, text });
          parsed.add(name);
        }
        connection.bind({ portal: '', statement: name, values });
        if (!known.has(name)) connection.describe({ type: 'P', name: '' });
        connection.execute({ portal: '' });
      }
      connection.sync();
    } finally {
      connection.stream.uncork?.();
    }
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    if (this.name !== undefined) this.#readers.set(this.name, rowReader(fields));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#reader ??= this.#readers.get(this.name ?? '') ?? null;
    if (this.#reader !== null) this.#rows.push(this.#reader(fields));
  }

  handleCommandComplete({ text: command }: { readonly text: string }): void {
    const asked = this.#asked[this.#at];
    if (asked === undefined) return;
    const { name } = asked.statement;
    if (!this.#readers.has(name)) this.#readers.set(name, null);
    const rows = this.#rows;
    this.#rows = [];
    this.#reader = null;
    this.#at += 1;
    asked.resolve({ rows, command, rowCount: countIn(command) });
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleReadyForQuery(): void {
    this.#end(null);
  }

  /**
   * Whoever waits for a statement behind the one that failed is told the same, as nobody else knows what happened. It may also come
   * behind the last answer, where the connection ends before the server is ready for more.
   */
  handleError(error: unknown): void {
    const left = this.#asked.slice(this.#at);
    this.#at = this.#asked.length;
    for (const { reject } of left) reject(error);
    this.#end(error);
  }

  /** Once: what was given up may still be answered. */
  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.callback?.(error);
    this.#ended();
  }
}

/** `INSERT 0 1`, `UPDATE 3`. */
function countIn(command: string): number | null {
  const count = Number(command.slice(command.lastIndexOf(' ') + 1));
  return Number.isInteger(count) ? count : null;
}
