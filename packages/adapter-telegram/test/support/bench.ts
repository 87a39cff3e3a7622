import { type FakeBot, type FakeBotApi, fakeBotApi } from '@firstline/adapter-telegram/testing';
import { telegramTransport, type TelegramTransport, type TelegramTransportOptions } from '@firstline/adapter-telegram';
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
  // Times of messages are the test's; polls and pauses of the server last until something happens.
  const server = await fakeBotApi({ clock: { now: () => clock.now(), sleep: foreverUntil } });
  closeLater(() => server.close());
  const bot = server.addBot();
  const transport = telegramTransport({ token: bot.token, apiRoot: server.apiRoot, clock, ...options });
  closeLater(async () => transport.stop?.());
  const ingress = new RecordingIngress();
  const start = async (): Promise<void> => transport.start?.(ingress, 'telegram');
  return { server, bot, transport, clock, ingress, start };
}

function foreverUntil(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
