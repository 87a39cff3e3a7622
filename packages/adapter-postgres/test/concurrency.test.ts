import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeliveryGate, Endpoint } from '@firstline/core';
import { accepted, acceptParams, commitParams, leasedParams, TENANT } from './support/params';
import { postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

/** As many processes would have them: each with a pool of its own. */
async function storages(schema: string, count: number) {
  const all = Array.from({ length: count }, () => postgresStorage({ config: database.config, max: 8 }, { schema }));
  await Promise.all(all.map((storage) => storage.open()));
  return { all, close: () => Promise.all(all.map((storage) => storage.close())) };
}

it('fifty concurrent first messages of one client make one conversation, numbered without gaps', async () => {
  const { all, close } = await storages('fifty', 4);
  const results = await Promise.all(
    Array.from({ length: 50 }, async (_unused, n) => {
      const params = { ...leasedParams(`m${n % 25}`), newConversationId: `c${n}`, lease: null };
      return all[n % all.length]?.accept(params);
    }),
  );
  const stored = results.filter((result) => result?.status === 'accepted');
  // Each key came twice.
  expect(stored).toHaveLength(25);
  expect(stored.filter((result) => result.opened)).toHaveLength(1);
  expect(new Set(stored.map(({ conversation }) => conversation.id)).size).toBe(1);
  expect(stored.map(({ message }) => message.seq).sort((a, b) => a - b)).toEqual(stored.map((_unused, n) => n + 1));
  await close();
});

it('whoever follows the feed while many write misses nothing', async () => {
  const { all, close } = await storages('feed', 4);
  const writing = Promise.all(
    Array.from({ length: 16 }, async (_unused, writer) => {
      for (let n = 0; n < 12; n += 1) await all[writer % 4]?.accept(acceptParams(`m${writer}-${n}`));
    }),
  );
  const [reader] = all;
  const followed: number[] = [];
  const follow = async (): Promise<void> => {
    const events = await reader?.events({ tenant: TENANT, after: followed.at(-1) ?? 0, limit: 7 });
    followed.push(...(events ?? []).map(({ seq }) => seq));
  };
  let written = false;
  const ended = writing.finally(() => (written = true));
  while (!written) await follow();
  await ended;
  const events = await reader?.events({ tenant: TENANT, after: 0, limit: 500 });
  while (followed.length < (events?.length ?? 0)) await follow();
  expect(events).toHaveLength(2 * 16 * 12);
  expect(followed).toEqual(events?.map(({ seq }) => seq));
  await close();
});

it('an entry that is numbered and not committed holds the feed, and nobody who writes', async () => {
  const { all, close } = await storages('stuck', 1);
  const [storage] = all;
  await storage?.accept(acceptParams('before'));
  const client = await database.pool().connect();
  await client.query('begin');
  await client.query(`select pg_advisory_xact_lock_shared($1::bigint + last_value) from stuck.firstline_feed_numbers`, [
    await feedKey('stuck'),
  ]);
  await client.query(`select nextval('stuck.firstline_feed_numbers')`);
  await storage?.accept(acceptParams('after'));
  const seen = async () => (await storage?.events({ tenant: TENANT, after: 0, limit: 10 }))?.length;
  expect(await seen()).toBe(2);
  await client.query('rollback');
  client.release();
  expect(await seen()).toBe(4);
  await close();
});

it('processes that name their schema and those that do not hold the feed for each other', async () => {
  const found = postgresStorage({ config: database.config });
  const named = postgresStorage({ config: database.config }, { schema: 'public' });
  await found.open();
  await named.open();
  // Whoever writes this entry has its number, and waits before it commits.
  const holder = await database.pool().connect();
  await holder.query('select pg_advisory_lock(42)');
  await database.query(`create function public.slow() returns trigger language plpgsql as $$ begin
    if new.data like '%slow%' then perform pg_advisory_xact_lock(42); end if; return new; end $$`);
  await database.query('create trigger slow after insert on events for each row execute function slow()');
  const put = (storage: typeof found, key: string) =>
    storage.putTemplate({
      ...{ tenant: TENANT, now: 1, key, locale: 'en', text: 'x' },
      event: { type: 'template.changed', at: 1, conversationId: null, data: { key } },
    });
  const slow = put(found, 'slow');
  let waiting: object[] = [];
  while (waiting.length === 0) {
    waiting = await database.query("select 1 from pg_locks where locktype = 'advisory' and not granted");
  }
  await put(named, 'fast');
  const seen = async (storage: typeof found) =>
    (await storage.events({ tenant: TENANT, after: 0, limit: 10 })).map(({ data }) => data['key']);
  expect([await seen(found), await seen(named)]).toEqual([[], []]);
  await holder.query('select pg_advisory_unlock(42)');
  holder.release();
  await slow;
  expect([await seen(found), await seen(named)]).toEqual([
    ['slow', 'fast'],
    ['slow', 'fast'],
  ]);
  await Promise.all([found.close(), named.close()]);
});

it('a message that comes while the last one is being decided is left due', async () => {
  const { all, close } = await storages('lanes', 2);
  const [storage, other] = all;
  if (storage === undefined || other === undefined) throw new Error('two storages');
  for (let n = 0; n < 20; n += 1) {
    const held = await accepted(storage, leasedParams(`a${n}`, `client ${n}`));
    const next = { ...leasedParams(`b${n}`, `client ${n}`), lease: null };
    const bare = { outbound: [], scheduleReminder: null };
    const [decided, added] = await Promise.all([
      storage.commit({ ...commitParams(held), ...bare }),
      accepted(other, next),
    ]);
    expect(decided.status).toBe('committed');
    const conversationId = added.conversation.id;
    const claim = { tenant: TENANT, kind: 'process', now: 100_000, token: `t${n}`, until: 200_000, limit: 1 } as const;
    expect(await storage.claim({ ...claim, conversationId })).toMatchObject([{ conversationId }]);
  }
  await close();
});

it('a message that comes while its conversation is being pruned is kept', async () => {
  const { all, close } = await storages('pruned', 2);
  const [storage, other] = all;
  if (storage === undefined || other === undefined) throw new Error('two storages');
  const clients = Array.from({ length: 40 }, (_unused, n) => `client ${n}`);
  for (const client of clients) {
    const params = commitParams(await accepted(storage, leasedParams(`old ${client}`, client)));
    await storage.commit({ ...params, outbound: [], scheduleReminder: null });
  }
  const before = 10 * 86_400_000;
  const prune = { tenant: TENANT, now: before, conversationsBefore: before, eventsBefore: null, limit: 500 };
  const news = clients.map((client) => {
    const params = leasedParams(`new ${client}`, client);
    // From a machine, which does not count as having been heard.
    return { ...params, now: before, lease: null, message: { ...params.message, automated: true } };
  });
  await Promise.all([
    ...news.slice(0, 20).map((params) => other.accept(params)),
    storage.prune(prune),
    ...news.slice(20).map((params) => other.accept(params)),
  ]);
  for (const { message } of news) {
    const outcome = await storage.outcome({ tenant: TENANT, messageId: message.id });
    expect(outcome?.conversation.clientId).toBe(message.clientId);
    const [state] = await storage.states({ tenant: TENANT, conversationIds: [outcome?.conversation.id ?? ''] });
    expect(state?.message?.id).toBe(message.id);
  }
  await close();
});

it('sending, finishing, deciding and taking over at once neither deadlock nor send twice', async () => {
  const { all, close } = await storages('sending', 3);
  const [storage] = all;
  if (storage === undefined) throw new Error('a storage');
  const before = await deadlocks();
  const clients = Array.from({ length: 12 }, (_unused, n) => `client ${n}`);
  for (const client of clients) {
    await storage.commit(commitParams(await accepted(storage, leasedParams(`m ${client}`, client))));
  }
  const attempts = new Map<string, number>();
  const send = async (at: number): Promise<void> => {
    const one = all[at % all.length];
    const claim = { tenant: TENANT, now: 3_000, token: `s${at}`, until: 60_000, limit: 3 };
    const claimed = (await one?.claimDeliveries({ ...claim, gate: () => ({ action: 'send' }) })) ?? [];
    for (const { delivery } of claimed) attempts.set(delivery.id, (attempts.get(delivery.id) ?? 0) + 1);
    await one?.finishDeliveries({
      ...{ tenant: TENANT, now: 3_000 },
      results: claimed.map(({ lease, delivery, attempt }) => ({
        ...{ lease, deliveryId: delivery.id, attempt, outcome: { class: 'ok' }, events: [] },
        next: { status: 'sent', reason: null, nextAttemptAt: 0, counts: true },
      })),
    });
  };
  const write = async (client: string, at: number): Promise<void> => {
    const one = all[at % all.length];
    if (one === undefined) return;
    const heard = await accepted(one, leasedParams(`n ${client}`, client));
    const cancelDeliveries = { types: ['bot_auto'], reason: 'client_answered' } as const;
    await one.commit({ ...commitParams(heard), cancelDeliveries });
  };
  await Promise.all([...clients.map(write), ...Array.from({ length: 24 }, (_unused, n) => send(n))]);
  for (let round = 0; round < 12; round += 1) await send(100 + round);
  expect([...attempts.values()].every((count) => count === 1)).toBe(true);
  const { deliveries, work } = await storage.counts({ tenant: TENANT, now: 3_000 });
  expect(deliveries.pending).toBe(0);
  expect(deliveries.sent + deliveries.cancelled).toBe(24);
  expect(work.deliver).toBe(0);
  expect(await deadlocks()).toBe(before);
  await close();
});

it('of several processes one probes a paused endpoint', async () => {
  const { all, close } = await storages('probes', 4);
  const [storage] = all;
  if (storage === undefined) throw new Error('a storage');
  for (let n = 0; n < 12; n += 1) {
    await storage.commit(commitParams(await accepted(storage, leasedParams(`m${n}`, `client ${n}`))));
  }
  const paused: Endpoint = {
    status: 'paused',
    ...{ tenant: TENANT, key: 'webhook:example', transport: 'webhook', reason: 'http_503' },
    ...{ failing: [], parked: [], cooldowns: 0, probes: 0, firstFailureAt: 1, lastFailureAt: 1, lastSuccessAt: null },
    ...{ waitUntil: 2_000, told: {}, createdAt: 1, updatedAt: 1, version: 1 },
  } as const;
  await storage.putEndpoint({
    tenant: TENANT,
    now: 1,
    endpoint: paused,
    expectedVersion: null,
    wake: null,
    events: [],
  });
  const gate: DeliveryGate = (_delivery, _conversation, { own }) => {
    if (own === null || own.waitUntil === null) throw new Error('the row is there');
    if (own.waitUntil > 3_000) return { action: 'wait', until: own.waitUntil, waitsFor: own.key };
    return { action: 'send', holds: [{ ...own, waitUntil: 60_000, version: own.version + 1 }] };
  };
  const claims = await Promise.all(
    all.map((one, n) =>
      one.claimDeliveries({ tenant: TENANT, now: 3_000, token: `p${n}`, until: 60_000, limit: 3, gate }),
    ),
  );
  expect(claims.flat()).toHaveLength(1);
  await close();
});

async function deadlocks(): Promise<number> {
  const rows = await database.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
}

/** The head of the keys by which writers of the feed of a schema are known. */
async function feedKey(schema: string): Promise<string> {
  const [row] = await database.query<{ key: string }>(
    `select ('${schema}.firstline_feed_numbers'::regclass::oid::bigint & 32767) << 48 as key`,
  );
  return row?.key ?? '';
}
