import { Statement } from '@firstline/storage-sql';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accepted, acceptParams, commitParams, leasedParams, TENANT } from './support/params';
import { type PostgresClient, type PostgresPool, type PostgresQuery, postgresStorage } from '../src/index';
import { checkedSettings } from '../src/options';
import { PostgresDriver } from '../src/postgres-driver';
import { TestDatabase } from './support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

/** A pool that tells what is run on its connections. */
function watched(pool: pg.Pool, watch: (query: PostgresQuery) => void): PostgresPool {
  return {
    on: (event, listener) => pool.on(event, listener),
    removeListener: (event, listener) => pool.removeListener(event, listener),
    connect: (callback) => pool.connect((error, client) => callback(error, client && watchedClient(client, watch))),
  };
}

function watchedClient(client: PostgresClient, watch: (query: PostgresQuery) => void): PostgresClient {
  return {
    on: (event, listener) => client.on(event, listener),
    removeListener: (event, listener) => client.removeListener(event, listener),
    query: (query) => (watch(query), client.query(query)),
    release: (destroy) => client.release(destroy),
  };
}

it('an ordinary message takes 10 statements to accept and 16 to answer, all but two of them prepared', async () => {
  let run: PostgresQuery[] = [];
  const storage = postgresStorage({ pool: watched(database.pool({ max: 1 }), (query) => run.push(query)) });
  await storage.open();
  await storage.commit(commitParams(await accepted(storage, leasedParams('first'))));

  run = [];
  const second = await accepted(storage, leasedParams('second'));
  expect(inside(run)).toHaveLength(8);
  run = [];
  expect(await storage.commit(commitParams(second))).toEqual({ status: 'committed', next: null });
  expect(inside(run).length).toBeLessThanOrEqual(14);

  run = [];
  const { seq = 0 } = (await storage.events({ tenant: TENANT, after: 0, limit: 100 })).at(-1) ?? {};
  expect(inside(run)).toHaveLength(4);
  run = [];
  await storage.events({ tenant: TENANT, after: seq, limit: 100 });
  expect(inside(run)).toHaveLength(1);
  await storage.close();
});

it('an ordinary message takes 2 journeys to accept and 3 to answer, and its delivery 4 to claim and 3 to finish', async () => {
  const pool = database.pool({ max: 1 });
  let journeys = 0;
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (given: unknown) => unknown;
    client.query = ((given: unknown) => ((journeys += 1), query(given))) as typeof client.query;
  });
  const spent = (): number => {
    const sum = journeys;
    journeys = 0;
    return sum;
  };
  const storage = postgresStorage({ pool }, { schema: 'journeys', signals: false });
  await storage.open();
  await storage.commit(commitParams(await accepted(storage, leasedParams('first'))));
  spent();

  const second = await accepted(storage, leasedParams('second'));
  expect(spent()).toBe(2);
  await storage.commit(commitParams(second));
  expect(spent()).toBe(3);
  const times = { tenant: TENANT, now: 3_000 };
  const gate = () => ({ action: 'send' }) as const;
  const claim = { ...times, token: 'token', until: 60_000, limit: 1, gate };
  const [claimed] = await storage.claimDeliveries(claim);
  expect(spent()).toBe(4);
  const next = { status: 'sent', reason: null, nextAttemptAt: 3_000, counts: true } as const;
  const { lease, delivery, attempt } = claimed ?? {};
  if (lease === undefined || delivery === undefined || attempt === undefined) throw new Error('nothing was claimed');
  const result = { lease, deliveryId: delivery.id, attempt, outcome: { class: 'ok' } as const, next, events: [] };
  expect(await storage.finishDeliveries({ ...times, results: [result] })).toEqual([delivery.id]);
  expect(spent()).toBe(3);
  await storage.close();
});

it.each([false, true])(
  'within a transaction tables are read by their indexes, and nothing is compiled; pipeline: %s',
  async (pipeline) => {
    const pool = database.pool({ max: 1, options: '-c jit=on', ...{ pipeline } });
    const driver = new PostgresDriver(checkedSettings({ pool }, {}));
    await driver.open();
    const settings = new Statement<object, object>({
      sql: "select current_setting('jit') as jit, current_setting('enable_seqscan') as seqscan",
      parameters: [],
    } as never);
    expect(await driver.transaction('write', (tx) => tx.first(settings, {}))).toEqual({ jit: 'off', seqscan: 'off' });
    await driver.close();
    expect((await pool.query<object>('show jit')).rows).toEqual([{ jit: 'on' }]);
  },
);

it('storages on different schemas share connections, prepared statements and all', async () => {
  const pool = database.pool({ max: 1 });
  const storages = ['left', 'right'].map((schema) => postgresStorage({ pool }, { schema }));
  for (const storage of storages) await storage.open();
  for (const [n, storage] of storages.entries()) await storage.accept(acceptParams(`m${n}`));
  for (const [n, storage] of storages.entries()) {
    expect(await storage.outcome({ tenant: TENANT, messageId: `m${n}` })).not.toBeNull();
    expect(await storage.outcome({ tenant: TENANT, messageId: `m${1 - n}` })).toBeNull();
    await storage.close();
  }
});

function inside([begin, ...statements]: readonly PostgresQuery[]): readonly PostgresQuery[] {
  expect([begin?.text.slice(0, 5), statements.pop()?.text]).toEqual(['begin', 'commit']);
  expect(statements.every(({ name }) => name !== undefined)).toBe(true);
  return statements;
}
