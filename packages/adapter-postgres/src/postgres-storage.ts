import type { Storage } from '@firstline/core';
import { SqlStorage } from '@firstline/storage-sql';
import { checkedSettings, type PostgresStorageOptions, type PostgresTarget } from './options';
import { postgresDialect } from './postgres-dialect';
import { PostgresDriver } from './postgres-driver';

/**
 * Keeps everything in Postgres (13 or newer): the storage for engines in many processes on many machines. Nothing is
 * connected before `open()`, which `engine.start()` calls.
 *
 * @throws FirstlineError `invalid_options`; the message names the option, and never shows its value.
 */
export function postgresStorage(target: PostgresTarget, options: PostgresStorageOptions = {}): Storage {
  const settings = checkedSettings(target, options);
  return new SqlStorage(
    new PostgresDriver(settings),
    postgresDialect(settings.schema),
    settings.migrate ? 'if needed' : 'never',
  );
}
