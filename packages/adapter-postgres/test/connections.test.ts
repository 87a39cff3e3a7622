import { afterAll, beforeAll, expect, it } from 'vitest';
import { acceptParams, TENANT } from './support/params';
import { type PostgresTarget, postgresStorage } from '../src/index';
import { checkedSettings } from '../src/options';
import { PostgresDriver } from '../src/postgres-driver';
import { TestDatabase } from './support/database';
import { Server } from './support/server';

const OURS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mine'";
const COUNT = "select pid from pg_stat_activity where application_name = 'mine'";

let database: TestDatabase;
let mine: PostgresTarget;
beforeAll(async () => {
  database = await TestDatabase.create();
  mine = { config: { ...database.config, applicationName: 'mine' }, max: 3 };
});
afterAll(() => database.end());

it('connections that are killed make calls fail with storage_unavailable, and then it works again', async () => {
  const storage = postgresStorage(mine);
  await storage.open();
  // One is sure to be under way: somebody holds its client.
  await storage.accept(acceptParams('held'));
  const holder = await database.pool().connect();
  await holder.query(`begin; select * from clients where id = 'client-held' for update`);
  const { message } = acceptParams('held-again');
  const held = { ...acceptParams('held-again'), message: { ...message, clientId: 'client-held' } };
  const calls: Promise<unknown>[] = [storage.accept(held).catch((error: unknown) => error)];
  while ((await database.query('select 1 from pg_locks where not granted')).length === 0);
  for (let n = 0; n < 30; n += 1) {
    calls.push(storage.accept(acceptParams(`killed-${n}`)).catch((error: unknown) => error));
    if (n % 10 === 9) await database.query(OURS);
  }
  await holder.query('rollback');
  holder.release();
  const failed = (await Promise.all(calls)).filter((answer) => answer instanceof Error);
  expect(failed.length).toBeGreaterThan(0);
  for (const error of failed) expect(error).toMatchObject({ code: 'storage_unavailable' });
  // The same calls may be repeated: what was stored before its answer was lost is found again.
  for (let n = 0; n < 30; n += 1) {
    const again = () => storage.accept(acceptParams(`killed-${n}`));
    await again().catch(again).catch(again);
  }
  const { messages } = await storage.counts({ tenant: TENANT, now: 1_000 });
  expect(messages.inbound).toBe(31);
  await storage.close();
});

it('a connection that is killed in a transaction takes what it wrote with it', async () => {
  const storage = postgresStorage(mine, { schema: 'waiting' });
  await storage.open();
  await storage.accept(acceptParams('m'));
  const other = await database.pool().connect();
  await other.query('begin');
  await other.query('select * from waiting.clients for update');
  // Holds the key of its message, and waits for its client.
  const waiting = storage.accept({
    ...acceptParams('m'),
    idempotency: { key: 'k', fingerprint: 'f', expiresAt: null },
  });
  const failing = expect(waiting).rejects.toMatchObject({ code: 'storage_unavailable' });
  let killed: object[] = [];
  while (killed.length === 0) killed = await database.query(`${OURS} and wait_event_type = 'Lock'`);
  await failing;
  expect(await database.query("select * from waiting.idempotency_keys where key = 'k'")).toEqual([]);
  await other.query('rollback');
  other.release();
  await storage.ping();
  await storage.close();
});

it('waits no longer than it may for a lock', async () => {
  const storage = postgresStorage(mine, { schema: 'patience', lockTimeoutMs: 20 });
  await storage.open();
  await storage.accept(acceptParams('m'));
  const other = await database.pool().connect();
  await other.query('begin');
  await other.query('select * from patience.clients for update');
  const blocked = storage.accept({ ...acceptParams('m'), idempotency: null });
  await expect(blocked).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringContaining('55P03') as string,
  });
  await other.query('rollback');
  other.release();
  await storage.close();
});

it('closes the connections it opened, and leaves those of a given pool with their settings', async () => {
  const owner = postgresStorage(mine);
  await owner.open();
  await owner.ping();
  await owner.close();
  await gone();

  const pool = database.pool({ max: 1 });
  const storage = postgresStorage({ pool }, { statementTimeoutMs: 1_234 });
  await storage.open();
  await Promise.all([storage.accept(acceptParams('given')), storage.ping()]);
  expect(pool.listenerCount('error')).toBe(1);
  await storage.close();
  expect(pool.listenerCount('error')).toBe(0);
  const { rows } = await pool.query<object>('show statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
});

it('says how many connections there are, how many of them are free, and how many wait for one', async () => {
  const pool = database.pool({ max: 1 });
  const driver = new PostgresDriver(checkedSettings({ pool }, { signals: false }));
  expect(driver.pool()).toBeNull();
  await driver.open();
  const held = await pool.connect();
  const waiting = driver.transaction('read', (tx) => tx.execute('select 1'));
  expect(driver.pool()).toEqual({ size: 1, idle: 0, waiting: 1 });
  held.release();
  await waiting;
  expect(driver.pool()).toEqual({ size: 1, idle: 1, waiting: 0 });
  await driver.close();
});

it('works again after the server was restarted, without an unhandled error', async () => {
  const server = await Server.start();
  try {
    const { config } = new TestDatabase(server.port, 'postgres');
    const storage = postgresStorage({ config });
    await storage.open();
    await storage.accept(acceptParams('before'));
    await server.down();
    await expect(storage.accept(acceptParams('down'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(storage.ping()).rejects.toMatchObject({ code: 'storage_unavailable' });
    await server.up();
    await storage.accept(acceptParams('after'));
    expect((await storage.counts({ tenant: TENANT, now: 1_000 })).messages.inbound).toBe(2);
    await storage.close();
  } finally {
    await server.remove();
  }
});

it('opens once the server is there, and tells no password while it is not', async () => {
  const { port, database: name } = database.config;
  const secret = 'correct-horse';
  const targets: readonly PostgresTarget[] = [
    { connectionString: `postgres://admin:${secret}@127.0.0.1:${port}/${name}` },
    { connectionString: `postgres://admin:${secret}@127.0.0.1:1/${name}` },
    { config: { ...database.config, password: secret } },
  ];
  for (const target of targets) {
    const storage = postgresStorage(target);
    const error: unknown = await storage.open().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'storage_unavailable' });
    const { cause, message, stack } = error as Error;
    expect(JSON.stringify([message, stack, cause, String(cause), Object.entries(cause as object)])).not.toContain(
      secret,
    );
    await storage.close();
  }
});

async function gone(): Promise<void> {
  while ((await database.query(COUNT)).length > 0);
}
