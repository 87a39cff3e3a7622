import { FirstlineError, isFirstlineError } from '@firstline/core';
import type { SqlDialect } from './dialect';
import type { SqlDriver, SqlExecutor } from './driver';
import { migrations } from './migrations';
import type { MigratedDialect, Migration } from './migrations/migration';
import { statements } from './statement';

/** What is wanted of the tables: brought up to date where they are not, or only looked at. */
export type Migrating = 'if needed' | 'never';

/**
 * Brings the tables up to date, each migration in a transaction of its own, which is short where little is to be done: of several
 * installers one does it and the others find it done. One that is interrupted goes on from there. Not Kysely's own Migrator: it
 * stamps rows with the real time, its lock does nothing on SQLite, and the Kysely versions we accept do not agree on where to
 * import it from.
 */
export async function migrate(
  driver: SqlDriver,
  dialect: MigratedDialect,
  migrating: Migrating = 'if needed',
): Promise<void> {
  // Whoever finds nothing to do needs no right to make tables.
  const due = await driver.transaction('fresh', (tx) => dueOnes(tx, dialect));
  if (due.length === 0) return;
  if (migrating === 'never') throw outdated(due);
  let isOver = false;
  while (!isOver) isOver = await driver.transaction('write', (tx) => applyNext(tx, dialect));
}

/** Whether nothing is left to do behind it. */
async function applyNext(tx: SqlExecutor, dialect: MigratedDialect): Promise<boolean> {
  if (dialect.schemaLock !== null) await tx.execute(dialect.schemaLock);
  for (const statement of preparation(dialect)) await tx.execute(statement);
  const [migration, ...later] = await dueOnes(tx, dialect);
  if (migration === undefined) return true;
  await apply(tx, dialect, migration);
  await tx.run(registerOf(dialect).record, migration);
  if (later.length > 0) return false;
  for (const statement of dialect.afterMigrations) await tx.execute(statement);
  return true;
}

/** All that is ever run to make the tables, for whoever wants to run it elsewhere. */
export function migrationScript(dialect: MigratedDialect): {
  readonly preparation: readonly string[];
  readonly migrations: readonly { readonly name: string; readonly statements: readonly string[] }[];
} {
  return {
    preparation: preparation(dialect),
    migrations: migrations.map((migration) => ({
      name: migration.name,
      statements: statementsOf(migration, dialect),
    })),
  };
}

function statementsOf(migration: Migration, dialect: MigratedDialect): readonly string[] {
  const { alters } = migration;
  const locks = alters === undefined || dialect.lockTables === undefined ? [] : [dialect.lockTables(alters)];
  return [...locks, ...migration.statements(dialect).map((statement) => statement.compile().sql)];
}

/** What the migrations themselves rest on. */
function preparation(dialect: SqlDialect): readonly string[] {
  const register = dialect.db.schema
    .createTable('firstline_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.notNull().primaryKey());
  return [...dialect.beforeMigrations, register.compile().sql];
}

function registerOf(dialect: SqlDialect) {
  const define = statements(dialect);
  const { registered } = dialect;
  return {
    present: define((db) => db.selectNoFrom(registered.as('present'))),
    applied: define((db) => db.selectFrom('firstline_migrations').select('name')),
    record: define((db, p: Pick<Migration, 'name'>) => db.insertInto('firstline_migrations').values({ name: p.name })),
  };
}

/** Those that were not applied yet, in order. */
export async function dueOnes(tx: SqlExecutor, dialect: SqlDialect): Promise<readonly Migration[]> {
  const { present, applied } = registerOf(dialect);
  // Some databases have no booleans of their own.
  if (!(await tx.first(present, {}))?.present) return migrations;
  const done = new Set((await tx.all(applied, {})).map((row) => row.name));
  refuseNewer(done);
  return migrations.filter((migration) => !done.has(migration.name));
}

async function apply(tx: SqlExecutor, dialect: MigratedDialect, migration: Migration): Promise<void> {
  try {
    for (const statement of statementsOf(migration, dialect)) await tx.execute(statement);
  } catch (error) {
    if (!isFirstlineError(error) || error.code !== 'internal') throw error;
    throw new FirstlineError(
      'internal',
      `could not apply migration ${migration.name}; if the database has tables of its own with the same names, give Firstline one for itself`,
      { cause: error.cause },
    );
  }
}

function refuseNewer(done: ReadonlySet<string>): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new FirstlineError(
    'schema_too_new',
    `the database was migrated by a newer Firstline (${unknown.join(', ')}); upgrade the storage adapter of this process before it writes here`,
  );
}

function outdated(due: readonly Migration[]): FirstlineError {
  const names = due.map(({ name }) => name).join(', ');
  return new FirstlineError(
    'storage_unavailable',
    `the tables are not up to date (${names}) and this process may not migrate them; run the migrations first`,
  );
}
