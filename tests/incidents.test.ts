import { sqliteStorage } from '@firstline/adapter-sqlite';
import { memoryStorage, type Storage } from '@firstline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkIncidents, outageSteps, OutageWorld } from './support/outage-world';

const storages: readonly (readonly [string, () => Storage, number])[] = [
  ['memory', memoryStorage, 300],
  ['SQLite', () => sqliteStorage({ filename: ':memory:' }), 40],
];
const seed = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const factor = Number(process.env['FIRSTLINE_RUNS'] ?? 1);

describe.each(storages)('promise 7 on %s', (name, createStorage, runs) => {
  it(
    'holds: an incident is told once per phase and client, whatever the interleaving, crashes and failures',
    async () => {
      const numRuns = Math.ceil(runs * factor);
      const again = `Repeat it with FIRSTLINE_SEED=${seed}${factor === 1 ? '' : ` FIRSTLINE_RUNS=${factor}`}`;
      console.info(`incidents on ${name}: ${numRuns} runs, seed ${seed}. ${again}`);
      let told = 0;
      const property = fc.asyncProperty(outageSteps, async (steps) => {
        const storage = createStorage();
        const world = new OutageWorld(storage);
        try {
          await world.learn();
          for (const step of steps) await step.run(world);
          await world.settle();
          told += await checkIncidents(world);
        } finally {
          await storage.close();
        }
      });
      await fc.assert(property, {
        seed,
        numRuns,
        reporter: (run) => {
          if (!run.failed) return;
          const steps = run.counterexample?.[0].map(({ name: step }) => step).join(' → ');
          throw new Error(`${String(run.errorInstance)}\n\n${steps}\n\n${again}`, { cause: run.errorInstance });
        },
      });
      // A desk on which nothing ever breaks would keep the promise, too.
      expect(told).toBeGreaterThan(numRuns);
    },
    240_000 * factor,
  );
});
