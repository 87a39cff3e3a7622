import { ManualClock } from '@firstline/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type PostgresStorageOptions, postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';
import { acceptParams } from './support/params';
import { Network } from './support/network';

const LIMITS: PostgresStorageOptions = { schema: 'silent', statementTimeoutMs: 500, lockTimeoutMs: 300 };
/** Of a statement, a lock, and what is given to the way. */
const PATIENCE_MS = 500 + 300 + 5_000;
const UNAVAILABLE = { code: 'storage_unavailable', message: expect.stringContaining('ETIMEDOUT') as string };

let database: TestDatabase;
let network: Network;
let clock: ManualClock;
beforeAll(async () => {
  database = await TestDatabase.create();
});
beforeEach(async () => {
  network = await Network.to(database.config.port);
  clock = new ManualClock();
});
afterEach(() => network.close());
afterAll(() => database.end());

/** As soon as a journey is being waited for; the timer that all share may run from before. */
async function pass(ms: number): Promise<void> {
  for (let turns = 0; turns < 20 || clock.sleeping === 0; turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(ms);
}

it.each([false, true])(
  'a server that stops answering is given up in time, and the connection with it; pipeline: %s',
  async (pipeline) => {
    const pool = database.pool({ port: network.port, max: 1, ...{ pipeline } });
    // Once the storage is closed, nobody else listens.
    pool.on('error', () => undefined);
    const storage = postgresStorage({ pool }, { ...LIMITS, clock, signals: false });
    await storage.open();
    await storage.ping();
    network.swallow();
    for (const call of [() => storage.ping(), () => storage.accept(acceptParams('m'))]) {
      const asked = network.swallowed;
      const calling = call();
      const answer = expect(calling).rejects.toMatchObject(UNAVAILABLE);
      // A connection is waited for no longer than an answer: the second call has to make one first.
      await Promise.race([network.until(() => network.swallowed > asked), calling.catch(() => undefined)]);
      await pass(PATIENCE_MS);
      await answer;
    }
    network.restore();
    await storage.accept(acceptParams('m'));
    await storage.close();
  },
);

it('behind a connection that nobody gives back a call ends in time, and the one that comes late goes back', async () => {
  const pool = database.pool({ max: 1 });
  const storage = postgresStorage({ pool }, { ...LIMITS, clock });
  await storage.open();
  const held = await pool.connect();
  const answer = expect(storage.ping()).rejects.toMatchObject(UNAVAILABLE);
  await pass(PATIENCE_MS);
  await answer;
  storage.signals?.send({ tenant: 't', due: { process: 5 } });
  const closing = storage.close();
  await pass(5_000);
  await closing;
  held.release();
  (await pool.connect()).release();
  expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
});
