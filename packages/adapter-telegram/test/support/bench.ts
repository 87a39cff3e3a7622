import { type FakeBot, type FakeBotApi, fakeBotApi } from '@firstline/adapter-telegram/testing';
import { telegramTransport, type TelegramTransport, type TelegramTransportOptions } from '@firstline/adapter-telegram';
import type { Clock } from '@firstline/core';
import { afterEach } from 'vitest';
import { RecordingIngress } from './recording-ingress';
import { WatchedClock } from './watched-clock';

export interface Bench {
  readonly server: FakeBotApi;
  readonly bot: FakeBot;
  readonly transport: TelegramTransport;
  /** Of the transport; stands still until it is moved. */
  readonly clock: WatchedClock;
  readonly ingress: RecordingIngress;
  /** Starts receiving, under the name `telegram`. */
  start(): Promise<void>;
  /** Ends the pauses between pushes to a webhook that are under way. */
  pushAgain(): void;
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

/** Closed at the end of the test, after everything that was opened later. */
export function closeLater(close: () => Promise<void>): void {
  opened.push({ close });
}

/** A fake Bot API with one bot, and a transport for it. */
export async function bench(options: Partial<TelegramTransportOptions> = {}): Promise<Bench> {
  const clock = new WatchedClock(Date.UTC(2026, 1, 3, 4, 5, 6));
  // Times of messages are the test's. Polls last until something happens, pauses between pushes until they are ended.
  let endPauses = new AbortController();
  const sleep: Clock['sleep'] = (ms, signal) =>
    untilAborted(ms, AbortSignal.any([endPauses.signal, ...(signal === undefined ? [] : [signal])]));
  const server = await fakeBotApi({ clock: { now: () => clock.now(), sleep } });
  closeLater(() => server.close());
  const bot = server.addBot();
  const transport = telegramTransport({ token: bot.token, apiRoot: server.apiRoot, clock, ...options });
  closeLater(async () => transport.stop?.());
  const ingress = new RecordingIngress();
  const start = async (): Promise<void> => transport.start?.(ingress, 'telegram');
  const pushAgain = (): void => {
    endPauses.abort();
    endPauses = new AbortController();
  };
  return { server, bot, transport, clock, ingress, start, pushAgain };
}

function untilAborted(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
