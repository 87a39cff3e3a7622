import { postgresStorage } from '@firstline/adapter-postgres';
import { createEngine } from '@firstline/core';
import { FakeTransport } from '@firstline/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestDatabase } from '../packages/adapter-postgres/test/support/database';
import { SCENARIOS, scriptedClassifier } from '../packages/core/test/support/fixture';

const DEADLOCK = '40P01';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.end());

it('two engines on one database answer fifty messages in order, and nothing deadlocks', async () => {
  const watched = [0, 1].map(() => database.watched({ max: 8 }));
  const all = watched.map(({ pool }) => postgresStorage({ pool }));
  const transport = new FakeTransport();
  const engines = all.map((storage) =>
    createEngine({
      ...{ scenarios: SCENARIOS, classifier: scriptedClassifier(), storage, transports: { fake: transport } },
      policy: {
        receiving: { clientRateLimit: false },
        reminders: [],
        escalation: { repeats: false, loopGuard: false },
      },
    }),
  );
  for (const engine of engines) await engine.start();
  const channel = { transport: 'fake', address: { to: 'c' } };
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, async (_unused, n) =>
      engines[n % 2]?.receive({ clientId: 'c', text: `referral ${n}`, id: `m${n}`, channel }),
    ),
  );
  expect(outcomes.every((outcome) => outcome?.status === 'answered')).toBe(true);
  expect(outcomes.filter((outcome) => outcome?.isFirstMessage)).toHaveLength(1);
  const [first] = engines;
  const { items } = (await first?.conversations.messages(outcomes[0]?.conversationId ?? '', { limit: 500 })) ?? {
    items: [],
  };
  expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_unused, n) => n + 1));
  for (const engine of engines) await engine.stop();
  for (const storage of all) await storage.close();
  expect(watched.flatMap(({ codes }) => codes)).not.toContain(DEADLOCK);
});
