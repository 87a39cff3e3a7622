import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { telegramTransport, type TelegramTransport, type TelegramTransportOptions } from '@firstline/adapter-telegram';
import { type FakeBot, type FakeBotApi, fakeBotApi } from '@firstline/adapter-telegram/testing';
import {
  type Clock,
  createEngine,
  type Engine,
  memoryStorage,
  type PolicyOptions,
  type Storage,
} from '@firstline/core';
import { ManualClock, ScriptedClassifier } from '@firstline/core/testing';
import { closeLater } from './bench';

export const REPLY = { en: 'Please restart the router.', ru: 'Перезагрузите роутер.' };

const scenarios = [
  { id: 'GREETING', description: 'Says hello', examples: ['hello', 'hi'], reply: 'How can we help?', smallTalk: true },
  {
    id: 'NO_INTERNET',
    description: 'The connection does not work',
    examples: ['my internet is down', 'no connection'],
    reply: REPLY,
    asksFor: 'photo',
    reminders: false,
  },
] as const;

export interface Desk {
  readonly server: FakeBotApi;
  readonly bot: FakeBot;
  readonly engine: Engine;
  readonly transport: TelegramTransport;
  /** Of the engine and the fake; the transport's pauses take real time, and none is waited for here. */
  readonly clock: ManualClock;
  /** Moves time second by second and does what is due, until the condition holds. Throws after `seconds`. */
  runUntil(condition: () => boolean, seconds?: number): Promise<void>;
}

export interface DeskOptions {
  readonly storage?: Storage;
  readonly policy?: PolicyOptions;
  readonly transport?: Partial<TelegramTransportOptions>;
}

/** An engine that talks through the fake Bot API, both by one clock that the test moves. */
export async function desk({
  storage = memoryStorage(),
  policy = {},
  transport: options = {},
}: DeskOptions = {}): Promise<Desk> {
  const clock = new ManualClock();
  const server = await fakeBotApi({ clock: heldBy(clock) });
  closeLater(() => server.close());
  const bot = server.addBot();
  const transport = telegramTransport({ token: bot.token, apiRoot: server.apiRoot, ...options });
  const classifier = new ScriptedClassifier();
  const engine = createEngine({
    scenarios,
    classifier: classifier
      .on(/internet|интернет/iu, { scenario: 'NO_INTERNET', confidence: 0.9 })
      .on(/hello|здравствуйте/iu, { scenario: 'GREETING', confidence: 0.9 }),
    storage,
    clock,
    policy: { reminders: [], ...policy },
    transports: { telegram: transport },
  });
  closeLater(() => engine.stop());
  const runUntil: Desk['runUntil'] = async (condition, seconds = 600) => {
    for (let second = 0; second < seconds; second += 1) {
      if (condition()) return;
      await engine.tick();
      await clock.advance('1s');
    }
    throw new Error(`not within ${seconds} s`);
  };
  return { server, bot, engine, transport, clock, runUntil };
}

/** Storage in a file that is gone after the test. */
export function temporarySqlite(): Storage {
  const folder = mkdtempSync(join(tmpdir(), 'firstline-telegram-'));
  closeLater(async () => rmSync(folder, { recursive: true, force: true }));
  return sqliteStorage({ filename: join(folder, 'support.db') });
}

/** Tells the time of the clock, and lets polls last until something happens. */
function heldBy(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) =>
      ms <= 0 || signal?.aborted === true
        ? Promise.resolve()
        : new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
  };
}
