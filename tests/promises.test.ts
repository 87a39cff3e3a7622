import { sqliteStorage } from '@firstline/adapter-sqlite';
import { memoryStorage, type Storage } from '@firstline/core';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { check, step, World } from './support/world';

const storages: readonly (readonly [string, () => Storage, number])[] = [
  ['memory', memoryStorage, 500],
  ['SQLite', () => sqliteStorage({ filename: ':memory:' }), 100],
];

describe.each(storages)('promises on %s', (_name, createStorage, numRuns) => {
  it('hold for any interleaving of clients, operators, time, failing sends, and crashes between storage calls', async () => {
    const steps = fc.array(step, { minLength: 5, maxLength: 40 });
    const fates = fc.array(fc.boolean(), { minLength: 20, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, fates, async (plan, fate) => {
        const storage = createStorage();
        // At most one call in five fails, or nothing would ever get through.
        const world = new World(
          storage,
          fate.map((fails, index) => fails && index % 5 === 0),
        );
        try {
          for (const one of plan) await world.run(one);
          await world.settle();
          await check(world);
        } finally {
          await storage.close();
        }
      }),
      { numRuns },
    );
  });
});
