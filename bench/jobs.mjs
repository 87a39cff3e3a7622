// The whole path of a message and its due work on Postgres, in one run beside a hand-written pg transaction that writes the
// same rows, and beside graphile-worker and pg-boss. Only the ratios within one run mean anything.
//
//   npm run bench:jobs            ROUNDS=3 MESSAGES=2000
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { postgresStorage } from '@firstline/adapter-postgres';
import pg from 'pg';
import { installPeers } from './install-peers.mjs';
import { CLIENTS, channelOf, engineOn, sampleRecord, TEXT, warmUp } from './desk.mjs';
import { handWritten, STATEMENTS } from './jobs/hand-written.mjs';
import { PostgresServer } from './jobs/postgres-server.mjs';
import { QUEUES, queues } from './jobs/queues.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const MESSAGES = Number(process.env.MESSAGES ?? 2_000);
const IN_FLIGHT = [1, 32];
const POOL = 10;

const server = await PostgresServer.start();
const results = new Map();
const note = (name, figures) => results.set(name, [...(results.get(name) ?? []), figures]);
const peers = installPeers('queues', QUEUES) ? Object.keys(QUEUES) : [];
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const inFlight of IN_FLIGHT) {
      const count = inFlight === 1 ? MESSAGES / 4 : MESSAGES;
      note(`hand-written|${inFlight}`, await byHand(count, inFlight));
      note(`firstline|${inFlight}`, await receiving(count, inFlight));
      for (const peer of peers) note(`${peer}|${inFlight}`, await enqueueing(peer, count, inFlight));
    }
    note('firstline|drain', await delivering(MESSAGES));
    for (const peer of peers) note(`${peer}|drain`, await draining(peer, MESSAGES));
    note('firstline|start', await starting());
    for (const processes of [1, 2]) note(`processes|${processes}`, await inProcesses(processes, MESSAGES));
  }
  print();
} finally {
  await server.stop();
}

/** How fast, how long each took, and what it cost here and in the server. */
async function measured(count, inFlight, one) {
  const times = [];
  let next = 0;
  const [cpu, serverCpu, start] = [process.cpuUsage(), server.cpuSeconds(), performance.now()];
  const worker = async () => {
    while (next < count) {
      const at = performance.now();
      await one(next++);
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const spentThere = serverCpu === null ? null : server.cpuSeconds() - serverCpu;
  return {
    rate: count / seconds,
    ...quantiles(times),
    cpu: (user + system) / count,
    serverCpu: spentThere === null ? null : (spentThere * 1e6) / count,
  };
}

function quantiles(times) {
  const sorted = times.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}

async function byHand(count, inFlight) {
  const config = await server.database();
  const sample = await prepared(config);
  const { write, end } = await handWritten(config, sample, POOL);
  await Promise.all(Array.from({ length: 100 }, (_, index) => write(index)));
  const figures = await measured(count, inFlight, write);
  await end();
  return { ...figures, statements: STATEMENTS, journeys: STATEMENTS };
}

/** Lets Firstline make the tables and the clients. */
async function prepared(config) {
  const engine = engineOn(postgresStorage({ config, max: POOL }));
  await warmUp(engine);
  await server.analyze(config);
  const sample = await sampleRecord(engine);
  await engine.stop();
  return { ...sample, recent: '[]' };
}

async function receiving(count, inFlight) {
  const config = await server.database();
  const storage = countingPool(config);
  const engine = engineOn(postgresStorage({ pool: storage.pool }));
  await warmUp(engine);
  await server.analyze(config);
  const before = [storage.statements(), storage.journeys()];
  const figures = await measured(count, inFlight, (index) => {
    const clientId = `c${index % CLIENTS}`;
    return engine.receive({ clientId, text: TEXT, id: `m${index}`, channel: channelOf(clientId) });
  });
  const statements = (storage.statements() - before[0]) / count;
  const journeys = (storage.journeys() - before[1]) / count;
  await engine.stop();
  await storage.pool.end();
  return { ...figures, statements, journeys };
}

/** A pool as the storage makes it, which counts what is run and how often something is sent and waited for. */
function countingPool(config) {
  const pool = new pg.Pool({ ...config, max: POOL });
  let statements = 0;
  let journeys = 0;
  pool.on('connect', (client) => {
    const { connection } = client;
    counted(connection, 'execute', () => (statements += 1));
    counted(connection, 'query', () => (statements += 1));
    counted(client, 'query', () => (journeys += 1));
  });
  return { pool, statements: () => statements, journeys: () => journeys };
}

function counted(object, method, count) {
  const original = object[method].bind(object);
  object[method] = (...given) => {
    count();
    return original(...given);
  };
}

async function enqueueing(peer, count, inFlight) {
  const config = await server.database();
  const queue = await queues[peer](config, POOL);
  await Promise.all(Array.from({ length: 100 }, () => queue.write(TEXT)));
  await server.analyze(config);
  const figures = await measured(count, inFlight, () => queue.write(TEXT));
  await queue.end();
  return figures;
}

/** Messages first, then a process that delivers them to a transport that takes everything at once. */
async function delivering(count) {
  const config = await server.database();
  const receiver = engineOn(postgresStorage({ config, max: POOL }));
  await warmUp(receiver);
  let next = 0;
  const send = async () => {
    while (next < count) {
      const clientId = `c${next++ % CLIENTS}`;
      await receiver.receive({ clientId, text: TEXT, channel: channelOf(clientId), id: `d${next}` });
    }
  };
  await Promise.all(Array.from({ length: 32 }, send));
  await receiver.stop();
  await server.analyze(config);
  const due = CLIENTS * 2 + count;
  return untilDone(due, async (started) => {
    const engine = engineOn(postgresStorage({ config, max: POOL }), started);
    await engine.start();
    return () => engine.stop();
  });
}

async function draining(peer, count) {
  const config = await server.database();
  const queue = await queues[peer](config, POOL);
  await Promise.all(Array.from({ length: count }, () => queue.write(TEXT)));
  await server.analyze(config);
  const figures = await untilDone(count, async (started) => {
    const runner = await queue.work(started);
    return () => runner.stop();
  });
  await queue.end();
  return figures;
}

async function untilDone(due, work) {
  let done = 0;
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const stop = await work(() => {
    done += 1;
    if (done === due) finish();
  });
  await finished;
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await stop();
  return { rate: due / seconds, cpu: (user + system) / due };
}

/** From the moment in which a message is decided until its reply goes out, one at a time, in this process and another. */
async function starting() {
  const config = await server.database();
  const waits = [];
  let decidedAt = 0;
  let sent;
  const engine = engineOn(postgresStorage({ config, max: POOL }), () => {
    waits.push(performance.now() - decidedAt);
    sent();
  });
  await engine.start();
  for (let index = 0; index < 220; index += 1) {
    const clientId = `s${index}`;
    const arrived = new Promise((resolve) => (sent = resolve));
    await engine.receive({ clientId, text: TEXT, channel: channelOf(clientId) });
    decidedAt = performance.now();
    await arrived;
  }
  await engine.stop();
  return quantiles(waits.slice(20).map((ms) => Math.max(0, ms)));
}

/** Processes that receive and deliver what they received, all on one database. */
async function inProcesses(processes, count) {
  const config = await server.database();
  const task = JSON.stringify({ config, count: count / processes });
  const file = new URL('jobs/one-process.mjs', import.meta.url).pathname;
  const children = Array.from({ length: processes }, (_, n) =>
    spawn(process.execPath, [file, task, String(n)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  await server.analyze(config);
  const start = performance.now();
  const ends = children.map((child) => once(child, 'close'));
  for (const child of children) child.stdin.end('go');
  await Promise.all(ends);
  return { rate: count / ((performance.now() - start) / 1_000) };
}

function print() {
  const median = (key, field) => {
    const values = (results.get(key) ?? []).map((figures) => figures[field]).filter((value) => value != null);
    return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  };
  const whole = (value) => (value === undefined ? '–' : Math.round(value).toLocaleString('en'));
  const ms = (value) => (value === undefined ? '–' : value.toFixed(1));
  console.log(`\nPostgres, medians of ${ROUNDS} rounds, Node ${process.version}; compare within this run only\n`);
  const paths = ['hand-written', 'firstline', ...peers];
  console.table(
    IN_FLIGHT.flatMap((inFlight) =>
      paths.map((name) => {
        const key = `${name}|${inFlight}`;
        return {
          'in flight': inFlight,
          'message, one transaction or more': name,
          'messages/s': whole(median(key, 'rate')),
          'of hand-written': (median(key, 'rate') / median(`hand-written|${inFlight}`, 'rate')).toFixed(2),
          'p50 ms': ms(median(key, 'p50')),
          'p99 ms': ms(median(key, 'p99')),
          statements: median(key, 'statements')?.toFixed(1) ?? '–',
          journeys: median(key, 'journeys')?.toFixed(1) ?? '–',
          'CPU µs': whole(median(key, 'cpu')),
          'CPU µs of the server': whole(median(key, 'serverCpu')),
        };
      }),
    ),
  );
  console.table(
    ['firstline', ...peers].map((name) => ({
      'due work': name,
      'done/s': whole(median(`${name}|drain`, 'rate')),
      'CPU µs': whole(median(`${name}|drain`, 'cpu')),
    })),
  );
  console.log(
    `decided → sending: p50 ${ms(median('firstline|start', 'p50'))} ms, p99 ${ms(median('firstline|start', 'p99'))} ms`,
  );
  const [one, two] = [median('processes|1', 'rate'), median('processes|2', 'rate')];
  console.log(
    `received and delivered: ${whole(one)}/s in one process, ${whole(two)}/s in two (×${(two / one).toFixed(2)})`,
  );
}
