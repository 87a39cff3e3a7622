import Sqlite from 'better-sqlite3';

/** For tests elsewhere that look under the storage. */
export function rawDatabase(): Sqlite.Database {
  return new Sqlite(':memory:');
}
