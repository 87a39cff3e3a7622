import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { postgresStorage } from '@firstline/adapter-postgres';
import { memoryStorage } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestDatabase } from '../packages/adapter-postgres/test/support/database';
import { Program } from '../packages/adapter-sqlite/test/support/children';
import { seeded } from '../packages/core/test/support/outage-stream';
import { GRACE, LEASE, outageEngine } from './support/outage-engine';
import { Fleet, foundIncidents } from './support/outage-fleet';
import { MINUTE, outagePlan, type OutageTask } from './support/outage-plan';

const seed = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const SIZE = 3;

let database: TestDatabase;
let program: Program;
beforeAll(async () => {
  database = await TestDatabase.create();
  program = await Program.build(new URL('support/outage-worker.ts', import.meta.url));
}, 60_000);
afterAll(async () => {
  program.remove();
  await database.end();
});

type News = { readonly is: 'done' | 'stalled' } | { readonly is: 'failed'; readonly error: string };

it(`three processes on Postgres find what one finds, though whoever judges is killed twice (seed ${seed})`, async () => {
  const plan = outagePlan(seed);
  const memory = memoryStorage();
  const one = await new Fleet(1, () => memory, plan, new Map(), seed).run();
  const opened = one.incidents.filter(({ round }) => round > 0);
  expect(opened.length).toBeGreaterThanOrEqual(1);
  const minuteOf = (at: number | null): number => Math.round(((at ?? 0) - plan.startAt) / MINUTE) - 1;
  const killedAt = new Set([
    minuteOf(Math.min(...opened.map(({ openedAt }) => openedAt ?? Infinity))),
    minuteOf(Math.max(...opened.map(({ resolvedAt }) => resolvedAt ?? 0))),
  ]);
  expect(killedAt.size).toBe(2);

  const schema = `killed_${seed}`;
  const storage = postgresStorage({ config: database.config, max: 2 }, { schema });
  const random = seeded(seed);
  const start = JSON.stringify({ config: database.config, schema, startAt: plan.startAt });
  const hire = async (): Promise<ChildProcess> => {
    const child = program.fork(start);
    await once(child, 'message');
    return child;
  };
  const children = await Promise.all(Array.from({ length: SIZE }, hire));
  let killed = 0;
  const tell = async (child: ChildProcess, task: OutageTask): Promise<void> => {
    const answer = once(child, 'message') as Promise<[News]>;
    child.send(task);
    const [news] = await answer;
    if (news.is === 'failed') throw new Error(news.error);
    if (news.is !== 'stalled') return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    killed += 1;
    children.splice(children.indexOf(child), 1, await hire());
  };
  const any = (): ChildProcess => children[Math.floor(random() * children.length)] as ChildProcess;
  try {
    for (const [minute, said] of plan.minutes.entries()) {
      const now = plan.startAt + minute * MINUTE + GRACE;
      const before = killed;
      // Whoever comes first judges; the others find nothing to do.
      for (const child of [...children].sort(() => random() - 0.5)) {
        await tell(child, { is: killedAt.has(minute - 1) && killed === before ? 'stall' : 'tick', now });
      }
      // Behind the lease of one that died, and before anybody writes.
      if (killed > before) await tell(any(), { is: 'tick', now: now + LEASE });
      for (const [place, saying] of said.entries()) {
        await tell(any(), { is: 'say', now: now + LEASE + 5_000, saying, id: `${minute}-${place}` });
      }
    }
    await tell(any(), { is: 'tick', now: plan.startAt + plan.minutes.length * MINUTE + GRACE });
  } finally {
    await Promise.all(
      children.map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }),
    );
  }

  expect(killed).toBe(2);
  const reader = outageEngine({
    ...{ storage, clock: new ManualClock(plan.startAt), transports: { fake: new FakeTransport() } },
  });
  expect(await foundIncidents(reader)).toEqual(one.incidents);
  await storage.close();
}, 180_000);
