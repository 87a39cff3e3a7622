import type { MigrationStatus } from '@firstline/core';
import { migrationStatus } from '@firstline/storage-sql';
import { checkedOptions, type SqliteStorageOptions } from './options';
import { sqliteDialect } from './sqlite-dialect';
import { SqliteDriver } from './sqlite-driver';

/**
 * How far the tables of a file are, and what `open()` would run to bring them up to date. Changes no table; a file that is
 * not there is made, empty.
 *
 * @throws FirstlineError `invalid_options`, `schema_too_new`, `storage_unavailable`
 */
export async function sqliteMigrationStatus(options: SqliteStorageOptions): Promise<MigrationStatus> {
  const driver = new SqliteDriver(checkedOptions(options));
  await driver.open();
  try {
    return await migrationStatus(driver, sqliteDialect());
  } finally {
    await driver.close();
  }
}
