import { Statement } from '@firstline/storage-sql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type PostgresTarget, postgresStorage } from '../src/index';
import { checkedSettings } from '../src/options';
import { PostgresDriver } from '../src/postgres-driver';
import { TestDatabase } from './support/database';
import { accepted, acceptParams, commitParams, leasedParams, TENANT } from './support/params';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

let database: TestDatabase;
let target: PostgresTarget;
let schema = '';
let schemas = 0;
beforeAll(async () => {
  database = await TestDatabase.create();
  target = { config: database.config };
});
beforeEach(() => {
  schema = `case_${(schemas += 1)}`;
});
afterAll(() => database.end());

/** Transactions that have written rows of messages. */
async function commits(): Promise<number> {
  return (await database.query(`select distinct xmin::text from ${schema}.messages`)).length;
}

it('messages of different clients that come at once share commits', async () => {
  const storage = postgresStorage(target, { schema });
  await storage.open();
  const all = await Promise.all(NAMES.map((name) => accepted(storage, leasedParams(name, name))));
  expect(all.map(({ message }) => message.id)).toEqual(NAMES);
  expect(await commits()).toBe(1);

  const results = await Promise.all(all.map((work) => storage.commit(commitParams(work))));
  expect(results).toEqual(NAMES.map(() => ({ status: 'committed', next: null })));
  expect(await commits()).toBe(1);
  const events = await storage.events({ tenant: TENANT, after: 0, limit: 100 });
  for (const { conversation } of all) {
    const told = events.filter(({ conversationId }) => conversationId === conversation.id).map(({ type }) => type);
    expect(told).toEqual(['conversation.opened', 'message.received', 'message.decided']);
  }
  await storage.close();
});

it('messages of one client never share one, and keep their order', async () => {
  const storage = postgresStorage(target, { schema });
  await storage.open();
  const all = await Promise.all(NAMES.map((name) => accepted(storage, { ...acceptParams(name), ...ofOne(name) })));
  expect(all.map(({ message }) => message.seq)).toEqual(NAMES.map((_, index) => index + 1));
  expect(await commits()).toBe(NAMES.length);
  await storage.close();
});

function ofOne(name: string) {
  return { message: { ...acceptParams(name).message, clientId: 'one' } };
}

it('one that the database refuses fails alone', async () => {
  const storage = postgresStorage(target, { schema });
  await storage.open();
  const bad = (name: string) => ({ ...acceptParams(name).message, text: name === 'e' ? 'NUL \0' : 'fine' });
  const all = await Promise.allSettled(NAMES.map((name) => storage.accept(acceptParams(name, { message: bad(name) }))));
  expect(all.map(({ status }) => status === 'fulfilled')).toEqual(NAMES.map((name) => name !== 'e'));
  expect(all[4]).toMatchObject({ reason: { code: 'internal' } });
  expect((await storage.counts({ tenant: TENANT, now: 1_000 })).messages.inbound).toBe(9);
  await storage.close();
});

it('one that answers with a conflict, a loss or a duplicate leaves the others as they are', async () => {
  const storage = postgresStorage(target, { schema });
  await storage.open();
  const all = await Promise.all(NAMES.map((name) => accepted(storage, leasedParams(name, name))));
  const results = await Promise.all(
    all.map((work, index) => {
      const params = commitParams(work);
      if (index === 2) return storage.commit({ ...params, expectedVersion: 7 });
      const lease = params.lease && { ...params.lease, token: 'another' };
      return storage.commit(index === 5 ? { ...params, lease } : params);
    }),
  );
  expect(results.map(({ status }) => status)).toEqual(
    NAMES.map((_, index) => ({ 2: 'conflict', 5: 'lost' })[index] ?? 'committed'),
  );

  const again = await Promise.all(
    NAMES.map((name, index) =>
      storage
        .accept(acceptParams(name, index === 4 ? { idempotency: key('new') } : {}))
        .catch((error: unknown) => error),
    ),
  );
  // The fifth claims another key for a message that is there already, which no caller does.
  expect(again.map((answer) => (answer instanceof Error ? 'refused' : (answer as { status: string }).status))).toEqual(
    NAMES.map((_, index) => (index === 4 ? 'refused' : 'duplicate')),
  );
  const { conversation } = all[0] ?? {};
  const kept = await storage.conversation({ tenant: TENANT, conversationId: conversation?.id ?? '' });
  expect(kept?.lastSeq).toBe(2);
  await storage.close();
});

function key(name: string) {
  return { key: name, fingerprint: 'f', expiresAt: null };
}

it('messages and decisions of the same clients lock them in one order, whatever their conversations are called', async () => {
  // The server looks for deadlocks long before a group gives up its place in a line.
  const options = '-c deadlock_timeout=1ms';
  const watched = [1, 2].map(() => database.watched({ options, max: 4 }));
  const [deciding, hearing] = watched.map(({ pool }) => postgresStorage({ pool }, { schema }));
  if (deciding === undefined || hearing === undefined) throw new Error('two storages');
  await Promise.all([deciding.open(), hearing.open()]);
  const work = await Promise.all(
    NAMES.map((name, n) => accepted(deciding, { ...leasedParams(name, name), newConversationId: `c${9 - n}` })),
  );
  const holder = await database.pool().connect();
  await holder.query('begin');
  await holder.query(`select * from ${schema}.clients where id = 'e' for update`);
  // A greeting each, so that a decision changes its client too.
  const decided = work.map((each) =>
    deciding.commit({ ...commitParams(each), client: { expectedVersion: 1, greetedAt: 2_000 } }),
  );
  const heard = NAMES.map((name) => {
    const params = acceptParams(`next-${name}`);
    return accepted(hearing, { ...params, message: { ...params.message, clientId: name } });
  });
  await bothWait();
  await holder.query('rollback');
  holder.release();
  for (const { conversation } of await Promise.all(heard)) expect(conversation.id).toMatch(/^c\d$/);
  for (const { status } of await Promise.all(decided)) expect(['committed', 'conflict']).toContain(status);
  await Promise.all([deciding.close(), hearing.close()]);
  // 55P03: a group that waited for too long on a busy machine, and came apart.
  expect(watched.flatMap(({ codes }) => codes).filter((code) => !['55P03', '25P02'].includes(code))).toEqual([]);
});

/** Until one of either kind waits for a row. */
async function bothWait(): Promise<void> {
  for (let looks = 0; looks < 1_000; looks += 1) {
    const rows = await database.query('select 1 from pg_locks where not granted');
    if (rows.length >= 2) return;
  }
}

it('a client that somebody holds keeps only its own messages waiting', async () => {
  const storage = postgresStorage(target, { schema });
  await storage.open();
  await Promise.all(NAMES.map((name) => storage.accept(acceptParams(name))));
  const other = await database.pool().connect();
  await other.query('begin');
  await other.query(`select * from ${schema}.clients where id = 'client-c' for update`);
  let waited = true;
  const next = NAMES.map((name) => {
    const params = acceptParams(`next-${name}`);
    return storage.accept({ ...params, message: { ...params.message, clientId: `client-${name}` } });
  });
  const held = next[2]?.then(() => (waited = false));
  await Promise.all(next.filter((_, index) => index !== 2));
  // Another group can go as well.
  await storage.accept(acceptParams('another'));
  expect(waited).toBe(true);
  await other.query('rollback');
  other.release();
  await held;
  expect((await storage.counts({ tenant: TENANT, now: 1_000 })).messages.inbound).toBe(21);
  await storage.close();
});

it('a client that somebody holds takes one connection, however much it writes', async () => {
  const storage = postgresStorage({ ...target, max: 4 }, { schema });
  await storage.open();
  await Promise.all(['x', 'y'].map((name) => storage.accept(acceptParams(name))));
  const other = await database.pool().connect();
  await other.query('begin');
  await other.query(`select * from ${schema}.clients where id = 'client-x' for update`);
  const write = (id: string, clientId: string) => {
    const params = acceptParams(id);
    return storage.accept({ ...params, message: { ...params.message, clientId } });
  };
  const held = Array.from({ length: 12 }, (_unused, n) => write(`x${n}`, 'client-x'));
  // By then each message of the client that could go has gone, and waits for its client.
  for (let n = 0; n < 12; n += 1) {
    await write(`y${n}`, 'client-y');
    await storage.ping();
  }
  const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  expect((await database.query(waiting)).length).toBeLessThanOrEqual(1);
  await other.query('rollback');
  other.release();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(held.map(() => 'accepted'));
  await storage.close();
});

it('is of no effect on connections that take one statement at a time, or have a pipeline of their own', async () => {
  for (const pipeline of [true, false]) {
    const storage = postgresStorage({ pool: database.pool({ max: 2, ...{ pipeline } }) }, { schema });
    await storage.open();
    const work = await Promise.all(NAMES.map((name) => accepted(storage, leasedParams(`${name}${pipeline}`, name))));
    const results = await Promise.all(work.map((each) => storage.commit(commitParams(each))));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['committed']));
    await storage.close();
  }
});

it('what was committed is not run again, though a body fails behind the end that it announced', async () => {
  const driver = new PostgresDriver(checkedSettings(target, {}));
  await driver.open();
  const select = new Statement<object, object>({ sql: 'select 1 as n', parameters: [] } as never);
  let runs = 0;
  const run = (key: string, error: Error | null) =>
    driver.transaction(
      'write',
      async (tx) => {
        runs += 1;
        const last = tx.first(select, {});
        tx.ending();
        await last;
        if (error !== null) throw error;
      },
      { kind: 'test', key },
    );
  const both = await Promise.allSettled([run('a', null), run('b', new Error('a bug'))]);
  expect(both).toMatchObject([{ reason: { code: 'internal' } }, { reason: { code: 'internal' } }]);
  expect(runs).toBe(2);
  await driver.close();
});

it('behind a statement that failed nothing runs, and whoever waits is told of that one', async () => {
  const driver = new PostgresDriver(checkedSettings(target, {}));
  await driver.open();
  const statement = (sql: string) => new Statement<object, { n: number }>({ sql, parameters: [] } as never);
  const [one, broken, two] = [
    statement('select 1::int as n'),
    statement('select 1 / 0 as n'),
    statement('select 2::int as n'),
  ];
  const answers: unknown[] = [];
  const running = driver.transaction('write', async (tx) => {
    const asked = [one, broken, two].map((each) => tx.first(each, {}));
    for (const each of await Promise.allSettled(asked)) answers.push(each);
    throw new Error('over');
  });
  await expect(running).rejects.toThrow('over');
  const failed = { status: 'rejected', reason: { message: 'Postgres refused a statement (22012)' } };
  expect(answers).toMatchObject([{ status: 'fulfilled', value: { n: 1 } }, failed, failed]);
  expect(await driver.transaction('read', (tx) => tx.first(two, {}))).toEqual({ n: 2 });
  await driver.close();
});
