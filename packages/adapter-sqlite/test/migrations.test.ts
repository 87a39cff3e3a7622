import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { sqliteMigrationStatus, sqliteStorage } from '../src/index';

const TABLES = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name";

it('makes the tables, and finds them made', async () => {
  const database = new Sqlite(':memory:');
  for (let round = 0; round < 2; round += 1) {
    const storage = sqliteStorage({ database });
    await storage.open();
    await storage.close();
  }
  expect(database.prepare(TABLES).pluck().all()).toEqual([
    'clients',
    'conversations',
    'decisions',
    'deliveries',
    'delivery_attempts',
    'due_work',
    'endpoints',
    'events',
    'firstline_migrations',
    'idempotency_keys',
    'incident_clients',
    'incidents',
    'messages',
    'notes',
    'outage_reports',
    'outage_state',
    'reminders',
    'templates',
    'tickets',
  ]);
});

it('refuses tables made by a newer version, and says what to do', async () => {
  const database = new Sqlite(':memory:');
  const newer = sqliteStorage({ database });
  await newer.open();
  await newer.close();
  database.prepare("insert into firstline_migrations values ('9999_future')").run();

  const storage = sqliteStorage({ database });
  const message = expect.stringMatching(/9999_future.*upgrade/) as string;
  await expect(storage.open()).rejects.toMatchObject({ code: 'schema_too_new', message });
  database.prepare("delete from firstline_migrations where name = '9999_future'").run();
  await storage.open();
  await storage.close();
});

it('leaves a database alone in which the names are taken', async () => {
  const database = new Sqlite(':memory:');
  database.exec('create table messages (id text)');
  const storage = sqliteStorage({ database });
  const message = expect.stringContaining('0001_initial') as string;
  await expect(storage.open()).rejects.toMatchObject({ code: 'internal', message });
  expect(database.prepare(TABLES).pluck().all()).toEqual(['messages']);
  await storage.close();
});

it('says how far the tables are, and makes none', async () => {
  const database = new Sqlite(':memory:');
  const before = await sqliteMigrationStatus({ database });
  expect(before.applied).toEqual([]);
  expect(before.pending.map(({ name }) => name)).toEqual(['0001_initial', '0002_incidents', '0003_delivery']);
  expect(database.prepare(TABLES).pluck().all()).toEqual([]);
  const storage = sqliteStorage({ database });
  await storage.open();
  await storage.close();
  database.prepare("delete from firstline_migrations where name = '0003_delivery'").run();
  const { applied, pending } = await sqliteMigrationStatus({ database });
  expect(applied).toEqual(['0001_initial', '0002_incidents']);
  expect(pending[0]?.sql.some((statement) => statement.startsWith('create table "endpoints"'))).toBe(true);
});
