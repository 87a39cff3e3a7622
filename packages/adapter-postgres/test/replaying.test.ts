import { afterAll, beforeAll, expect, it } from 'vitest';
import { accepted, commitParams, leasedParams, TENANT } from './support/params';
import { postgresStorage } from '../src/index';
import { TestDatabase } from './support/database';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

it('many deliveries are replayed in as many journeys as two', async () => {
  const pool = database.pool({ max: 1 });
  let journeys = 0;
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (given: unknown) => unknown;
    client.query = ((given: unknown) => ((journeys += 1), query(given))) as typeof client.query;
  });
  const storage = postgresStorage({ pool }, { signals: false });
  await storage.open();
  const spent: number[] = [];
  for (const count of [2, 20]) {
    for (let n = 0; n < count; n += 1) {
      await storage.commit(
        commitParams(await accepted(storage, leasedParams(`${count}-${n}`, `client ${count}-${n}`))),
      );
    }
    const claim = { tenant: TENANT, now: 3_000, token: 'token', until: 60_000, limit: count };
    const claimed = await storage.claimDeliveries({ ...claim, gate: () => ({ action: 'send' }) });
    await storage.finishDeliveries({
      ...{ tenant: TENANT, now: 3_000 },
      results: claimed.map(({ lease, delivery, attempt }) => ({
        ...{ lease, deliveryId: delivery.id, attempt, outcome: { class: 'config' }, events: [] },
        next: { status: 'dead', reason: 'config', nextAttemptAt: 3_000, counts: true },
      })),
    });
    journeys = 0;
    const range = { tenant: TENANT, now: 4_000, from: 0, to: 4_000, settledBy: 4_000, limit: 100, operatorId: 'olga' };
    expect(await storage.replayDeliveries({ ...range, status: 'dead', endpoint: null })).toBe(count);
    spent.push(journeys);
    expect(await storage.claimDeliveries({ ...claim, now: 4_000, gate: () => ({ action: 'send' }) })).toHaveLength(
      count,
    );
  }
  expect(spent[1]).toBe(spent[0]);
  await storage.close();
});
