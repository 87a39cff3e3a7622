// Processes that are killed with SIGKILL all the time, on a server that is restarted, with a receiver that fails; and the same
// with wake-ups through a Redis that is killed.
// FIRSTLINE_CHAOS=full runs the whole of it: eight processes, 2,000 clients, a minute.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { postgresStorage } from '@firstline/adapter-postgres';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import type { Storage } from '@firstline/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestDatabase } from '../../packages/adapter-postgres/test/support/database';
import { Server } from '../../packages/adapter-postgres/test/support/server';
import { describeWithRedis, RedisServer } from '../../packages/adapter-redis/test/support/redis-server';
import { Program } from '../../packages/adapter-sqlite/test/support/children';
import { seeded } from '../../packages/core/test/support/outage-stream';
import { checkFindings, isQuiet, whatIsLeft } from './chaos-findings';
import { ChaosFleet } from './chaos-fleet';
import { type ChaosPlan, sayingsOf, type WorkerTask } from './chaos-plan';
import { ChaosReceiver } from './chaos-receiver';

const full = process.env['FIRSTLINE_CHAOS'] === 'full';
const seed = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const size = full
  ? { clients: 2_000, killEveryMs: 200, durationMs: 60_000 }
  : { clients: 120, killEveryMs: 250, durationMs: 5_000 };
/**
 * From the last kill until everything is decided and delivered: leases that run out, the ladder, and receivers that are left alone
 * for a minute because they took too long, as they do where processes begin anew all the time on few cores.
 */
const CALM_MS = 200_000;
const TIMEOUT_MS = 2 * size.durationMs + CALM_MS + 30_000;
const STEP_MS = 20;

let program: Program;
beforeAll(async () => {
  program = await Program.build(new URL('./chaos-worker.ts', import.meta.url));
});
afterAll(() => program.remove());

/** `restart` is called in the middle, with how often it was before. */
async function survive(
  plan: ChaosPlan,
  task: Omit<WorkerTask, 'receiver'>,
  storage: Storage,
  restart: (before: number) => Promise<void>,
): Promise<void> {
  const random = seeded(plan.seed + 1);
  const receiver = await ChaosReceiver.listen(seeded(plan.seed + 2));
  const fleet = new ChaosFleet(program, { ...task, receiver: receiver.url }, random);
  const sayings = sayingsOf(plan);
  try {
    fleet.start(plan.workers);
    await storage.open();
    await storm(plan, fleet, sayings, restart);
    for (const deadline = Date.now() + CALM_MS; ; await pause(STEP_MS)) {
      if (fleet.stored.size === sayings.length && (await isQuiet(storage))) break;
      if (Date.now() > deadline)
        throw new Error(`not quiet: ${fleet.stored.size} stored; ${await whatIsLeft(storage)}`);
    }
    const repeats = await checkFindings(plan, sayings, fleet, receiver, storage);
    console.info(
      `chaos, seed ${plan.seed}: ${sayings.length} messages of ${plan.clients} clients, ${plan.workers} processes, ` +
        `${fleet.kills} killed, ${plan.restarts.length} restarts; ${receiver.failures} failures of the receiver, ` +
        `${receiver.arrivals.length - repeats} deliveries, ${repeats} repeats under known ids`,
    );
    expect(fleet.kills, 'processes that died').toBeGreaterThan(full ? 50 : 3);
  } catch (error) {
    console.info(`chaos, seed ${plan.seed}, failed; what the processes said last: ${fleet.errors()}`);
    throw error;
  } finally {
    await fleet.end();
    receiver.close();
  }
}

/** Everything is said, evenly, while processes die. */
async function storm(
  plan: ChaosPlan,
  fleet: ChaosFleet,
  sayings: ReturnType<typeof sayingsOf>,
  restart: (before: number) => Promise<void>,
): Promise<void> {
  const startedAt = Date.now();
  const restarts: Promise<void>[] = [];
  let said = 0;
  let killAt = plan.killEveryMs;
  for (let elapsed = 0; elapsed < plan.durationMs; elapsed = Date.now() - startedAt) {
    const until = Math.ceil((sayings.length * elapsed) / plan.durationMs);
    fleet.say(sayings.slice(said, until));
    said = Math.max(said, until);
    const due = plan.restarts[restarts.length];
    if (due !== undefined && elapsed >= due * plan.durationMs) restarts.push(restart(restarts.length));
    if (elapsed >= killAt && fleet.kill()) killAt = elapsed + plan.killEveryMs;
    await pause(STEP_MS);
  }
  fleet.say(sayings.slice(said));
  await Promise.all(restarts);
}

it(
  'loses nothing and says nothing twice: many processes on Postgres',
  async () => {
    const server = await Server.start({ crashes: true });
    try {
      const { config } = new TestDatabase(server.port, 'postgres');
      const storage = postgresStorage({ config });
      const plan = { ...size, seed, workers: full ? 8 : 3, restarts: full ? [0.35, 0.7] : [0.5] };
      const place = { postgres: { port: server.port, database: 'postgres' } };
      await survive(plan, { storage: place }, storage, async (before) => {
        await (before % 2 === 0 ? server.crash() : server.down());
        await server.up();
      });
      await storage.close();
    } finally {
      await server.remove();
    }
  },
  TIMEOUT_MS,
);

it(
  'loses nothing and says nothing twice: one process on SQLite',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'firstline-chaos-'));
    try {
      const filename = join(folder, 'desk.db');
      const storage = sqliteStorage({ filename });
      const plan = { ...size, seed, workers: 1, restarts: [] };
      await survive(plan, { storage: { sqlite: filename } }, storage, async () => undefined);
      await storage.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  TIMEOUT_MS,
);

describeWithRedis('with wake-ups through Redis', () => {
  it(
    'loses nothing and says nothing twice, whether Redis is there or not',
    async () => {
      const [database, redis] = await Promise.all([TestDatabase.create(), RedisServer.start()]);
      try {
        const { port, database: name } = database.config;
        const storage = postgresStorage({ config: database.config }, { signals: false });
        const more = full ? { clients: 1_000, killEveryMs: 400, workers: 6 } : { workers: 3 };
        const plan = { ...size, ...more, seed, restarts: [0.3, 0.6] };
        const task = {
          storage: { postgres: { port, database: name } },
          wakeups: { redis: redis.url, sweep: '1s' },
        } as const;
        await survive(plan, task, storage, async (before) => {
          await redis.kill();
          // Processes that come up meanwhile know no other Redis.
          if (before === 0) await pause(plan.durationMs / 5);
          expect(await redis.up(), 'Redis is up again').toBe(true);
        });
        await storage.close();
      } finally {
        await redis.remove();
        await database.end();
      }
    },
    TIMEOUT_MS,
  );
});
