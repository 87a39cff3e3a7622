import type { Storage } from '@firstline/core';
import { SqlStorage } from '@firstline/storage-sql';
import { checkedOptions, type SqliteStorageOptions } from './options';
import { sqliteDialect } from './sqlite-dialect';
import { SqliteDriver } from './sqlite-driver';

/**
 * Keeps everything in one SQLite file: the storage for an engine inside one application. Several processes on the same
 * machine may share the file. Nothing is opened before `open()`, which `engine.start()` calls.
 *
 * @throws FirstlineError `invalid_options`; the message names the option. So does `open()` where the file is a folder, lies in
 * what is no folder, or is no database.
 */
export function sqliteStorage(options: SqliteStorageOptions): Storage {
  return new SqlStorage(new SqliteDriver(checkedOptions(options)), sqliteDialect());
}
