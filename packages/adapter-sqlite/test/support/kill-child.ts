// The process of kill-points.test.ts that is killed. It runs a desk for each of several seeds; each runs into its point and
// stands still there, and when all do, the process is killed: for each of them at just that instruction.
import { writeSync } from 'node:fs';
import { type Alert, createEngine, type Engine, type Storage, type Transport } from '@firstline/core';
import { ManualClock, ScriptedClassifier } from '@firstline/core/testing';
import { sqliteStorage } from '../../src/index';
import { CLIENTS, deathOf, MESSAGES_EACH, type Point, type Task } from './kill-points';

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const LIFE_MS = 600_000;
const START = Date.parse('2026-03-02T09:00:00Z');

/** Counts how often a desk comes by each point, and stops it for ever at the one where it dies. */
class Fuse {
  readonly blown: Promise<void>;
  readonly #seed: number;
  #blow: () => void = () => undefined;
  #passed = 0;
  #dead = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.blown = new Promise((resolve) => (this.#blow = resolve));
  }

  async pass(point: Point): Promise<void> {
    if (!task.kill) return;
    const death = deathOf(this.#seed, task.round);
    if (!this.#dead) {
      if (point !== death.point || (this.#passed += 1) < death.time) return;
      this.#dead = true;
      tell(`${this.#seed} ${point}`);
      this.#blow();
    }
    await new Promise<never>(() => undefined);
  }
}

/** Only what delivers has points: the rest is known to survive by other tests. */
function explosive(storage: Storage, fuse: Fuse): Storage {
  const claimDeliveries: Storage['claimDeliveries'] = async (params) => {
    await fuse.pass('before the attempt row');
    const claimed = await storage.claimDeliveries(params);
    if (claimed.length > 0) await fuse.pass('after it');
    return claimed;
  };
  const finishDeliveries: Storage['finishDeliveries'] = async (params) => {
    await fuse.pass('before the mark');
    const written = await storage.finishDeliveries(params);
    await fuse.pass('after the mark');
    return written;
  };
  return new Proxy(storage, {
    get: (target, name: keyof Storage) => {
      if (name === 'claimDeliveries') return claimDeliveries;
      if (name === 'finishDeliveries') return finishDeliveries;
      const member = target[name] as ((...args: unknown[]) => unknown) | undefined;
      return member?.bind(target);
    },
  });
}

function http(seed: number, fuse: Fuse): Transport {
  return {
    timeoutMs: 20_000,
    checkAddress: (address) => address,
    send: async ({ delivery, message }) => {
      const headers = { 'webhook-id': delivery.id, 'x-seed': String(seed), 'x-message-id': message.id };
      const { status } = await fetch(task.url, { method: 'POST', headers, body: message.text });
      await fuse.pass('after the send');
      return status === 200 ? { class: 'ok', status } : { class: 'retry', code: `http_${status}`, status };
    },
  };
}

async function say(engine: Engine): Promise<void> {
  // New ones each time, so that every process has enough to deliver to come by its point.
  const messages = Array.from({ length: CLIENTS * MESSAGES_EACH }, (_, n) => n);
  for (const n of messages) {
    await engine.receive({
      clientId: `c${n % CLIENTS}`,
      id: `m${n} of ${task.round}`,
      text: n === 0 && task.round === 0 ? 'I want to talk to a human' : 'referral',
      channel: { transport: 'http', address: { to: `c${n % CLIENTS}` } },
    });
  }
}

async function live(seed: number): Promise<void> {
  const fuse = new Fuse(seed);
  const clock = new ManualClock(START + task.round * LIFE_MS);
  const storage = sqliteStorage({ filename: `${task.folder}/seed-${seed}.db`, synchronous: 'normal' });
  const alerts: Alert[] = [];
  const engine = createEngine({
    scenarios: [{ id: 'REFERRAL', description: 'The program', examples: ['referral'], reply: 'Bring a friend.' }],
    classifier: new ScriptedClassifier([[/referral/, 'REFERRAL']]),
    transports: { http: http(seed, fuse) },
    policy: { reminders: [], escalation: { repeats: false }, receiving: { clientRateLimit: false } },
    storage: explosive(storage, fuse),
    clock,
    onAlert: (alert) => void alerts.push(alert),
  });
  await Promise.race([fuse.blown, workOff(engine, clock)]);
  if (!task.kill) await engine.stop();
}

/** Goes on until nothing is left to send; what failed comes again, seconds or minutes later. */
async function workOff(engine: Engine, clock: ManualClock): Promise<void> {
  await say(engine);
  do {
    await engine.tick();
    await clock.advance('10s');
  } while ((await engine.stats()).deliveries.pending > 0);
}

function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

await Promise.all(task.seeds.map(live));
if (task.kill) process.kill(process.pid, 'SIGKILL');
