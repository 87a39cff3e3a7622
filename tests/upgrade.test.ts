import { postgresStorage } from '@firstline/adapter-postgres';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import type { Storage } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { migrationScript } from '@firstline/storage-sql';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresDialect } from '../packages/adapter-postgres/src/postgres-dialect';
import { TestDatabase } from '../packages/adapter-postgres/test/support/database';
import { sqliteDialect } from '../packages/adapter-sqlite/src/sqlite-dialect';
import { rawDatabase } from '../packages/adapter-sqlite/test/support/raw-database';
import { desk } from '../packages/core/test/support/fixture';
import { CHANNEL, leftByTheFirstRelease } from './support/first-release';

const NOW = Date.parse('2026-03-02T09:00:00Z');

/** Runs statements; `?` stands for a value. */
type Run = (sql: string, values: readonly unknown[]) => Promise<void>;

async function firstRelease(run: Run, dialect: Parameters<typeof migrationScript>[0]): Promise<void> {
  const { preparation, migrations } = migrationScript(dialect);
  const [initial] = migrations;
  for (const sql of [...preparation, ...(initial?.statements ?? [])]) await run(sql, []);
  await run('insert into firstline_migrations (name) values (?)', [initial?.name]);
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

it('what the first release left in SQLite is gone on with', async () => {
  const database = rawDatabase();
  await firstRelease(async (sql, values) => void database.prepare(sql).run(...values), sqliteDialect());
  await goesOn(sqliteStorage({ database }));
  database.close();
});

describe('on Postgres', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.end());

  it('what the first release left is gone on with', async () => {
    const run: Run = async (sql, values) => {
      let place = 0;
      await database.query(
        sql.replaceAll('?', () => `$${(place += 1)}`),
        values,
      );
    };
    await firstRelease(run, postgresDialect(null));
    await database.query("select setval('firstline_feed_numbers', 3)");
    await goesOn(postgresStorage({ config: database.config }));
  });
});
