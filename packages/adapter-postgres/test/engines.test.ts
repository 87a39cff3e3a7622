import { createEngine, type Engine } from '@firstline/core';
import { countingIds, FakeTransport, ManualClock } from '@firstline/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

const CHANNEL = { transport: 'fake', address: { to: 'c' } };

/** As two processes; nothing is found by sweeping while the clock of both stands still. */
async function engines(schema: string, signals: boolean, sweep: '8h' | '1s') {
  const clock = new ManualClock();
  const transport = new FakeTransport();
  const make = (prefix: string): Engine =>
    createEngine({
      scenarios: [{ id: 'HELP', description: 'Needs help', examples: ['help me', 'I need help'], reply: 'On it.' }],
      storage: postgresStorage({ config: database.config, max: 4 }, { schema, signals }),
      transports: { fake: transport },
      policy: { work: { sweep }, receiving: { clientRateLimit: false } },
      ids: {
        next: (
          (next) => () =>
            `${prefix}${next()}`
        )(countingIds().next),
      },
      clock,
    });
  return { gateway: make('gateway-'), worker: make('worker-'), transport, clock };
}

/** Of the worker's feed; resolves when the entry is there. */
async function sees(engine: Engine, type: string): Promise<number> {
  for await (const event of engine.events.subscribe()) if (event.type === type) return event.seq;
  throw new Error('the feed ended');
}

it('another process is woken by a commit, decides, delivers, and is followed, with sweeps hours away', async () => {
  const { gateway, worker, transport, clock } = await engines('woken', true, '8h');
  await worker.start();
  // The gateway never works itself; it only takes messages in and follows the feed.
  const settled = sees(gateway, 'delivery.settled');
  const at = clock.now();
  const { messageId } = await gateway.receive({ clientId: 'c', text: 'help me', channel: CHANNEL }, { wait: false });
  await settled;
  expect(await gateway.explain(messageId)).not.toBeNull();
  expect(transport.sent.length).toBeGreaterThan(0);
  expect(clock.now()).toBe(at);
  await Promise.all([gateway.stop(), worker.stop()]);
});

it('without signals it costs the sweep, and nothing else', async () => {
  const { gateway, worker, transport, clock } = await engines('swept', false, '1s');
  await worker.start();
  await gateway.receive({ clientId: 'c', text: 'help me', channel: CHANNEL }, { wait: false });
  // In steps that leave the database the time to answer, so that no lease runs out meanwhile.
  while (transport.sent.length === 0) {
    await database.query('select 1');
    await clock.advance('100ms');
  }
  await Promise.all([gateway.stop(), worker.stop()]);
});
