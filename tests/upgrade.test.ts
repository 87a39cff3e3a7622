import { postgresStorage } from '@firstline/adapter-postgres';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import type { Storage } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { migrationScript } from '@firstline/storage-sql';

import { describe, expect, it } from 'vitest';
import { postgresDialect } from '../packages/adapter-postgres/src/postgres-dialect';
import { TestDatabase } from '../packages/adapter-postgres/test/support/database';
import { sqliteDialect } from '../packages/adapter-sqlite/src/sqlite-dialect';
import { rawDatabase } from '../packages/adapter-sqlite/test/support/raw-database';
import { desk } from '../packages/core/test/support/fixture';
import { CHANNEL, leftByTheFirstRelease } from './support/first-release';

const NOW = Date.parse('2026-03-02T09:00:00Z');

/** Runs statements; `?` stands for a value. */
type Run = (sql: string, values: readonly unknown[]) => Promise<void>;

async function firstTables(run: Run, dialect: Parameters<typeof migrationScript>[0]): Promise<void> {
  const { preparation, migrations } = migrationScript(dialect);
  const [initial] = migrations;
  for (const sql of [...preparation, ...(initial?.statements ?? [])]) await run(sql, []);
  await run('insert into firstline_migrations (name) values (?)', [initial?.name]);
}

async function firstRelease(run: Run): Promise<void> {
  for (const { into, values } of leftByTheFirstRelease(NOW)) {
    const places = Object.keys(values).map(() => '?');
    await run(`insert into ${into} (${Object.keys(values).join(', ')}) values (${places.join(', ')})`, [
      ...Object.values(values),
    ]);
  }
}

/** Everything that was left is found, gone on with, and not done again. */
async function goesOn(storage: Storage): Promise<void> {
  const clock = new ManualClock(NOW);
  const transport = new FakeTransport();
  const { engine } = desk({ storage, clock, transports: { fake: transport } });
  await storage.open();
  const before = await storage.events({ tenant: 'default', after: 0, limit: 100 });
  expect(before.map(({ seq }) => seq)).toEqual([1, 2, 3]);

  expect(await engine.tick()).toMatchObject({ processed: 1, delivered: 2, reminded: 0 });
  expect(transport.received.map(({ delivery }) => delivery.conversationId)).toEqual([
    'conversation waiting',
    'conversation waiting',
  ]);
  expect(transport.received[0]?.delivery.id, 'under the id it had').toBe('delivery of waiting');
  await clock.advance('61s');
  expect(await engine.tick()).toMatchObject({ reminded: 1, delivered: 1 });
  expect(await engine.tick()).toMatchObject({ processed: 0, reminded: 0, delivered: 0 });

  expect(await engine.explain('question 1 of answered')).toMatchObject({ id: 'decision of answered' });
  const { items } = await storage.tickets({ tenant: 'default', limit: 10 });
  expect(items).toMatchObject([{ id: 'ticket', status: 'open', clientId: 'escalated' }]);
  const again = await engine.receive({ clientId: 'answered', text: 'thanks', channel: CHANNEL });
  expect(again).toMatchObject({ conversationId: 'conversation answered', isFirstMessage: false });
  expect(
    again.replies.map(({ type }) => type),
    'greeted before',
  ).not.toContain('greeting');
  const after = await storage.events({ tenant: 'default', after: 3, limit: 100 });
  expect(after[0]?.seq).toBeGreaterThan(3);
  await engine.stop();
}

/** Nobody stops all processes for an upgrade: those of the release before write on beside the first one that has migrated. */
const ORDERS = ['before the upgrade', 'after it'] as const;

describe.each(ORDERS)('what the first release writes %s is gone on with', (order) => {
  it('in SQLite', async () => {
    const database = rawDatabase();
    const run: Run = async (sql, values) => void database.prepare(sql).run(...values);
    const storage = sqliteStorage({ database });
    await firstTables(run, sqliteDialect());
    if (order === 'after it') await storage.open();
    await firstRelease(run);
    await goesOn(storage);
    database.close();
  });

  it('in Postgres', async () => {
    const database = await TestDatabase.create();
    const run: Run = async (sql, values) => {
      let place = 0;
      await database.query(
        sql.replaceAll('?', () => `$${(place += 1)}`),
        values,
      );
    };
    const storage = postgresStorage({ config: database.config });
    await firstTables(run, postgresDialect(null));
    if (order === 'after it') await storage.open();
    await firstRelease(run);
    await database.query("select setval('firstline_feed_numbers', 3)");
    await goesOn(storage);
    await database.end();
  });
});

describe.each([
  ['SQLite', sqliteDialect()],
  ['Postgres', postgresDialect(null)],
] as const)('migrations of %s', (_name, dialect) => {
  const [, ...later] = migrationScript(dialect).migrations;

  it('only add, with columns that who does not know them can leave out', () => {
    expect(later.length).toBeGreaterThan(0);
    const adds = /^(lock table |create table |create (unique )?index |alter table "\w+" add column )/;
    const statements = later.flatMap((migration) => migration.statements);
    expect(statements.filter((sql) => !adds.test(sql))).toEqual([]);
    const columns = statements.filter((sql) => sql.startsWith('alter'));
    expect(columns.filter((sql) => sql.includes('not null') && !sql.includes(' default '))).toEqual([]);
  });

  it('find the indexes of large tables made already', () => {
    const statements = later.flatMap((migration) => migration.statements);
    const made = statements.flatMap((sql) => /^create table "(\w+)"/.exec(sql)?.[1] ?? []);
    const indexes = statements.filter((sql) => /^create (unique )?index/.test(sql));
    const onOlder = indexes.filter((sql) => !made.includes(/ on "(\w+)"/.exec(sql)?.[1] ?? ''));
    expect(onOlder.length).toBeGreaterThan(0);
    expect(onOlder.filter((sql) => !sql.includes(' if not exists '))).toEqual([]);
  });
});
