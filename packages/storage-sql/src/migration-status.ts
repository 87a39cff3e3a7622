import type { SqlDialect } from './dialect';
import type { SqlDriver } from './driver';
import { dueOnes, migrationScript } from './migrate';
import { migrations } from './migrations';

/** How far the tables are, and what is left to do. */
export interface MigrationStatus {
  /** Names of the migrations that were applied, in their order. */
  readonly applied: readonly string[];
  /** Those that were not, in the order in which they have to be, with what each of them would run: a dry run. */
  readonly pending: readonly { readonly name: string; readonly sql: readonly string[] }[];
}

/** Writes nothing, and needs no right to. */
export async function migrationStatus(driver: SqlDriver, dialect: SqlDialect): Promise<MigrationStatus> {
  const due = await driver.transaction('fresh', (tx) => dueOnes(tx, dialect));
  const names = new Set(due.map(({ name }) => name));
  const script = migrationScript(dialect).migrations;
  return {
    applied: migrations.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    pending: script.filter(({ name }) => names.has(name)).map(({ name, statements }) => ({ name, sql: statements })),
  };
}
