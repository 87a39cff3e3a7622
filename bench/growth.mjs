// What a message and a reminder cost as the tables grow, and whether a process grows with them. Ratios within one run.
//
//   npm run bench:growth      SIZES=1000,100000,1000000 MESSAGES=2000 REMINDERS=10000 MEMORY=100000 DATABASES=SQLite,Postgres
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresStorage } from '@firstline/adapter-postgres';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { ManualClock } from '@firstline/core/testing';
import Database from 'better-sqlite3';
import pg from 'pg';
import { history, pendingReminders } from './growth/seed.mjs';
import { channelOf, engineOn, TEXT } from './desk.mjs';
import { PostgresServer } from './jobs/postgres-server.mjs';

const SIZES = (process.env.SIZES ?? '1000,100000,1000000').split(',').map(Number);
const PENDING = (process.env.PENDING ?? '10000,1000000').split(',').map(Number);
const MESSAGES = Number(process.env.MESSAGES ?? 2_000);
const REMINDERS = Number(process.env.REMINDERS ?? 10_000);
const MEMORY = Number(process.env.MEMORY ?? 100_000);
const DATABASES = (process.env.DATABASES ?? 'SQLite,Postgres').split(',');
/** Reminders of a turn. */
const TURN = 500;
const DELAY_MS = 15 * 60_000;
/** When what was warmed up with is over. */
const LATER_MS = 86_400_000;
const NOW = Date.parse('2026-03-02T09:00:00Z');

const server = await PostgresServer.start();
const folder = mkdtempSync(join(tmpdir(), 'firstline-growth-'));
let files = 0;

/** Each makes an empty database with Firstline's tables, and says how to open it and how to fill it. */
const databases = {
  async SQLite() {
    const filename = join(folder, `${(files += 1)}.db`);
    const open = () => sqliteStorage({ filename, synchronous: 'normal' });
    await opened(open());
    const fill = async (statements) => {
      const database = new Database(filename);
      for (const statement of statements) database.exec(statement);
      database.close();
    };
    return { open, fill, analyze: () => Promise.resolve() };
  },
  async Postgres() {
    const config = await server.database();
    const open = () => postgresStorage({ config, max: 10 });
    await opened(open());
    const fill = async (statements) => {
      const client = new pg.Client(config);
      await client.connect();
      try {
        for (const statement of statements) await client.query(statement);
        await client.query("select setval('firstline_feed_numbers', (select coalesce(max(seq), 1) from events))");
        await client.query('vacuum analyze');
        // What was filled is on the disk long since when the messages of a day come.
        await client.query('checkpoint');
      } finally {
        await client.end();
      }
    };
    return { open, fill, analyze: () => server.analyze(config) };
  },
};

try {
  for (const name of DATABASES) {
    const make = databases[name];
    console.log(`\n${name}: \`receive\` beside so many stored messages, one at a time`);
    console.table(compared(await receiving(make, SIZES)));
    console.log(`${name}: ${REMINDERS} reminders beside so many pending ones, milliseconds each`);
    console.table(compared(await reminding(make, PENDING)));
  }
  for (const name of DATABASES) {
    console.log(`\n${name}: memory of a process, MB held after so many messages`);
    console.table(await remembering(databases[name]));
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function opened(storage) {
  await storage.open();
  await storage.close();
}

/** The figures of each size, and those of the last as ratios to those of the first. */
function compared(rows) {
  const [first, last] = [rows[0], rows.at(-1)];
  const ratio = Object.fromEntries(Object.keys(first).map((key) => [key, (last[key] / first[key]).toFixed(2)]));
  return [...rows.map(rounded), { ...ratio, stored: 'ratio' }];
}

function rounded(row) {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? value.toFixed(2) : value]),
  );
}

/** In turns of a hundred, so that whatever else the machine does falls to all sizes alike. */
async function receiving(make, sizes) {
  const worlds = [];
  for (const size of sizes) {
    const { open, fill } = await make();
    await fill(history(size, NOW));
    const clock = new ManualClock(NOW);
    const engine = engineOn(open(), undefined, { clock });
    const say = (index) => {
      const clientId = `c${index % 200}`;
      clock.set(NOW + index);
      return engine.receive({ clientId, text: TEXT, id: `m${index}`, channel: channelOf(clientId) });
    };
    for (let index = 0; index < 600; index += 1) await say(index);
    worlds.push({ size, engine, say, times: [] });
  }
  for (let from = 600; from < 600 + MESSAGES; from += 100) {
    for (const { say, times } of worlds) {
      for (let index = from; index < from + 100; index += 1) {
        const at = performance.now();
        await say(index);
        times.push(performance.now() - at);
      }
    }
  }
  const rows = [];
  for (const { size, engine, times } of worlds) {
    await engine.stop();
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor(times.length * share)];
    rows.push({ stored: size.toLocaleString('en'), 'p50 ms': at(0.5), 'p99 ms': at(0.99) });
  }
  return rows;
}

/** In turns as well; a turn's reminders come due a second after those of the turn before. */
async function reminding(make, sizes) {
  const worlds = [];
  for (const size of sizes) {
    const { open, fill, analyze } = await make();
    await fill(pendingReminders(size, NOW));
    const clock = new ManualClock(NOW);
    const engine = engineOn(open(), undefined, { clock });
    const say = (round, from, prefix = 'r') =>
      timed(async (index) => {
        const clientId = `${prefix}${from + index}`;
        await engine.receive({ clientId, text: TEXT, id: `${round}-${clientId}`, channel: channelOf(clientId) });
      });
    // Of tables that were empty a moment ago the server knows nothing; autovacuum counts them within the first minute.
    for (let round = 0; round < 2; round += 1) await say(round, 0, 'warm');
    await engine.tick();
    clock.set(NOW + LATER_MS - 1);
    await engine.tick();
    await analyze();
    worlds.push({ size, engine, clock, say, spent: { insert: [], replace: [], fire: [] } });
  }
  const turns = Array.from({ length: Math.ceil(REMINDERS / TURN) }, (_, turn) => turn);
  for (const [round, name] of ['insert', 'replace'].entries()) {
    for (const turn of turns) {
      for (const { engine, clock, say, spent } of worlds) {
        clock.set(NOW + LATER_MS + turn * 1_000);
        spent[name].push(await say(round, turn * TURN));
        await engine.tick();
      }
    }
    for (const { clock } of worlds) clock.set(NOW + LATER_MS);
  }
  for (const turn of turns) {
    for (const { engine, clock, spent } of worlds) {
      clock.set(NOW + LATER_MS + DELAY_MS + turn * 1_000 + 1);
      const at = performance.now();
      const { reminded } = await engine.tick();
      spent.fire.push((performance.now() - at) / reminded);
      if (reminded !== TURN) throw new Error(`${reminded} reminders fired instead of ${TURN}`);
    }
  }
  const rows = [];
  for (const { size, engine, spent } of worlds) {
    await engine.stop();
    rows.push({
      stored: size.toLocaleString('en'),
      'first message, reminder inserted': median(spent.insert),
      'next one, cancelled and inserted': median(spent.replace),
      fired: median(spent.fire),
    });
  }
  return rows;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Eight at a time; milliseconds each. */
async function timed(one) {
  let next = 0;
  const at = performance.now();
  const worker = async () => {
    while (next < TURN) await one(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return (performance.now() - at) / TURN;
}

async function remembering(make) {
  const { open } = await make();
  const engine = engineOn(open());
  await engine.start();
  const rows = [];
  for (let said = 0; said <= MEMORY; said += 1_000) {
    if (said % (MEMORY / 5) === 0) {
      globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      rows.push({ messages: said.toLocaleString('en'), MB: ((heapUsed + external) / 1e6).toFixed(1) });
    }
    const thousand = Array.from({ length: 1_000 }, (_, index) => `c${(said + index) % 5_000}`);
    await Promise.all(
      thousand.map((clientId, index) =>
        engine.receive({ clientId, text: TEXT, id: `m${said + index}`, channel: channelOf(clientId) }),
      ),
    );
  }
  await engine.stop();
  return rows;
}
