import { FirstlineError, isFirstlineError } from '@firstline/core';
import type { SqlDialect } from './dialect';
import type { SqlDriver, SqlExecutor } from './driver';
import { migrations } from './migrations';
import type { Migration } from './migrations/migration';
import { statements } from './statement';

/**
 * Brings the tables up to date in one transaction, so that of several installers one does the work and the others find
 * it done. Not Kysely's own Migrator: it stamps rows with the real time, its lock does nothing on SQLite, and the Kysely
 * versions we accept do not agree on where to import it from.
 */
export async function migrate(driver: SqlDriver, dialect: SqlDialect): Promise<void> {
  const define = statements(dialect);
  const applied = define((db) => db.selectFrom('firstline_migrations').select('name'));
  const record = define((db, p: Pick<Migration, 'name'>) =>
    db.insertInto('firstline_migrations').values({ name: p.name }),
  );
  const register = dialect.db.schema
    .createTable('firstline_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.notNull().primaryKey());

  await driver.transaction('write', async (tx) => {
    if (dialect.schemaLock !== null) await tx.execute(dialect.schemaLock);
    await tx.execute(register.compile().sql);
    const done = new Set((await tx.all(applied, {})).map((row) => row.name));
    refuseNewer(done);
    const due = migrations.filter((migration) => !done.has(migration.name));
    for (const migration of due) {
      await apply(tx, dialect, migration);
      await tx.run(record, migration);
    }
    if (due.length === 0) return;
    for (const statement of dialect.afterMigrations) await tx.execute(statement);
  });
}

async function apply(tx: SqlExecutor, dialect: SqlDialect, migration: Migration): Promise<void> {
  try {
    for (const statement of migration.statements(dialect)) await tx.execute(statement.compile().sql);
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
