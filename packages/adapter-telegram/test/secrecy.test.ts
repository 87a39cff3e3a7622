import { inspect } from 'node:util';
import { telegramTransport } from '@firstline/adapter-telegram';
import { type BotApiFault, botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { createEngine } from '@firstline/core';
import { describe, expect, it } from 'vitest';
import { networkFault } from '../src/network-fault';
import { bench } from './support/bench';
import { closedPort } from './support/closed-port';
import { context, outbound } from './support/outbound';

const TOKEN = '7654321:AAF-n0body-may-see-th1s';
const SECRET = 'n0body-may-see-this-either';
const WORDS = 'what the client was told';

/** Everything that can be seen of a value by whoever logs it, causes and hidden members included. */
function seen(value: unknown): string {
  const shown = inspect(value, { depth: 50, showHidden: true, getters: true });
  const { message, stack, cause } = (value ?? {}) as { message?: unknown; stack?: unknown; cause?: unknown };
  const rest = cause === undefined ? '' : seen(cause);
  return [shown, JSON.stringify(value), String(value), String(message), String(stack), rest].join('\n');
}

function expectNothing(value: unknown): void {
  const text = seen(value);
  expect(text).not.toContain('n0body');
  expect(text).not.toContain(WORDS);
}

/** Ways for a call to fail, all of which lead through code that has the URL, and the token in it, at hand. */
const FAULTS: readonly (readonly [string, BotApiFault])[] = [
  ['Telegram refuses', faults.chatNotFound()],
  ['Telegram quotes the text', { kind: 'refuses', status: 400, description: `Bad Request: wrong: ${WORDS}` }],
  ['Telegram fails', faults.internalError()],
  ['a proxy answers', faults.page(502)],
  ['the connection ends', faults.resets()],
  ['the answer breaks off', faults.breaksOff()],
];

describe('the token, the secret and the text', () => {
  it('are not in the transport', async () => {
    const webhook = { mode: 'webhook', secretToken: SECRET, domain: 'bot.example.com' } as const;
    const transport = telegramTransport({ token: TOKEN, ...webhook });
    expectNothing(transport);
    expectNothing({ ...transport });
    expectNothing(transport.status());
    expectNothing(transport.handler);
  });

  it.each(FAULTS)('are not in what a send comes to: %s', async (_what, fault) => {
    const { server, clock, bot, transport } = await named();
    bot.fail('sendMessage', fault);
    expectNothing(await transport.send(outbound({ address: { chatId: bot.user().id }, text: WORDS }), context()));
    expectNothing({ transport, clock, apiRoot: server.apiRoot });
  });

  it.each([
    ['nobody listens', async () => ({ apiRoot: `http://127.0.0.1:${await closedPort()}` })],
    [
      "a host's own fetch throws the URL",
      async () => ({
        fetch: (async (url: string) => {
          throw Object.assign(new Error(`cannot reach ${url}`), { url });
        }) as unknown as typeof fetch,
      }),
    ],
    [
      "a host's own fetch throws nothing that can be read",
      async () => ({
        fetch: (async (url: string) => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a host does is not ours to choose
          throw url;
        }) as unknown as typeof fetch,
      }),
    ],
  ])('are not in what a send comes to: %s', async (_what, options) => {
    const transport = telegramTransport({ token: TOKEN, ...(await options()) });
    expectNothing(await transport.send(outbound({ address: { chatId: 1 }, text: WORDS }), context()));
    await transport.download('telegram:file/F').then(
      () => expect.unreachable(),
      (error: unknown) => expectNothing(error),
    );
  });

  it.each(FAULTS)('are not in what a download comes to: %s', async (_what, fault) => {
    const { bot, transport } = await named();
    bot.fail('getFile', fault);
    const error = await transport.download('telegram:file/F').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expectNothing(error);
  });

  describe.each([
    ['polling', 'getUpdates'],
    ['webhook', 'setWebhook'],
  ] as const)('are not in alerts of mode %s', (mode, method) => {
    const receiving = { mode, secretToken: SECRET, domain: 'http://127.0.0.1:1' };

    it.each([faults.page(502, false), faults.resets(false), faults.breaksOff(false), faults.internalError()])(
      'after five failures: %j',
      async (fault) => {
        const { bot, ingress, clock, start } = await named(receiving);
        bot.fail(method, fault, 5);
        await start();
        for (const pause of [1_000, 2_000, 4_000, 8_000]) await clock.pass(pause);
        await ingress.until(({ alerts }) => alerts.length > 0);
        expectNothing(ingress.alerts);
      },
    );

    it('after a refused token', async () => {
      const { bot, ingress, start } = await named(receiving);
      bot.fail(method, faults.unauthorized());
      await start();
      await ingress.until(({ alerts }) => alerts.length > 0);
      expectNothing(ingress.alerts);
    });
  });

  it('are not in a fault, which leaves behind what caused it', () => {
    const cause = Object.assign(new Error(`connect to /bot${TOKEN}/sendMessage`), { code: 'ESOMETHING', path: TOKEN });
    expectNothing(networkFault(new TypeError(`fetch failed: ${TOKEN}`, { cause })));
  });

  it('are not in faults of options', () => {
    const wrong = [{ token: `${TOKEN} ` }, { token: TOKEN, apiRoot: TOKEN }, { token: TOKEN, mode: SECRET }];
    for (const options of [...wrong, { token: TOKEN, mode: 'webhook', secretToken: `${SECRET}!` }]) {
      let error: unknown;
      try {
        telegramTransport(options as never);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(Error);
      expectNothing(error);
    }
  });

  it('are not in the logs of an engine', async () => {
    const { bot, server, clock } = await named();
    const lines: unknown[] = [];
    const log = (...line: unknown[]): void => void lines.push(line);
    const transport = telegramTransport({ token: TOKEN, apiRoot: server.apiRoot, mode: 'send-only' });
    const engine = createEngine({
      scenarios: [{ id: 'HELP', description: 'Needs help', examples: ['help me', 'I need help'], reply: WORDS }],
      transports: { telegram: transport },
      logger: { debug: log, info: log, warn: log, error: log },
      clock,
    });
    bot.respondWith(() => faults.page(502));
    await engine.receive({
      clientId: 'c',
      text: 'help me',
      channel: { transport: 'telegram', address: { chatId: bot.user().id } },
    });
    await engine.tick();
    await engine.stop();
    expect(lines.length).toBeGreaterThan(0);
    expectNothing(lines);
  });
});

/** A bench whose bot has the token that nobody may see. */
async function named(options: Parameters<typeof bench>[0] = {}) {
  const one = await bench({ token: TOKEN, ...options });
  return { ...one, bot: one.server.addBot({ token: TOKEN }) };
}
