import type { Storage } from '@firstline/core';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { sqliteStorage } from '../src/index';
import { accepted, commitParams, leasedParams, TENANT } from './support/params';
import { watchedDatabase } from './support/watched-database';

const DAY_MS = 86_400_000;
const TABLES =
  "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> 'firstline_migrations'";

/** Rows by table, those tables left out that are empty. */
function rowCounts(database: Sqlite.Database): Record<string, number> {
  const names = database.prepare<[], string>(TABLES).pluck().all();
  const counts = names.map((name) => {
    const count = database.prepare<[], number>(`select count(*) from ${name}`).pluck().get() ?? 0;
    return [name, count] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** A conversation with a row in every table, and an attempt under way. */
async function furnish(storage: Storage): Promise<void> {
  const params = commitParams(await accepted(storage, leasedParams('m')));
  const { conversationId } = params;
  const ids = { tenant: TENANT, conversationId, createdAt: 2_000 };
  await storage.commit({
    ...params,
    addNote: { ...ids, id: 'note', ticketId: 'ticket', operatorId: 'anna', text: 'call back' },
    openTicket: {
      ...{ ...ids, id: 'ticket', clientId: 'client', messageId: 'm', attachments: [], rule: 'unknown', reason: 'why' },
      ...{ priority: 'high', status: 'open', assignee: null, repeats: 0, respondedAt: null, resolvedAt: null },
      ...{ pauses: [], breaches: [], updatedAt: 2_000, incidentId: null },
    },
    watch: { dueAt: 9_000 },
  });
  const gate = () => ({ action: 'send' }) as const;
  await storage.claimDeliveries({ tenant: TENANT, now: 2_000, token: 't', until: 60_000, limit: 1, gate });
}

it('erases every row there is about a client', async () => {
  const database = new Sqlite(':memory:');
  const storage = sqliteStorage({ database });
  await storage.open();
  await furnish(storage);
  expect(Object.keys(rowCounts(database))).toHaveLength(13);
  await storage.erase({ tenant: TENANT, now: 3_000, clientId: 'client', operatorId: 'anna' });
  expect(rowCounts(database)).toEqual({ events: 1 });
  await storage.close();
});

it('writes down the day of the last message once a day, and not with every message', async () => {
  const written: string[] = [];
  const storage = sqliteStorage({
    database: watchedDatabase((sql) => /set "active_on"/.test(sql) && written.push(sql)),
  });
  await storage.open();
  for (const [n, now] of [1_000, 2_000, DAY_MS - 1, DAY_MS, DAY_MS + 1, 5 * DAY_MS].entries()) {
    const params = { ...commitParams(await accepted(storage, { ...leasedParams(`m${n}`), now })), now };
    await storage.commit(params);
  }
  expect(written).toHaveLength(2);
  // Said a day later than heard.
  const last = commitParams(await accepted(storage, { ...leasedParams('late'), now: 6 * DAY_MS - 1 }));
  await storage.commit({ ...last, now: 6 * DAY_MS });
  expect(written).toHaveLength(3);
  await storage.close();
});

it('prunes a limited number of rows with a limited number of statements', async () => {
  const run: string[] = [];
  const storage = sqliteStorage({ database: watchedDatabase((sql) => run.push(sql)) });
  await storage.open();
  for (let n = 0; n < 20; n += 1) {
    const params = commitParams(await accepted(storage, leasedParams(`m${n}`, `client ${n}`)));
    await storage.commit({ ...params, outbound: [], scheduleReminder: null });
  }
  const prune = { tenant: TENANT, now: DAY_MS, conversationsBefore: DAY_MS, eventsBefore: DAY_MS };
  const statements: number[] = [];
  for (const limit of [1, 10]) {
    run.length = 0;
    expect(await storage.prune({ ...prune, limit })).toMatchObject({ conversations: limit, events: limit });
    // But for the notices, which are one for each conversation.
    statements.push(run.filter((sql) => !sql.startsWith('insert into "events"')).length);
  }
  expect(statements[1]).toBe(statements[0]);
  await storage.close();
});
