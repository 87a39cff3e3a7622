import type { MigrationStatus } from '@firstline/core';
import type { SqlDialect } from './dialect';
import type { SqlDriver } from './driver';
import { dueOnes, migrationScript } from './migrate';
import { migrations } from './migrations';

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
