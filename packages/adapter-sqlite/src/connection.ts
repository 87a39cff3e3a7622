import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { TransactionMode } from '@firstline/storage-sql';
import type { SqliteSettings } from './options';
import { openingError } from './opening-errors';
import type { SqliteDatabase, SqliteStatement } from './sqlite-database';
import { fromSqlite } from './sqlite-errors';

/** An open database with its prepared statements. Every method is synchronous and throws a `FirstlineError`. */
export class Connection {
  readonly #database: SqliteDatabase;
  readonly #owned: boolean;
  readonly #statements = new Map<string, SqliteStatement>();

  private constructor(database: SqliteDatabase, owned: boolean) {
    this.#database = database;
    this.#owned = owned;
  }

  /** Throws where another process is just doing the same; may then be repeated. */
  static open({ source, synchronous }: SqliteSettings): Connection {
    try {
      const owned = 'filename' in source;
      const database = owned ? openFile(source.filename) : source.database;
      try {
        // Waiting is up to the queue of transactions, which does not block the event loop for it.
        database.pragma('busy_timeout = 0');
        database.pragma('journal_mode = wal');
        database.pragma(`synchronous = ${synchronous}`);
        // Without it, macOS only hands the data to the drive's cache.
        database.pragma(`fullfsync = ${synchronous === 'full' ? 'on' : 'off'}`);
      } catch (error) {
        if (owned) database.close();
        throw error;
      }
      return new Connection(database, owned);
    } catch (error) {
      throw 'filename' in source ? openingError(source.filename, error) : fromSqlite(error);
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  all(sql: string, values: readonly unknown[]): unknown[] {
    try {
      return this.#statement(sql).all(values);
    } catch (error) {
      throw fromSqlite(error);
    }
  }

  get(sql: string, values: readonly unknown[]): unknown {
    try {
      return this.#statement(sql).get(values);
    } catch (error) {
      throw fromSqlite(error);
    }
  }

  run(sql: string, values: readonly unknown[]): number {
    try {
      return this.#statement(sql).run(values).changes;
    } catch (error) {
      throw fromSqlite(error);
    }
  }

  exec(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw fromSqlite(error);
    }
  }

  /** A writer begins as one: upgrading a reader later could fail halfway. */
  begin(mode: TransactionMode): void {
    this.run(mode === 'write' ? 'begin immediate' : 'begin', []);
  }

  commit(): void {
    this.run('commit', []);
  }

  rollback(): void {
    this.run('rollback', []);
  }

  savepoint(): void {
    this.run('savepoint body', []);
  }

  keepSavepoint(): void {
    this.run('release body', []);
  }

  undoSavepoint(): void {
    this.run('rollback to body', []);
    this.run('release body', []);
  }

  close(): void {
    try {
      if (!this.#database.open) return;
      // Leaves one file behind instead of two, and less to read at the next start.
      this.#database.pragma('wal_checkpoint(truncate)');
    } catch {
      // Somebody else is using the file; the last one to close it tidies up.
    }
    if (this.#owned) this.#database.close();
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function openFile(filename: string): SqliteDatabase {
  if (filename !== ':memory:' && !filename.startsWith('file:')) mkdirSync(dirname(filename), { recursive: true });
  return new Sqlite(filename);
}
