import { sqliteStorage } from '@firstline/adapter-sqlite';
import {
  defineScenarios,
  type LocalClassifier,
  localClassifier,
  type LocalClassifierOptions,
  memoryStorage,
  type Storage,
} from '@firstline/core';
import fc from 'fast-check';
import { beforeAll, describe, it, vi } from 'vitest';
import { SCENARIOS } from '../packages/core/test/support/fixture';
import { clientCommands } from './support/commands-clients';
import { operatorCommands } from './support/commands-operators';
import { calmWeather, storms } from './support/commands-weather';
import { checkInvariants } from './support/invariants';
import { DeskModel } from './support/model';
import { World } from './support/world';

// Every process that meets a broken provider trains a local classifier of its own, for some tenths of a second, from the
// same examples. Thousands of processes live here; they share one, trained before their time begins to run.
vi.mock(import('../packages/core/src/classification/local-classifier'), async (original) => {
  const { localClassifier: train, ...others } = await original();
  let trained: LocalClassifier | undefined;
  return { ...others, localClassifier: (options: LocalClassifierOptions) => (trained ??= train(options)) };
});
beforeAll(() => localClassifier({ scenarios: defineScenarios(SCENARIOS) }).ready());

const storages: readonly (readonly [string, () => Storage, number])[] = [
  ['memory', memoryStorage, 1_000],
  ['SQLite', () => sqliteStorage({ filename: ':memory:' }), 150],
];
const MAX_COMMANDS = 30;
const TIME_LIMIT_MS = 240_000;

const seed = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const factor = Number(process.env['FIRSTLINE_RUNS'] ?? 1);

describe.each(storages)('promises on %s', (name, createStorage, runs) => {
  it(
    'hold for any interleaving of clients, the bot, people, time, crashes and failures',
    async () => {
      const numRuns = Math.ceil(runs * factor);
      const again = `Repeat it with FIRSTLINE_SEED=${seed}${factor === 1 ? '' : ` FIRSTLINE_RUNS=${factor}`}`;
      console.info(`promises on ${name}: ${numRuns} runs, seed ${seed}. ${again}`);
      const limits = { maxCommands: MAX_COMMANDS, size: 'max', disableReplayLog: true } as const;
      const calm = [...clientCommands, ...operatorCommands, ...calmWeather];
      const commands = fc.oneof(fc.commands(calm, limits), fc.commands([...calm, ...storms], limits));
      const property = fc.asyncProperty(commands, async (plan) => {
        const storage = createStorage();
        const model = new DeskModel();
        const world = new World(storage);
        try {
          await fc.asyncModelRun(() => ({ model, real: world }), plan);
          await world.settle();
          await checkInvariants(model, world);
        } finally {
          await storage.close();
        }
      });
      await fc.assert(property, {
        seed,
        numRuns,
        interruptAfterTimeLimit: TIME_LIMIT_MS * factor,
        markInterruptAsFailure: true,
        reporter: (run) => {
          if (run.failed) throw new Error(`${fc.defaultReportMessage(run)}\n\n${again}`, { cause: run.errorInstance });
        },
      });
    },
    2 * TIME_LIMIT_MS * factor,
  );
});
