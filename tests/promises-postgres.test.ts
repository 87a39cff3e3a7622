import { postgresStorage } from '@firstline/adapter-postgres';
import {
  defineScenarios,
  type LocalClassifier,
  localClassifier,
  type LocalClassifierOptions,
  type Storage,
} from '@firstline/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TestDatabase } from '../packages/adapter-postgres/test/support/database';
import { SCENARIOS } from '../packages/core/test/support/fixture';
import { clientCommands } from './support/commands-clients';
import { operatorCommands } from './support/commands-operators';
import { calmWeather, storms } from './support/commands-weather';
import { checkInvariants } from './support/invariants';
import { DeskModel } from './support/model';
import { World } from './support/world';

// As in promises.test.ts: thousands of processes share one local classifier.
vi.mock(import('../packages/core/src/classification/local-classifier'), async (original) => {
  const { localClassifier: train, ...others } = await original();
  let trained: LocalClassifier | undefined;
  return { ...others, localClassifier: (options: LocalClassifierOptions) => (trained ??= train(options)) };
});

/** Time stands still while the server works: a call to it is over in no time, as in the storages of this process. */
class PatientWorld extends World {
  readonly #calls: () => number;

  constructor(storage: Storage) {
    let calls = 0;
    super(
      new Proxy(storage, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          return async (...given: unknown[]): Promise<unknown> => {
            calls += 1;
            try {
              return await (Reflect.apply(member, target, given) as Promise<unknown>);
            } finally {
              calls -= 1;
            }
          };
        },
      }),
    );
    this.#calls = () => calls;
  }

  override async live<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const watched = work.finally(() => (over = true));
    watched.catch(() => undefined);
    for (let step = 25; ; step = Math.min(step * 2, 1_000)) {
      do await new Promise((resolve) => setImmediate(resolve));
      while (this.#calls() > 0);
      if (over) return watched;
      if (this.clock.sleeping > 0) await this.clock.advance(step);
    }
  }
}

const RUNS = 8;
const seed = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Math.ceil(RUNS * Number(process.env['FIRSTLINE_RUNS'] ?? 1));

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
  await localClassifier({ scenarios: defineScenarios(SCENARIOS) }).ready();
});
afterAll(() => database.end());

it('promises on Postgres hold for any interleaving of clients, the bot, people, time, crashes and failures', async () => {
  const again = `Repeat it with FIRSTLINE_SEED=${seed}`;
  const limits = { maxCommands: 30, size: 'max', disableReplayLog: true } as const;
  const commands = fc.commands([...clientCommands, ...operatorCommands, ...calmWeather, ...storms], limits);
  let runs = 0;
  const property = fc.asyncProperty(commands, async (plan) => {
    runs += 1;
    const storage = postgresStorage({ config: database.config, max: 4 }, { schema: `run${runs}` });
    await storage.open();
    const model = new DeskModel();
    const world = new PatientWorld(storage);
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
    endOnFailure: true,
    reporter: (run) => {
      if (run.failed) throw new Error(`${fc.defaultReportMessage(run)}\n\n${again}`, { cause: run.errorInstance });
    },
  });
  expect(runs).toBe(numRuns);
}, 120_000);
