import { ManualClock } from '@firstline/core/testing';
import { systemClock } from '@firstline/core';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PostgresStorageOptions, type PostgresTarget, postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';
import { acceptParams, TENANT } from './support/params';
import { Server } from './support/server';
import { Ear, Happenings, Told } from './support/signals';

const LISTENING = `select pid from pg_stat_activity where query ilike 'listen "firstline%' or query = 'select 1'`;
const AWAY = 'other processes are not heard; sweeps find their work';
const AGAIN = 'other processes are heard again';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

const opened = async (
  options: PostgresStorageOptions,
  target: PostgresTarget = { config: database.config, max: 3 },
) => {
  const storage = postgresStorage(target, options);
  await storage.open();
  return storage;
};
const signal = (tenant: string, at = 5) => ({ tenant, due: { process: at } });

it('others hear what is due when, of every tenant; whoever sends does not, nor do other schemas', async () => {
  const schema = 'hearing';
  const [one, two, other] = await Promise.all([opened({ schema }), opened({ schema }), opened({ schema: 'other' })]);
  const ears = [one, two, other].map((storage) => new Ear(storage.signals));
  await Promise.all(ears.map((ear) => ear.ready()));
  one.signals?.send({ tenant: 'a', due: { process: 7, deliver: 9 } });
  one.signals?.send({ tenant: '__proto__', due: {} });
  one.signals?.send({ tenant: 'a', due: { process: 3 } });
  const [first, second, third] = ears;
  await second?.until(() => second.heard.length === 2);
  expect(second?.heard).toEqual([
    { tenant: 'a', due: { process: 3, deliver: 9 } },
    { tenant: '__proto__', due: {} },
  ]);
  two.signals?.send(signal('b'));
  await first?.until(() => first.heard.length > 0);
  expect(first?.heard).toEqual([signal('b')]);
  expect(third?.heard).toEqual([]);
  await Promise.all([one, two, other].map((storage) => storage.close()));
});

it('those whose connections name the schema and those whose options do hear each other', async () => {
  const named = await opened({ schema: 'shared' });
  const pool = database.pool({ options: '-c search_path=shared', max: 2 });
  const found = await opened({}, { pool });
  const ears = [named, found].map((storage) => new Ear(storage.signals));
  await Promise.all(ears.map((ear) => ear.ready()));
  named.signals?.send(signal('a'));
  found.signals?.send(signal('b'));
  for (const ear of ears) await ear.until(() => ear.heard.length > 0);
  expect(ears.map(({ heard }) => heard)).toEqual([[signal('b')], [signal('a')]]);
  await Promise.all([named.close(), found.close()]);
});

it('a flood becomes few notifications, and the first of it goes at once', async () => {
  const schema = 'flood';
  const clock = new ManualClock();
  const [sender, receiver] = await Promise.all([opened({ schema, clock }), opened({ schema })]);
  const ear = new Ear(receiver.signals);
  await ear.ready();
  for (let n = 0; n < 500; n += 1) sender.signals?.send(signal('t', 1_000 - n));
  await ear.until(() => ear.heard.length === 1);
  expect(ear.heard).toEqual([signal('t', 501)]);
  for (let n = 0; n < 500; n += 1) sender.signals?.send(signal('t', 400 - n));
  // The clock stands still, so nothing more may go; then all of it goes as one.
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(ear.heard).toHaveLength(1);
  // What slept may have been another, and the pause only begin now.
  while (ear.heard.length < 2) {
    await clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ear.heard[1]).toEqual(signal('t', -99));
  await Promise.all([sender.close(), receiver.close()]);
});

it('names of tenants that fill more than one notification travel in several', async () => {
  const schema = 'many';
  const [sender, receiver] = await Promise.all([opened({ schema }), opened({ schema })]);
  const ear = new Ear(receiver.signals);
  await ear.ready();
  const tenants = Array.from({ length: 300 }, (_unused, n) => `${n} ${'é'.repeat(100)}`);
  for (const tenant of [...tenants, 'x'.repeat(8_000)]) sender.signals?.send(signal(tenant));
  await ear.until(() => ear.heard.length >= 300);
  expect(ear.heard.map(({ tenant }) => tenant).sort()).toEqual([...tenants].sort());
  await Promise.all([sender.close(), receiver.close()]);
});

it('a listening connection that is killed comes back, and then everything is to be looked at', async () => {
  const schema = 'killed';
  const logger = new Told();
  const [sender, receiver] = await Promise.all([opened({ schema }), opened({ schema, logger })]);
  const ear = new Ear(receiver.signals);
  await ear.ready();
  for (let round = 1; round <= 2; round += 1) {
    await database.query(LISTENING.replace('select pid', 'select pg_terminate_backend(pid)'));
    await ear.ready(1 + round);
    sender.signals?.send(signal('t', round));
    await ear.until(() => ear.heard.length === round);
  }
  expect(logger.lines).toEqual([AWAY, AGAIN, AWAY, AGAIN]);
  await Promise.all([sender.close(), receiver.close()]);
});

it('a restart of the server is survived, with pauses that grow and one warning', async () => {
  const server = await Server.start();
  try {
    const logger = new Told();
    const { config } = new TestDatabase(server.port, 'postgres');
    const pauses: number[] = [];
    const real = systemClock();
    // Pauses of the listener are remembered and not slept; all else takes the time it takes.
    const clock = {
      now: () => real.now(),
      sleep: (ms: number, stop?: AbortSignal) => {
        if (ms < 100 || [5_000, 20_000, 60_000].includes(ms)) return real.sleep(ms, stop);
        pauses.push(ms);
        return real.sleep(10, stop);
      },
    };
    const storage = await opened({ logger, clock }, { config });
    const ear = new Ear(storage.signals);
    await ear.ready();
    await server.down();
    await logger.until(() => logger.lines.includes(AWAY));
    while (pauses.length < 12) await real.sleep(5);
    await server.up();
    await ear.ready(2);
    expect(logger.lines).toEqual([AWAY, AGAIN]);
    expect(pauses.slice(0, 12).map((ms) => Math.min(ms, 30_000))).toEqual(pauses.slice(0, 12));
    expect(pauses[2]).toBe(2 * (pauses[1] ?? 0));
    expect(pauses[11]).toBe(30_000);
    await storage.close();
  } finally {
    await server.remove();
  }
});

it('listens only while somebody wants to hear, beside the pool, and leaves no connection behind', async () => {
  const pool = database.pool({ max: 1, application_name: 'listener' });
  const storage = await opened({ schema: 'closing' }, { pool });
  const count = async () => {
    const rows = await database.query("select pid from pg_stat_activity where application_name = 'listener'");
    return rows.length;
  };
  const gone = async (left: number) => {
    while ((await count()) !== left);
  };
  storage.signals?.send(signal('t'));
  await storage.ping();
  expect(await count()).toBe(1);
  const ears = [new Ear(storage.signals), new Ear(storage.signals)];
  await ears[0]?.ready();
  // The pool has one connection, and it is free.
  await storage.ping();
  expect(await count()).toBe(2);
  ears[0]?.stop();
  await storage.ping();
  expect(await count()).toBe(2);
  ears[1]?.stop();
  await gone(1);
  const last = new Ear(storage.signals);
  await last.ready();
  await storage.close();
  await gone(1);
  // Whoever is late does no harm.
  storage.signals?.send(signal('t'));
  expect(new Ear(storage.signals).missed).toBe(0);
  expect(await count()).toBe(1);
});

it('what was announced before the end is still sent', async () => {
  const schema = 'last';
  const [sender, receiver] = await Promise.all([opened({ schema, clock: new ManualClock() }), opened({ schema })]);
  const ear = new Ear(receiver.signals);
  await ear.ready();
  sender.signals?.send(signal('a'));
  await ear.until(() => ear.heard.length === 1);
  sender.signals?.send(signal('b'));
  await sender.close();
  await ear.until(() => ear.heard.length === 2);
  expect(ear.heard).toEqual([signal('a'), signal('b')]);
  await receiver.close();
});

it('notices that do not come through end in sweeps, with one warning, and everything else works', async () => {
  const probes = new Happenings();
  let probed = 0;
  // As behind a proxy in transaction mode: the connection that is told to listen is not the one that is notified.
  class Deaf extends pg.Client {
    override on(...[event, listener]: Parameters<pg.Client['on']>): this {
      return (event as string) === 'notification' ? this : super.on(event, listener);
    }
  }
  const pool = Object.assign(database.pool({ max: 2 }), { Client: Deaf });
  pool.on('release', () => {
    probed += 1;
    probes.happened();
  });
  const clock = new ManualClock();
  const logger = new Told();
  const storage = await opened({ schema: 'deaf', clock, logger }, { pool });
  probed = 0;
  const ear = new Ear(storage.signals);
  await probes.until(() => probed > 0);
  // All that is left to wait for is the notification.
  while (logger.lines.length === 0) await clock.advance('1s');
  await storage.accept(acceptParams('m'));
  expect((await storage.counts({ tenant: TENANT, now: 1_000 })).messages.inbound).toBe(1);
  expect([logger.lines, ear.missed]).toEqual([[AWAY], 0]);
  expect(logger.reasons).toEqual([expect.stringContaining('transaction mode')]);
  await storage.close();
});

it('a pool that tells nothing of itself can send, and hears by a connection that is given for it', async () => {
  const schema = 'wrapped';
  const inner = database.pool({ max: 2 });
  const pool = {
    connect: inner.connect.bind(inner) as PostgresPoolConnect,
    on: inner.on.bind(inner),
    removeListener: inner.removeListener.bind(inner),
  };
  type PostgresPoolConnect = Extract<PostgresTarget, { pool: unknown }>['pool']['connect'];
  const logger = new Told();
  const mute = await opened({ schema, logger }, { pool });
  const muted = new Ear(mute.signals);
  await logger.until(() => logger.lines.length === 1);
  expect(logger.reasons).toEqual([expect.stringContaining('signals')]);
  const hearing = await opened({ schema, signals: { config: database.config } }, { pool });
  const ear = new Ear(hearing.signals);
  await ear.ready();
  mute.signals?.send(signal('t'));
  await ear.until(() => ear.heard.length === 1);
  muted.stop();
  await Promise.all([mute.close(), hearing.close()]);
});

it('what others write to the channel does no harm', async () => {
  const schema = 'strangers';
  const [sender, receiver] = await Promise.all([opened({ schema }), opened({ schema })]);
  const ear = new Ear(receiver.signals);
  await ear.ready();
  const channel = `'firstline_' || to_hex(hashtextextended('${schema}', 0))`;
  const odd = ['', '{', '[]', 'null', '{"from":1}', '{"from":"x","due":null}'];
  odd.push('{"from":"x","due":{"t":7,"u":{"process":"soon","deliver":4,"later":5}}}');
  for (const payload of odd) await database.query(`select pg_notify(${channel}, $1)`, [payload]);
  sender.signals?.send(signal('t'));
  await ear.until(() => ear.heard.length === 3);
  expect(ear.heard).toEqual([{ tenant: 't', due: {} }, { tenant: 'u', due: { deliver: 4, later: 5 } }, signal('t')]);
  await Promise.all([sender.close(), receiver.close()]);
});

it('may be done without', async () => {
  const storage = await opened({ schema: 'without', signals: false });
  expect(storage.signals).toBeUndefined();
  await storage.close();
});
