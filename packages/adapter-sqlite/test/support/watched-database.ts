import Sqlite from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from '../../src/index';

/** A database that tells which statements are run on it, before they are; `watch` may throw in their place. */
export function watchedDatabase(watch: (sql: string) => void, filename = ':memory:'): SqliteDatabase {
  const database: SqliteDatabase = new Sqlite(filename);
  return {
    get open() {
      return database.open;
    },
    get inTransaction() {
      return database.inTransaction;
    },
    prepare: (sql) => watchedStatement(database.prepare(sql), () => watch(sql)),
    exec: (sql) => database.exec(sql),
    pragma: (source, options) => database.pragma(source, options),
    close: () => database.close(),
  };
}

function watchedStatement(statement: SqliteStatement, watch: () => void): SqliteStatement {
  return {
    all: (...values) => (watch(), statement.all(...values)),
    get: (...values) => (watch(), statement.get(...values)),
    run: (...values) => (watch(), statement.run(...values)),
  };
}
