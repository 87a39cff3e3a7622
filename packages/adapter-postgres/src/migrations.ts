import type { MigrationStatus } from '@firstline/core';
import { migrate, migrationScript, migrationStatus } from '@firstline/storage-sql';
import { checkedSchema, checkedSettings, type PostgresStorageOptions, type PostgresTarget } from './options';
import { postgresDialect } from './postgres-dialect';
import { PostgresDriver } from './postgres-driver';
import { quoted } from './identifier';

/**
 * Makes the tables, or brings them up to date, as `open()` does unless it is told not to: for a step of the deployment
 * that runs under a role with more rights than the application. Several may do so at once; repeated, it does nothing.
 *
 * @throws FirstlineError `invalid_options`, `schema_too_new`, `storage_unavailable`
 */
export async function migratePostgres(
  target: PostgresTarget,
  options: Pick<PostgresStorageOptions, 'schema'> = {},
): Promise<void> {
  await withDriver(target, options, (driver, dialect) => migrate(driver, dialect));
}

/**
 * How far the tables are, and what {@link migratePostgres} would run to bring them up to date. Writes nothing, and needs no
 * right to.
 *
 * @throws FirstlineError `invalid_options`, `schema_too_new`, `storage_unavailable`
 */
export function postgresMigrationStatus(
  target: PostgresTarget,
  options: Pick<PostgresStorageOptions, 'schema'> = {},
): Promise<MigrationStatus> {
  return withDriver(target, options, migrationStatus);
}

async function withDriver<T>(
  target: PostgresTarget,
  options: Pick<PostgresStorageOptions, 'schema'>,
  work: (driver: PostgresDriver, dialect: ReturnType<typeof postgresDialect>) => Promise<T>,
): Promise<T> {
  const settings = checkedSettings(target, options);
  const driver = new PostgresDriver(settings);
  await driver.open();
  try {
    return await work(driver, postgresDialect(settings.schema));
  } finally {
    await driver.close();
  }
}

/**
 * The statements that {@link migratePostgres} runs on an empty database, for those who read them first or run them by
 * other means: in this order, each in a transaction of its own, or all in one where nobody else is at work. A migration that was
 * applied before is left out by its own statement.
 */
export function migrationSql({ schema }: Pick<PostgresStorageOptions, 'schema'> = {}): readonly string[] {
  const name = schema === undefined ? null : checkedSchema(schema);
  const { preparation, migrations } = migrationScript(postgresDialect(name));
  const register = name === null ? 'firstline_migrations' : `${quoted(name)}.firstline_migrations`;
  return [
    ...preparation,
    ...migrations.map((migration) =>
      [
        'do $firstline$ begin',
        `if exists (select from ${register} where name = '${migration.name}') then return; end if;`,
        ...migration.statements.map((statement) => `${statement};`),
        `insert into ${register} (name) values ('${migration.name}');`,
        'end $firstline$',
      ].join('\n'),
    ),
  ];
}
