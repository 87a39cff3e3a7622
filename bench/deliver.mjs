// Deliveries per second to a local receiver in a process of its own, at concurrency 32: claimed from SQLite, written down,
// signed, sent, and the answer written down. Beside it bare undici, which sends the same bytes to the same receiver as
// often and remembers nothing. Only the ratio within one run means anything. Run with: npm run bench:deliver
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { webhookTransport } from '@firstline/adapter-webhook';
import { createEngine, defineScenarios } from '@firstline/core';
import { Agent } from 'undici';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const MESSAGES = Number(process.env.MESSAGES ?? 3_000);
const CLIENTS = 500;
const CONCURRENCY = 32;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'firstline-deliver-'));
const receiver = fork(fileURLToPath(new URL('deliver-receiver.mjs', import.meta.url)));
const [port] = await once(receiver, 'message');
const url = `http://127.0.0.1:${port}/hook`;

const scenarios = defineScenarios([
  {
    id: 'REFERRAL',
    description: 'The program',
    examples: ['referral'],
    reply: 'Bring a friend, and both of you get a bonus.',
  },
]);
const classifier = {
  classify: () =>
    Promise.resolve({ scenario: 'REFERRAL', confidence: 0.9, reasoning: 'fixed', source: 'local', alternatives: [] }),
};

async function measure(body) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await body();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: MESSAGES / seconds, cpuMicros: (user + system) / MESSAGES };
}

let files = 0;
async function benchEngine(synchronous) {
  const webhook = webhookTransport({ secret: SECRET, allowPrivateAddresses: true });
  let sent = 0;
  let done = () => undefined;
  const all = new Promise((resolve) => (done = resolve));
  const counted = {
    timeoutMs: webhook.timeoutMs,
    checkAddress: (address) => webhook.checkAddress(address),
    start: (...args) => webhook.start?.(...args),
    stop: () => webhook.stop?.(),
    send: async (...args) => {
      const outcome = await webhook.send(...args);
      if (outcome.class !== 'ok') throw new Error(`a delivery failed: ${outcome.code}`);
      if ((sent += 1) === MESSAGES) done();
      return outcome;
    },
  };
  const engine = createEngine({
    scenarios,
    classifier,
    storage: sqliteStorage({ filename: join(folder, `${(files += 1)}.db`), synchronous }),
    transports: { webhook: counted },
    policy: {
      greeting: false,
      reminders: [],
      receiving: { clientRateLimit: false },
      escalation: { repeats: false, loopGuard: false },
      delivery: { concurrency: CONCURRENCY, perEndpoint: CONCURRENCY },
    },
  });
  const channel = { transport: 'webhook', address: { url } };
  let next = 0;
  const writer = async () => {
    while (next < MESSAGES) {
      const index = (next += 1);
      await engine.receive({ clientId: `c${index % CLIENTS}`, text: 'referral', id: `m${index}`, channel });
    }
  };
  await Promise.all(Array.from({ length: 32 }, writer));
  // Until the last answer is written down, which `stop` waits for.
  const result = await measure(async () => {
    await engine.start();
    await all;
    await engine.stop();
  });
  return result;
}

async function benchUndici() {
  const agent = new Agent();
  const { origin, pathname } = new URL(url);
  const body = JSON.stringify({
    type: 'message.created',
    timestamp: new Date().toISOString(),
    data: { message_id: 'x'.repeat(36), conversation_id: 'x'.repeat(36), client_id: 'c42', type: 'bot_auto' },
    text: 'Bring a friend, and both of you get a bonus.',
  });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'x'.repeat(36),
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${'x'.repeat(44)}`,
  };
  let left = MESSAGES;
  const sender = async () => {
    while (left-- > 0) {
      const response = await agent.request({ origin, path: pathname, method: 'POST', headers, body });
      await response.body.dump();
    }
  };
  const result = await measure(() => Promise.all(Array.from({ length: CONCURRENCY }, sender)));
  await agent.close();
  return result;
}

const ways = [
  ['undici alone, nothing remembered', benchUndici],
  ['Firstline, SQLite file, NORMAL', () => benchEngine('normal')],
  ['Firstline, SQLite file, FULL', () => benchEngine('full')],
];
const results = new Map(ways.map(([name]) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, run] of ways) results.get(name).push(await run());
}
receiver.disconnect();
rmSync(folder, { recursive: true, force: true });

const median = (list, member) => list.map((one) => one[member]).sort((a, b) => a - b)[Math.floor(list.length / 2)];
const [bare] = ways.map(([name]) => median(results.get(name), 'perSecond'));
console.table(
  ways.map(([name]) => {
    const perSecond = median(results.get(name), 'perSecond');
    return {
      way: name,
      'deliveries/s': Math.round(perSecond),
      'CPU µs': Math.round(median(results.get(name), 'cpuMicros')),
      'of undici': (perSecond / bare).toFixed(2),
    };
  }),
);
console.log(`${MESSAGES} deliveries a round, medians of ${ROUNDS}, concurrency ${CONCURRENCY}`);
