import { postgresStorage } from '@firstline/adapter-postgres';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { memoryStorage, type Storage } from '@firstline/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDatabase } from '../packages/adapter-postgres/test/support/database';
import { temporaryFile } from '../packages/adapter-sqlite/test/support/temporary-file';
import { seeded } from '../packages/core/test/support/outage-stream';
import { type Fate, type Fates, type Findings, Fleet } from './support/outage-fleet';
import { MINUTE, type OutagePlan, outagePlan } from './support/outage-plan';

// FIRSTLINE_SEED repeats the run that begins with that seed; FIRSTLINE_RUNS=10 tries ten times as many.
const from = Number(process.env['FIRSTLINE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const seeds = (count: number): readonly number[] =>
  Array.from({ length: Math.ceil(count * Number(process.env['FIRSTLINE_RUNS'] ?? 1)) }, (_unused, n) => from + n);

it.each(seeds(3))(
  'two processes on one SQLite file find what one finds, whoever hears, judges and dies (seed %i)',
  async (seed) => {
    const filename = temporaryFile();
    await expectTheSame(2, () => sqliteStorage({ filename, synchronous: 'normal' }), seed);
  },
  180_000,
);

describe('on Postgres', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.end());

  it.each(seeds(2))(
    'three processes find what one finds, whoever hears, judges and dies (seed %i)',
    async (seed) => {
      const schema = `seed_${seed}`;
      await expectTheSame(3, () => postgresStorage({ config: database.config, max: 4 }, { schema }), seed);
    },
    180_000,
  );
});

async function expectTheSame(size: number, open: () => Storage, seed: number): Promise<void> {
  const plan = outagePlan(seed);
  const memory = memoryStorage();
  const one = await new Fleet(1, () => memory, plan, new Map(), seed).run();
  expectWhole(one);
  const fates = fatesFor(plan, one, seed);
  const many = await new Fleet(size, open, plan, fates, seed).run();
  expect(many.met).toEqual([...fates].map(([minute, fate]) => `${minute} ${fate}`));
  expect(many.incidents).toEqual(one.incidents);
  expect(many.told).toEqual(one.told);
}

/** Whoever was affected by an incident that opened was told of its last round, and of each end as often, all of it once. */
function expectWhole({ incidents, told }: Findings): void {
  const opened = incidents.filter(({ round }) => round > 0);
  expect(opened.length).toBeGreaterThanOrEqual(1);
  expect(new Set(told).size).toBe(told.length);
  for (const { id, status, round, openedAt, resolvedAt, affected } of opened) {
    expect({ id, status }).toEqual({ id, status: 'resolved' });
    expect(resolvedAt).toBeGreaterThan(openedAt ?? Infinity);
    expect(affected.length).toBeGreaterThanOrEqual(5);
    for (const { clientId, ...rounds } of affected) {
      expect({ clientId, ...rounds }).toEqual({ clientId, toldRound: round, resolvedRound: round });
      const roundsOf = (type: string): readonly string[] =>
        told.flatMap((line) => {
          const [incident, , of = '', what, client] = line.split(' ');
          return incident === id && what === type && client === clientId ? [of] : [];
        });
      expect(roundsOf('incident_resolved')).toEqual(roundsOf('incident_notice'));
      expect(roundsOf('incident_notice').at(-1)).toBe(String(round));
    }
  }
}

/** A death where an incident opens, another where one ends, a failure of the storage, and deaths at any time between. */
function fatesFor(plan: OutagePlan, { incidents }: Findings, seed: number): Fates {
  const random = seeded(seed);
  const minuteOf = (at: number | null): number => Math.round(((at ?? 0) - plan.startAt) / MINUTE) - 1;
  const opened = incidents.filter(({ round }) => round > 0);
  const opening = minuteOf(Math.min(...opened.map(({ openedAt }) => openedAt ?? Infinity)));
  const ending = minuteOf(Math.max(...opened.map(({ resolvedAt }) => resolvedAt ?? 0)));
  const between = (): number => opening + 1 + Math.floor(random() * (ending - opening - 1));
  const deaths: readonly Fate[] = ['dies-taking', 'dies-before', 'dies-after'];
  const turn = Math.floor(random() * deaths.length);
  const fates = new Map<number, Fate>([
    [between(), 'fails'],
    [between(), 'dropped'],
    [between(), deaths[(turn + 2) % 3] ?? 'dropped'],
    [opening, deaths[turn] ?? 'dropped'],
    [ending, deaths[(turn + 1) % 3] ?? 'dropped'],
  ]);
  return new Map([...fates].sort(([a], [b]) => a - b));
}
