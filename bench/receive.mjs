// Messages per second and CPU per message through the whole path of `receive` (check, store, classify, decide, commit),
// beside a hand-written better-sqlite3 transaction that writes the same rows. Only the ratios within one run mean
// anything. Run with: npm run bench:receive
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { memoryStorage } from '@firstline/core';
import Database from 'better-sqlite3';
import { CLIENTS, channelOf, engineOn, fixedClassifier, sampleRecord, TEXT, warmUp } from './desk.mjs';
import { handWritten } from './hand-written.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'firstline-bench-'));
let files = 0;
const fileName = () => join(folder, `${(files += 1)}.db`);

async function sendAll(engine, messages, senders) {
  let next = 0;
  const sender = async () => {
    while (next < messages) {
      const index = (next += 1);
      const clientId = `c${index % CLIENTS}`;
      await engine.receive({ clientId, text: TEXT, id: `m${index}-${Math.random()}`, channel: channelOf(clientId) });
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
}

async function measure(messages, body) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await body();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: messages / seconds, cpuMicros: (user + system) / messages };
}

async function benchEngine(open, classifier, messages, senders) {
  const engine = engineOn(open(), undefined, { classifier });
  await warmUp(engine);
  const result = await measure(messages, () => sendAll(engine, messages, senders));
  await engine.stop();
  return result;
}

async function benchByHand(file, synchronous, messages) {
  const sample = await prepared(file);
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${synchronous}`);
  const keys = database.prepare('select client_id, channel_key from conversations').all();
  const write = handWritten(database, sample);
  const result = await measure(messages, () => {
    for (let index = 0; index < messages; index += 1) {
      const { client_id: clientId, channel_key: channelKey } = keys[index % keys.length];
      write('default', clientId, channelKey, Date.now());
    }
  });
  database.close();
  return result;
}

/** Lets Firstline make the tables and the clients. */
async function prepared(file) {
  const engine = engineOn(sqliteStorage({ filename: file }));
  await warmUp(engine);
  const sample = await sampleRecord(engine);
  for (let time = 0; time < 3; time += 1) await engine.receive({ clientId: 'c0', text: TEXT, id: `warm${time}` });
  await engine.stop();
  const database = new Database(file);
  const recent = database.prepare("select recent from clients where id = 'c0'").pluck().get();
  database.close();
  return { ...sample, recent };
}

async function statementsPerMessage() {
  let statements = 0;
  const database = new Database(fileName(), { verbose: () => (statements += 1) });
  const engine = engineOn(sqliteStorage({ database }));
  await warmUp(engine);
  const counted = {};
  for (const senders of [1, 32]) {
    statements = 0;
    await sendAll(engine, 320, senders);
    counted[senders] = statements / 320;
  }
  await engine.stop();
  return counted;
}

const file = (synchronous) => () => sqliteStorage({ filename: fileName(), synchronous });
const cases = [
  { name: 'memory', open: memoryStorage, messages: 4_000 },
  {
    name: 'sqlite :memory:',
    open: () => sqliteStorage({ filename: ':memory:' }),
    by: [':memory:', 'off'],
    messages: 3_000,
  },
  { name: 'sqlite file, NORMAL', open: file('normal'), by: ['file', 'normal'], messages: 3_000 },
  { name: 'sqlite file, FULL', open: file('full'), by: ['file', 'full'], messages: 1_500 },
];
const results = new Map();
const add = (key, result) => results.set(key, [...(results.get(key) ?? []), result]);

for (let round = 0; round < ROUNDS; round += 1) {
  for (const one of cases) {
    if (one.by !== undefined) {
      const [place, synchronous] = one.by;
      if (place === 'file') add(`${one.name}|hand`, await benchByHand(fileName(), synchronous, one.messages));
    }
    for (const senders of [1, 32]) {
      add(`${one.name}|${senders}`, await benchEngine(one.open, fixedClassifier, one.messages, senders));
      add(`${one.name}|${senders}|local`, await benchEngine(one.open, null, one.messages, senders));
    }
  }
}
const statements = await statementsPerMessage();
rmSync(folder, { recursive: true, force: true });

const median = (key, field) => {
  const values = (results.get(key) ?? []).map((result) => result[field]).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
};
console.log(`\nreceive: medians of ${ROUNDS} rounds, Node ${process.version}; compare within this table only\n`);
const rows = [];
for (const { name } of cases) {
  const hand = median(`${name}|hand`, 'perSecond');
  const handCpu = median(`${name}|hand`, 'cpuMicros');
  if (hand !== undefined) {
    rows.push({
      storage: name,
      way: 'hand-written, 1 transaction a message',
      'messages/s': Math.round(hand),
      'CPU µs': Math.round(handCpu),
      ratio: '1.00',
      'CPU ratio': '1.00',
    });
  }
  for (const senders of [1, 32]) {
    for (const [suffix, label] of [
      ['', 'fixed classifier'],
      ['|local', 'local classifier'],
    ]) {
      const key = `${name}|${senders}${suffix}`;
      const rate = median(key, 'perSecond');
      const cpu = median(key, 'cpuMicros');
      rows.push({
        storage: name,
        way: `receive, ${senders} sender${senders > 1 ? 's' : ''}, ${label}`,
        'messages/s': Math.round(rate),
        'CPU µs': Math.round(cpu),
        ratio: hand === undefined ? '–' : (rate / hand).toFixed(2),
        'CPU ratio': handCpu === undefined ? '–' : (cpu / handCpu).toFixed(2),
      });
    }
  }
}
console.table(rows);
console.log(
  `SQL statements per message (with the transaction's own): ${statements[1].toFixed(1)} with 1 sender, ${statements[32].toFixed(1)} with 32 senders`,
);
