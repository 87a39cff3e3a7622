import { FirstlineError } from '@firstline/core';
import type { SqliteDatabase } from './sqlite-database';

interface CommonOptions {
  /**
   * When a commit counts as done:
   *
   * - `'full'`    it is on the disk: what was acknowledged survives a power cut. The default.
   * - `'normal'`  it is with the operating system: what was acknowledged survives the death of the process, but the last
   *               commits may be lost when the power fails. Cheaper where messages come one at a time.
   */
  readonly synchronous?: 'full' | 'normal';
  /**
   * How long to try while another process is writing to the same file, in milliseconds; then the call rejects with
   * `storage_unavailable`. The event loop goes on meanwhile. Default 5,000.
   */
  readonly busyTimeoutMs?: number;
}

/** Where the data is: in a file opened here, or in a database the caller opened. */
export type SqliteStorageOptions = CommonOptions &
  (
    | {
        /**
         * Path of the database file, not a URL; it and its folders are created if need be. `':memory:'`: nothing is kept.
         */
        readonly filename: string;
        readonly database?: never;
      }
    | {
        /**
         * An open better-sqlite3 `Database`, for this storage alone: other statements run on it could end up in its
         * transactions. It is switched to WAL mode, and `close()` leaves it open.
         */
        readonly database: SqliteDatabase;
        readonly filename?: never;
      }
  );

export interface SqliteSettings {
  readonly source: { readonly filename: string } | { readonly database: SqliteDatabase };
  readonly synchronous: 'full' | 'normal';
  readonly busyTimeoutMs: number;
}

/** Of an address, as other libraries take it. As a path it would make a folder of that name. */
const SCHEME = /^(?:sqlite3?:|(?!file:)[a-z][a-z\d+.-]+:\/\/)(?:\/\/)?/i;

const NAMES = ['filename', 'database', 'synchronous', 'busyTimeoutMs'];

/** Checks what a caller without types may have got wrong, and fills in the defaults. */
export function checkedOptions(options: SqliteStorageOptions): SqliteSettings {
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'expected an object with `filename` or `database`');
  }
  const stranger = Object.keys(options).find((name) => !NAMES.includes(name));
  if (stranger !== undefined) throw invalid(stranger, `unknown option; known are ${NAMES.join(', ')}`);
  return {
    source: source(options),
    synchronous: synchronous(options.synchronous),
    busyTimeoutMs: busyTimeoutMs(options.busyTimeoutMs),
  };
}

function source({ filename, database }: SqliteStorageOptions): SqliteSettings['source'] {
  if (filename !== undefined && database !== undefined) {
    throw invalid('database', 'give either `filename` or `database`, not both');
  }
  if (database !== undefined) {
    if (!isDatabase(database)) throw invalid('database', 'expected an open better-sqlite3 Database');
    return { database };
  }
  if (typeof filename !== 'string' || filename.trim() === '') {
    throw invalid('filename', "expected the path of a file, or ':memory:'");
  }
  const scheme = SCHEME.exec(filename)?.[0];
  if (scheme !== undefined) {
    // Of another database's address nothing is quoted, since there may be a password in it.
    const path = /^sqlite/i.test(scheme) ? filename.slice(scheme.length) : '';
    const hint = path === '' ? '' : `, ${JSON.stringify(path)}`;
    throw invalid('filename', `is an address; give the path alone${hint}`);
  }
  return { filename };
}

function synchronous(value: unknown): 'full' | 'normal' {
  if (value === undefined) return 'full';
  if (value === 'full' || value === 'normal') return value;
  throw invalid('synchronous', "expected 'full' or 'normal'");
}

function busyTimeoutMs(value: unknown): number {
  if (value === undefined) return 5_000;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw invalid('busyTimeoutMs', 'expected milliseconds, 0 or more');
}

function isDatabase(value: unknown): value is SqliteDatabase {
  const { prepare, pragma, exec, open } = value as Partial<SqliteDatabase>;
  return typeof prepare === 'function' && typeof pragma === 'function' && typeof exec === 'function' && open === true;
}

function invalid(path: string, message: string): FirstlineError {
  return new FirstlineError('invalid_options', `sqliteStorage: ${path}: ${message}`, { path });
}
