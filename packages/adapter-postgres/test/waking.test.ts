import type { DeliveryGate, Endpoint, Storage } from '@firstline/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accepted, commitParams, leasedParams, TENANT } from './support/params';
import { postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';

const FAR = 3_600_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

const paused = (key: string): Endpoint => ({
  ...{ tenant: TENANT, key, transport: 'webhook', status: 'paused', reason: 'http_503' },
  ...{ failing: [], parked: [], cooldowns: 0, probes: 0, firstFailureAt: 1, lastFailureAt: 1, lastSuccessAt: null },
  ...{ waitUntil: FAR, told: {}, createdAt: 1, updatedAt: 1, version: 1 },
});

/** As the engine's gate does, of an endpoint and of a transport as a whole. */
const gate: DeliveryGate = (_delivery, _conversation, { own, transport }) => {
  const waits = [transport, own].find((row) => row !== null && (row.waitUntil ?? 0) > 3_000);
  return waits == null ? { action: 'send' } : { action: 'wait', until: FAR, waitsFor: waits.key };
};

const claim = { tenant: TENANT, now: 3_000, token: 'claim', until: 60_000, limit: 3, gate };

/** Two processes, and a message to an endpoint that is paused. */
async function waiting(schema: string, key = 'webhook:example') {
  const [storage, other] = [1, 2].map(() => postgresStorage({ config: database.config, max: 4 }, { schema }));
  if (storage === undefined || other === undefined) throw new Error('two storages');
  await Promise.all([storage.open(), other.open()]);
  await storage.commit(commitParams(await accepted(storage, leasedParams('m'))));
  const endpoint = paused(key);
  await storage.putEndpoint({ tenant: TENANT, now: 1, endpoint, expectedVersion: null, wake: null, events: [] });
  return { storage, other, close: () => Promise.all([storage.close(), other.close()]) };
}

function recover(storage: Storage, key = 'webhook:example'): Promise<boolean> {
  const endpoint: Endpoint = { ...paused(key), status: 'active', waitUntil: null, version: 2 };
  return storage.putEndpoint({ tenant: TENANT, now: 3_500, endpoint, expectedVersion: 1, wake: key, events: [] });
}

/** Holds up whoever marks the lane of a conversation, until it is let go. */
async function held(schema: string, conversationId: string) {
  await database.query(`
    create function ${schema}.held() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(1); return new; end $$`);
  await database.query(`
    create trigger held before insert or update on ${schema}.due_work for each row
      when (new.waits_for is not null and new.conversation_id = '${conversationId}') execute function ${schema}.held()`);
  return holding('select pg_advisory_xact_lock(1)');
}

/** A transaction that is left open. */
async function holding(statement: string) {
  const client = await database.pool().connect();
  await client.query('begin');
  await client.query(statement);
  return { commit: () => client.query('commit').finally(() => client.release()) };
}

/** Resolves when so many wait for a lock, or as soon as `ended`: then nobody will. */
async function locked(count: number, ended: Promise<unknown>): Promise<void> {
  let over = false;
  const end = (): void => void (over = true);
  ended.then(end, end);
  const waits = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while (!over && (await database.query(waits)).length < count);
}

const due = (storage: Storage) => storage.nextDueAt({ tenant: TENANT, kinds: ['deliver'] });

it('an endpoint that recovers while a lane is being marked wakes it too', async () => {
  const { storage, other, close } = await waiting('marking');
  const holder = await held('marking', 'conversation-m');
  const claiming = storage.claimDeliveries(claim);
  await locked(1, claiming);
  const recovering = recover(other);
  await locked(2, recovering);
  await holder.commit();
  expect(await Promise.all([claiming, recovering])).toEqual([[], true]);
  expect(await due(storage)).toBe(3_500);
  await close();
});

it.each([
  ['endpoint', 'webhook:example'],
  ['transport', 'webhook'],
])('a lane that was judged before its %s recovered does not wait', async (schema, key) => {
  const { storage, close } = await waiting(schema, key);
  const endpoint = JSON.stringify({ ...paused(key), status: 'active', waitUntil: null, version: 2 });
  const recovering = await holding(
    `update ${schema}.endpoints set status = 'active', wait_until = null, version = 2, record = '${endpoint}'`,
  );
  const claiming = storage.claimDeliveries(claim);
  await locked(1, claiming);
  await recovering.commit();
  expect(await claiming).toEqual([]);
  expect(await due(storage)).toBe(3_000);
  expect(await storage.claimDeliveries({ ...claim, token: 'again' })).toHaveLength(1);
  await close();
});

it('a lane is woken while somebody writes to its conversation', async () => {
  const { storage, other, close } = await waiting('busy');
  await storage.claimDeliveries(claim);
  expect(await due(storage)).toBe(FAR);
  const writing = await holding('select from busy.conversations for update');
  expect(await recover(other)).toBe(true);
  await writing.commit();
  expect(await due(storage)).toBe(3_500);
  await close();
});

it('claims that meet the same paused endpoint do not wait for each other', async () => {
  const { storage, other, close } = await waiting('shared');
  const holder = await held('shared', 'conversation-m');
  const first = storage.claimDeliveries(claim);
  await locked(1, first);
  await other.commit(commitParams(await accepted(other, leasedParams('n', 'neighbour'))));
  const second = other.claimDeliveries({ ...claim, token: 'second' });
  const ended = second.then(() => 'ended');
  expect(await Promise.race([ended, locked(2, second).then(() => 'waits')])).toBe('ended');
  await holder.commit();
  expect(await Promise.all([first, second])).toEqual([[], []]);
  expect(await due(storage)).toBe(FAR);
  await close();
});
