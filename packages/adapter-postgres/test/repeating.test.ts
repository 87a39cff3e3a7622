import type { SqlExecutor } from '@firstline/storage-sql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { checkedSettings } from '../src/options';
import { PostgresDriver } from '../src/postgres-driver';
import { TestDatabase } from './support/database';

let database: TestDatabase;
let driver: PostgresDriver;
const pauses: number[] = [];
beforeAll(async () => {
  database = await TestDatabase.create();
  await database.query('create table things (id int primary key, value int)');
  await database.query('insert into things values (1, 0), (2, 0)');
  driver = new PostgresDriver(checkedSettings({ config: database.config }, {}), async (ms) => pauses.push(ms));
  await driver.open();
});
beforeEach(() => void pauses.splice(0));
afterAll(async () => {
  await driver.close();
  await database.end();
});

const failing = (code: string) => `do $$ begin raise exception 'secret text' using errcode = '${code}'; end $$`;

it('of two transactions that wait for each other, one is run again', async () => {
  let entered = 0;
  let meet: () => void = () => undefined;
  const both = new Promise<void>((resolve) => (meet = resolve));
  const cross = (first: number, second: number) => async (tx: SqlExecutor) => {
    await tx.execute(`update things set value = value + 1 where id = ${first}`);
    entered += 1;
    if (entered === 2) meet();
    await both;
    await tx.execute(`update things set value = value + 1 where id = ${second}`);
  };
  await Promise.all([driver.transaction('write', cross(1, 2)), driver.transaction('write', cross(2, 1))]);
  expect(await database.query('select value from things order by id')).toEqual([{ value: 2 }, { value: 2 }]);
  expect(pauses).toEqual([5]);
});

it.each(['40001', '40P01'])('%s is tried again, with growing pauses and not for ever', async (code) => {
  let runs = 0;
  const value = await driver.transaction('write', async (tx) => {
    runs += 1;
    if (runs < 3) await tx.execute(failing(code));
    return 'done';
  });
  expect([value, runs, pauses.splice(0)]).toEqual(['done', 3, [5, 10]]);

  const never = driver.transaction('write', (tx) => tx.execute(failing(code)));
  await expect(never).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320]);
});

it('another failure is not tried again, and told without what the server says of it', async () => {
  const error: unknown = await driver
    .transaction('write', (tx) => tx.execute(failing('23505')))
    .catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'internal', message: 'Postgres refused a statement (23505)' });
  expect(String((error as Error).cause)).not.toContain('secret');
  expect(pauses).toEqual([]);
});

it('a body that throws has written nothing, and its error is passed on as it is', async () => {
  const error = new Error('a bug');
  const running = driver.transaction('write', async (tx) => {
    await tx.execute('update things set value = 100');
    throw error;
  });
  await expect(running).rejects.toBe(error);
  expect(await database.query('select id from things where value = 100')).toEqual([]);
});

it('a body that goes on after a failed statement is not taken for committed', async () => {
  const running = driver.transaction('write', async (tx) => {
    await tx.execute('update things set value = 100');
    await tx.execute('select 1 / 0').catch(() => undefined);
  });
  await expect(running).rejects.toMatchObject({ code: 'internal' });
  expect(await database.query('select id from things where value = 100')).toEqual([]);
});

it('refuses a transaction that has ended, and reading ones that write', async () => {
  const kept = await driver.transaction('read', async (tx) => tx);
  await expect(kept.execute('select 1')).rejects.toMatchObject({ code: 'internal' });
  for (const mode of ['read', 'fresh'] as const) {
    const writing = driver.transaction(mode, (tx) => tx.execute('update things set value = 100'));
    await expect(writing).rejects.toMatchObject({ code: 'storage_unavailable' });
  }
});
