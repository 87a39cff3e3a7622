import { migrationScript } from '@firstline/storage-sql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acceptParams } from './support/params';
import { migratePostgres, migrationSql, postgresMigrationStatus, postgresStorage } from '../src/index';
import { postgresDialect } from '../src/postgres-dialect';
import { TestDatabase } from './support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

const columns = (schema: string) =>
  database.query(
    `select table_name, column_name, data_type, collation_name, is_nullable from information_schema.columns
      where table_schema = $1 order by table_name, column_name`,
    [schema],
  );
const indexes = async (schema: string) =>
  (
    await database.query<{ indexdef: string }>(
      'select indexdef from pg_indexes where schemaname = $1 order by indexname',
      [schema],
    )
  ).map(({ indexdef }) => indexdef.replaceAll(`${schema}.`, ''));

it('ten storages that start at once on an empty database make the tables once', async () => {
  const storages = Array.from({ length: 10 }, () =>
    postgresStorage({ config: database.config, max: 2 }, { schema: 'ten' }),
  );
  await Promise.all(storages.map((storage) => storage.open()));
  expect(await database.query('select name from ten.firstline_migrations')).toEqual([
    { name: '0001_initial' },
    { name: '0002_incidents' },
    { name: '0003_delivery' },
  ]);
  await storages[0]?.accept(acceptParams('m'));
  await Promise.all(storages.map((storage) => storage.close()));
});

it('each migration is a transaction of its own', async () => {
  await migratePostgres({ config: database.config }, { schema: 'steps' });
  expect(await database.query('select distinct xmin::text from steps.firstline_migrations')).toHaveLength(3);
});

it('migrates beside somebody who is writing, in whose way it does not stand', async () => {
  const { preparation, migrations } = migrationScript(postgresDialect('loaded'));
  for (const statement of [...preparation, ...(migrations[0]?.statements ?? [])]) await database.query(statement);
  await database.query("insert into loaded.firstline_migrations values ('0001_initial')");
  await database.query(`insert into loaded.conversations
    (tenant, id, client_id, owner, status, last_seq, inbound_count, created_at, last_inbound_at, active_on, version)
    values ('t', 'c', 'k', 'bot', 'open', 1, 1, 1, 1, 1, 1)`);
  const writer = await database.pool().connect();
  await writer.query('begin');
  await writer.query("update loaded.conversations set last_seq = 2 where id = 'c'");
  const { pool, codes } = database.watched();
  const migrating = migratePostgres({ pool }, { schema: 'loaded' });
  let waiting: object[] = [];
  while (waiting.length === 0) {
    waiting = await database.query("select 1 from pg_locks where locktype = 'relation' and not granted");
  }
  // As a commit goes on from its conversation.
  await writer.query(`insert into loaded.messages
    (tenant, id, conversation_id, client_id, seq, direction, text, created_at) values ('t', 'm', 'c', 'k', 2, 'inbound', '', 1)`);
  await writer.query("update loaded.due_work set ready_at = 1 where conversation_id = 'c'");
  await writer.query("update loaded.deliveries set status = 'sent' where conversation_id = 'c'");
  await writer.query('commit');
  writer.release();
  await migrating;
  expect(codes).toEqual([]);
  expect((await postgresMigrationStatus({ pool }, { schema: 'loaded' })).pending).toEqual([]);
});

it('the printed statements make the same tables, and may be run again', async () => {
  await migratePostgres({ config: database.config }, { schema: 'made' });
  await migratePostgres({ config: database.config }, { schema: 'made' });
  for (let round = 0; round < 2; round += 1) {
    for (const statement of migrationSql({ schema: 'printed' })) await database.query(statement);
  }
  expect(await columns('printed')).toEqual(await columns('made'));
  expect(await indexes('printed')).toEqual(await indexes('made'));
  expect((await indexes('made')).length).toBeGreaterThan(35);
  const storage = postgresStorage({ config: database.config }, { schema: 'printed', migrate: false });
  await storage.open();
  await storage.accept(acceptParams('m'));
  await storage.close();
});

it('a role that may not make tables works on tables that are there', async () => {
  const schema = 'odd "name\'s';
  const quoted = '"odd ""name\'s"';
  await migratePostgres({ config: database.config }, { schema });
  const role = database.config.database.replace('test', 'role');
  await database.query(`create role ${role} login password 'r'`);
  await database.query(`grant usage on schema ${quoted} to ${role}`);
  await database.query(`grant select, insert, update, delete on all tables in schema ${quoted} to ${role}`);
  await database.query(`grant select, usage on all sequences in schema ${quoted} to ${role}`);
  const config = { ...database.config, user: role, password: 'r' };

  const storage = postgresStorage({ config }, { schema });
  await storage.open();
  await storage.accept(acceptParams('m'));
  expect(await storage.events({ tenant: 'default', after: 0, limit: 10 })).toHaveLength(2);
  await storage.close();

  const nowhere = postgresStorage({ config }, { schema: 'nowhere' });
  await expect(nowhere.open()).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('42501') as string,
  });
  await nowhere.close();
  await database.query(`drop owned by ${role}`);
  await database.query(`drop role ${role}`);
});

it('makes nothing where it is told not to', async () => {
  const storage = postgresStorage({ config: database.config }, { schema: 'none', migrate: false });
  const message = expect.stringContaining('0001_initial') as string;
  await expect(storage.open()).rejects.toMatchObject({ code: 'storage_unavailable', message });
  expect(await columns('none')).toEqual([]);
  await storage.close();
});

it('refuses tables made by a newer version, and says what to do', async () => {
  await migratePostgres({ config: database.config }, { schema: 'newer' });
  await database.query("insert into newer.firstline_migrations values ('9999_future')");
  const storage = postgresStorage({ config: database.config }, { schema: 'newer' });
  const message = expect.stringMatching(/9999_future.*upgrade/) as string;
  await expect(storage.open()).rejects.toMatchObject({ code: 'schema_too_new', message });
  await storage.close();
});

it('leaves a schema alone in which the names are taken', async () => {
  await database.query('create schema taken');
  await database.query('create table taken.messages (id text)');
  const storage = postgresStorage({ config: database.config }, { schema: 'taken' });
  const message = expect.stringContaining('0001_initial') as string;
  await expect(storage.open()).rejects.toMatchObject({ code: 'internal', message });
  expect(await columns('taken')).toHaveLength(1);
  await storage.close();
});

it('a process goes on when another one has added a column', async () => {
  const storage = postgresStorage({ config: database.config }, { schema: 'grown' });
  await storage.open();
  await storage.accept(acceptParams('m'));
  await database.query('alter table grown.conversations add column more text');
  await storage.accept({ ...acceptParams('n'), message: { ...acceptParams('m').message, id: 'n' } });
  await storage.close();
});

it('a process whose connections all have plans from before goes on as well', async () => {
  const pool = database.pool({ max: 12 });
  const storage = postgresStorage({ pool }, { schema: 'outgrown', signals: false });
  await storage.open();
  await storage.accept(acceptParams('m'));
  // As many at once as there are connections, since each waits for what it wants to read.
  const holder = await database.pool().connect();
  await holder.query('begin; lock table outgrown.conversations');
  const get = () => storage.conversation({ tenant: 'default', conversationId: 'conversation-m' });
  const reading = Array.from({ length: 12 }, get);
  let waiting: object[] = [];
  while (waiting.length < 12) waiting = await database.query('select pid from pg_locks where not granted');
  await holder.query('commit');
  holder.release();
  await Promise.all(reading);
  await database.query('alter table outgrown.conversations add column more text');
  expect(await get()).toMatchObject({ id: 'conversation-m' });
  await storage.close();
});

it('says how far the tables are, and makes none', async () => {
  const [target, options] = [{ config: database.config }, { schema: 'status' }];
  const before = await postgresMigrationStatus(target, options);
  expect(before.applied).toEqual([]);
  expect(before.pending.map(({ name }) => name)).toEqual(['0001_initial', '0002_incidents', '0003_delivery']);
  expect(await columns('status')).toEqual([]);
  for (const { sql } of before.pending) expect(sql.length).toBeGreaterThan(0);
  expect(before.pending[1]?.sql[0]).toBe('lock table "status".clients, "status".tickets in access exclusive mode');
  await migratePostgres(target, options);
  expect(await postgresMigrationStatus(target, options)).toEqual({
    applied: ['0001_initial', '0002_incidents', '0003_delivery'],
    pending: [],
  });
});
