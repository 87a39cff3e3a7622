// Processes that only accept messages, and others that work them off, with nothing between them but wake-ups through Redis:
// nobody sweeps, and the storage tells nobody of anything.
import { setTimeout as pause } from 'node:timers/promises';
import { postgresStorage } from '@firstline/adapter-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestDatabase } from '../../packages/adapter-postgres/test/support/database';
import { describeWithRedis, RedisServer } from '../../packages/adapter-redis/test/support/redis-server';
import { Program } from '../../packages/adapter-sqlite/test/support/children';
import { seeded } from '../../packages/core/test/support/outage-stream';
import { checkFindings, isQuiet } from './chaos-findings';
import { ChaosFleet } from './chaos-fleet';
import { type ChaosPlan, sayingsOf, type WorkerTask } from './chaos-plan';
import { ChaosReceiver } from './chaos-receiver';

const seed = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const plan: ChaosPlan = { seed, workers: 3, clients: 24, killEveryMs: 0, durationMs: 0, restarts: [] };
const DOORS = 2;
const WAVES = 3;
/** Far less than a sweep; a receiver that took too long on a busy machine is left alone for a minute. */
const CALM_MS = 200_000;
const STEP_MS = 20;

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + CALM_MS; !(await isSo()); await pause(STEP_MS)) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
  }
}

describeWithRedis('a fleet whose wake-ups travel through Redis', () => {
  let program: Program;
  let database: TestDatabase;
  let redis: RedisServer;
  beforeAll(async () => {
    program = await Program.build(new URL('./chaos-worker.ts', import.meta.url));
    [database, redis] = await Promise.all([TestDatabase.create(), RedisServer.start()]);
  });
  afterAll(async () => {
    program.remove();
    await Promise.all([database.end(), redis.remove()]);
  });

  it(
    'decides and delivers in some processes what others accept, without a sweep',
    async () => {
      const { port, database: name } = database.config;
      const receiver = await ChaosReceiver.listen(seeded(seed + 2));
      const task: WorkerTask = {
        storage: { postgres: { port, database: name } },
        receiver: receiver.url,
        wakeups: { redis: redis.url, sweep: '1h' },
      };
      const workers = new ChaosFleet(program, task, seeded(seed));
      const doors = new ChaosFleet(program, { ...task, isDoor: true }, seeded(seed + 1));
      const storage = postgresStorage({ config: database.config }, { signals: false });
      const sayings = sayingsOf(plan).map((saying) => ({ ...saying, wait: false }));
      try {
        await storage.open();
        workers.start(plan.workers);
        doors.start(DOORS);
        await until(() => workers.ready === plan.workers && doors.ready === DOORS, 'all processes are up');
        // Whoever works has nothing to do when a wave begins, and nothing but wake-ups to learn of it by.
        for (let said = 0; said < sayings.length; said += sayings.length / WAVES) {
          const wave = sayings.slice(said, said + sayings.length / WAVES);
          doors.say(wave);
          await until(() => doors.stored.size === said + wave.length, 'all of a wave is stored');
          await until(() => isQuiet(storage), 'all of a wave is decided and delivered');
        }
        await checkFindings(plan, sayings, doors, receiver, storage);
        expect(receiver.failures, 'what is tried again was told of as well').toBeGreaterThan(0);
      } catch (error) {
        console.info(`fleet, seed ${seed}, failed; what the processes said last: ${doors.errors()}${workers.errors()}`);
        throw error;
      } finally {
        await Promise.all([workers.end(), doors.end()]);
        receiver.close();
        await storage.close();
      }
    },
    2 * CALM_MS,
  );
});
