import type { DeliveryResult, Storage } from '@firstline/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accepted, acceptParams, commitParams, leasedParams, TENANT } from './support/params';
import { postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

async function opened(schema: string): Promise<Storage> {
  const storage = postgresStorage({ config: database.config, max: 4 }, { schema });
  await storage.open();
  return storage;
}

/** A transaction that is left open. */
async function holding(...statements: readonly string[]) {
  const client = await database.pool().connect();
  await client.query('begin');
  for (const statement of statements) await client.query(statement);
  return { commit: () => client.query('commit').finally(() => client.release()) };
}

/** Resolves when somebody waits for a lock, or as soon as `ended`: then nobody will. */
async function locked(ended: Promise<unknown>): Promise<void> {
  let over = false;
  const end = (): void => void (over = true);
  ended.then(end, end);
  const waits = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while (!over && (await database.query(waits)).length === 0);
}

it('a conversation that is opened at an address just as another one moves there stays the one that is found', async () => {
  const storage = await opened('moving');
  for (const client of ['client', 'neighbour']) {
    await storage.commit(commitParams(await accepted(storage, leasedParams(client, client))));
  }
  const claim = { tenant: TENANT, now: 3_000, token: 'token', until: 60_000, limit: 5 };
  const claimed = await storage.claimDeliveries({ ...claim, gate: () => ({ action: 'send' }) });
  const channel = { transport: 'webhook', address: { url: 'https://example.com/new' } };
  const results = claimed.map(({ lease, delivery, attempt }): DeliveryResult => ({
    ...{ lease, deliveryId: delivery.id, attempt, outcome: { class: 'retry', code: 'migrated' }, events: [] },
    next: { status: 'pending', reason: 'moved', nextAttemptAt: 3_000, counts: false },
    ...(delivery.clientId === 'client' ? { move: { channel, channelKey: 'webhook:new' } } : {}),
  }));
  // As a message that is being accepted does.
  const opening = await holding(
    `select from moving.clients where id = 'client' for update`,
    `insert into moving.conversations (tenant, id, client_id, channel_key, owner, status, last_seq, inbound_count,
       created_at, last_inbound_at, active_on, version)
     select tenant, 'opened', client_id, 'webhook:new', owner, status, 1, 1, 3000, 3000, active_on, 1
       from moving.conversations where client_id = 'client'`,
  );
  const finishing = storage.finishDeliveries({ tenant: TENANT, now: 3_000, results });
  await locked(finishing);
  await opening.commit();
  expect(await finishing).toHaveLength(2);
  expect(await storage.conversation({ tenant: TENANT, conversationId: 'conversation-client' })).toMatchObject({
    channel,
  });
  const params = acceptParams('next', { channel, channelKey: 'webhook:new' });
  const next = await accepted(storage, { ...params, message: { ...params.message, clientId: 'client' } });
  expect(next.conversation.id).toBe('opened');
  await storage.close();
});

it('a lane whose conversation is gone goes with whoever gives it back, and nobody else', async () => {
  const storage = await opened('orphan');
  await database.query(`
    insert into orphan.due_work (tenant, kind, conversation_id, ready_at, claims)
    values ('${TENANT}', 'announce', 'gone', 1, 0)`);
  const claim = { tenant: TENANT, kind: 'announce', now: 1_000, token: 'token', until: 60_000, limit: 10 } as const;
  const [lease] = await storage.claim(claim);
  if (lease === undefined) throw new Error('the lane is there');
  const release = (token: string) => storage.release({ tenant: TENANT, lease: { ...lease, token }, dueAt: null });
  expect(await release('another')).toBe(false);
  expect(await storage.nextDueAt({ tenant: TENANT, kinds: ['announce'] })).toBe(60_000);
  expect(await release('token')).toBe(true);
  expect(await storage.nextDueAt({ tenant: TENANT, kinds: ['announce'] })).toBeNull();
  await storage.close();
});

it.each(['erase', 'prune'] as const)('whoever follows the feed does not wait for: %s', async (schema) => {
  const storage = await opened(schema);
  await storage.commit({
    ...commitParams(await accepted(storage, leasedParams('old'))),
    ...{ outbound: [], scheduleReminder: null },
  });
  const now = 10 * 86_400_000;
  const reading = await holding(`select from ${schema}.messages for update`);
  const removing: Promise<unknown> =
    schema === 'erase'
      ? storage.erase({ tenant: TENANT, now, clientId: 'client', operatorId: 'olga' })
      : storage.prune({ tenant: TENANT, now, conversationsBefore: now, eventsBefore: null, limit: 10 });
  await locked(removing);
  await storage.accept(acceptParams('new'));
  const types = async () => (await storage.events({ tenant: TENANT, after: 0, limit: 10 })).map(({ type }) => type);
  const opening = ['conversation.opened', 'message.received'];
  expect(await types()).toEqual([...opening, 'message.decided', ...opening]);
  await reading.commit();
  expect(await removing).toMatchObject({ conversations: 1 });
  expect(await types()).toEqual([...opening, 'conversation.erased']);
  await storage.close();
});
