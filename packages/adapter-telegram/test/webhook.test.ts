import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TelegramTransportOptions } from '@firstline/adapter-telegram';
import { botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { FirstlineError } from '@firstline/core';
import { describe, expect, it } from 'vitest';
import { bench, closeLater } from './support/bench';
import { closedPort } from './support/closed-port';

const SECRET = 's3cret-of-the-webhook_1';
const HEADER = 'x-telegram-bot-api-secret-token';
const webhook = { mode: 'webhook', secretToken: SECRET } as const;

const update = (updateId: number, text = 'hi', messageId = updateId) => ({
  update_id: updateId,
  message: {
    message_id: messageId,
    date: 1,
    from: { id: 42, is_bot: false, first_name: 'Anna' },
    chat: { id: 42, type: 'private', first_name: 'Anna' },
    text,
  },
});

function request(body: unknown, init: RequestInit = {}): Request {
  const headers = { 'content-type': 'application/json', [HEADER]: SECRET };
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  return new Request('http://127.0.0.1/ingress/telegram', { method: 'POST', headers, body: content, ...init });
}

async function mounted(options: Partial<TelegramTransportOptions> = {}) {
  const one = await bench({ ...webhook, ...options });
  await one.start();
  return one;
}

describe('the handler', () => {
  it('answers with 200 and nothing else, after the message is stored', async () => {
    const { transport, ingress } = await mounted();
    const response = await transport.handler(request(update(1)));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(ingress.stored).toMatchObject([{ text: 'hi', clientId: 'telegram:42' }]);
  });

  it('row 39: takes an update again, with no second effect', async () => {
    const { transport, ingress } = await mounted();
    for (const id of [1, 1, 2]) {
      // Another number for the same message is the same message.
      const { status } = await transport.handler(request(update(id, 'hi', 1)));
      expect(status).toBe(200);
    }
    expect(ingress.received).toHaveLength(3);
    expect(ingress.stored).toHaveLength(1);
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['another one', 'x'.repeat(SECRET.length)],
    ['the beginning', SECRET.slice(0, -1)],
    ['a longer one', `${SECRET}x`],
  ])('row 40: refuses a secret that is wrong (%s), with the body unread', async (_what, secret) => {
    const { transport, ingress } = await mounted();
    let read = false;
    const body = new ReadableStream(
      {
        pull: () => {
          read = true;
        },
      },
      { highWaterMark: 0 },
    );
    const headers: Record<string, string> = secret === null ? {} : { [HEADER]: secret };
    const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
    const { status } = await transport.handler(new Request('http://127.0.0.1/', init));
    expect(status).toBe(401);
    expect(read).toBe(false);
    expect(ingress.received).toEqual([]);
  });

  it('says 503 while the storage is away, so that Telegram sends again', async () => {
    const { transport, ingress } = await mounted();
    ingress.failNext(new FirstlineError('storage_unavailable', 'away', { retryAfterMs: 1_500 }));
    const away = await transport.handler(request(update(1)));
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
    const { status } = await transport.handler(request(update(1)));
    expect(status).toBe(200);
    expect(ingress.stored).toHaveLength(1);
  });

  it('lets a client that is too fast wait alone', async () => {
    const { transport, ingress } = await mounted();
    ingress.failNext(new FirstlineError('rate_limited', 'too many', { retryAfterMs: 30_000 }));
    const response = await transport.handler(request(update(1)));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30']);
  });

  it('accepts what can never be stored, and tells', async () => {
    const { transport, ingress } = await mounted();
    ingress.failNext(new FirstlineError('invalid_input', 'no', { path: 'locale' }));
    expect((await transport.handler(request(update(1)))).status).toBe(200);
    expect(ingress.alerts).toMatchObject([{ kind: 'ingress_failing', code: 'update_refused' }]);
  });

  it('says 500 to what it does not understand', async () => {
    const { transport, ingress } = await mounted();
    ingress.failNext(new TypeError('a bug'));
    expect((await transport.handler(request(update(1)))).status).toBe(500);
  });

  it.each([
    ['no JSON', 'nothing', 400],
    ['no update', '{"message":{}}', 400],
    ['no object', 'null', 400],
    ['too much', `"${'x'.repeat(1_100_000)}"`, 413],
  ])('refuses %s', async (_what, body, status) => {
    const { transport, ingress } = await mounted();
    expect((await transport.handler(request(body))).status).toBe(status);
    expect(ingress.received).toEqual([]);
  });

  it('takes POST only', async () => {
    const { transport } = await mounted();
    const init = { method: 'GET', headers: { [HEADER]: SECRET } };
    const response = await transport.handler(new Request('http://127.0.0.1/', init));
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is closed before start and after stop', async () => {
    const { transport, start } = await bench(webhook);
    expect((await transport.handler(request(update(1)))).status).toBe(503);
    await start();
    await transport.stop?.();
    expect((await transport.handler(request(update(1)))).status).toBe(503);
  });

  it('is not there in other modes', async () => {
    const { transport, start } = await bench();
    await start();
    expect((await transport.handler(request(update(1)))).status).toBe(404);
  });
});

describe('the handler for Node', () => {
  it('row 40: closes the connection of a stranger without reading on', async () => {
    const { transport, ingress } = await mounted();
    const port = await serve((req, res) => void transport.nodeHandler(req, res));
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n{"update_id":');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(ingress.received).toEqual([]);
  });

  it('says 413 to a body without end', async () => {
    const { transport } = await mounted();
    const port = await serve((req, res) => void transport.nodeHandler(req, res));
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${HEADER}: ${SECRET}\r\ncontent-length: 1000000000\r\n\r\n`);
    socket.write('x'.repeat(1_100_000));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('works behind a parser that has read the body', async () => {
    const { transport, ingress } = await mounted();
    const port = await serve((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        Object.assign(req, { body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
        void transport.nodeHandler(req, res);
      });
    });
    const headers = { [HEADER]: SECRET };
    const body = JSON.stringify(update(1));
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    expect(status).toBe(200);
    expect(ingress.stored).toHaveLength(1);
  });
});

describe('a server of its own', () => {
  it('is registered and receives what Telegram pushes', async () => {
    const { bot, transport, ingress } = await own();
    await bot.until((now) => now.webhook !== null);
    expect(bot.webhook).toMatchObject({ secretToken: SECRET, maxConnections: 7 });
    expect(bot.callsOf('setWebhook')[0]?.parameters).toMatchObject({
      max_connections: 7,
      allowed_updates: ['message', 'edited_message', 'my_chat_member'],
    });
    bot.user().writes('hi');
    await ingress.until(({ stored }) => stored.length === 1);
    await bot.until(({ pushes }) => pushes.length === 1);
    expect(bot.pushes).toMatchObject([{ status: 200 }]);
    const { port } = transport.status();
    const other = await fetch(`http://127.0.0.1:${port}/other`, { method: 'POST' });
    expect(other.status).toBe(404);
  });

  it('gets an update again that it could not store, and the chat stays in order', async () => {
    const { bot, ingress, pushAgain } = await own();
    await bot.until((now) => now.webhook !== null);
    ingress.failNext(new FirstlineError('storage_unavailable', 'away', { retryAfterMs: 1 }));
    const anna = bot.user();
    anna.writes('one');
    anna.writes('two');
    await bot.until(({ pushes }) => pushes.length === 1);
    pushAgain();
    await bot.until(({ pushes }) => pushes.length === 3);
    expect(bot.pushes.map(({ status }) => status)).toEqual([503, 200, 200]);
    expect(ingress.stored.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('cannot be opened on a port that is taken', async () => {
    const port = await serve(() => undefined);
    const { start } = await bench({ ...webhook, port });
    await expect(start()).rejects.toMatchObject({ code: 'invalid_options', path: 'port' });
  });

  it('is gone after stop, and the webhook stays', async () => {
    const { bot, transport } = await own();
    await bot.until((now) => now.webhook !== null);
    const { port } = transport.status();
    await transport.stop?.();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect(bot.webhook).not.toBeNull();
  });
});

describe('the registration', () => {
  const registered = { ...webhook, domain: 'http://127.0.0.1:9', path: '/tg' };

  it('is tried until it is there', async () => {
    const { bot, ingress, clock, start } = await bench(registered);
    bot.fail('setWebhook', faults.resets(false)).fail('setWebhook', faults.tooManyRequests(3));
    await start();
    await clock.pass(1_000);
    await clock.pass(3_000);
    await bot.until((now) => now.webhook?.url === 'http://127.0.0.1:9/tg');
    expect(ingress.alerts).toEqual([]);
  });

  it.each([
    [faults.unauthorized(), 'token_refused'],
    [{ kind: 'refuses', status: 400, description: 'Bad Request: bad webhook: something' } as const, 'webhook_refused'],
  ])('tells what only people can mend, and goes on: %j', async (fault, code) => {
    const { bot, ingress, clock, start, transport } = await bench(registered);
    bot.fail('setWebhook', fault);
    await start();
    await ingress.until(({ alerts }) => alerts.length === 1);
    expect(transport.status().problem).toBe(code);
    await clock.pass(60_000);
    await ingress.until(({ alerts }) => alerts.length === 2);
    expect(ingress.alerts).toMatchObject([
      { kind: 'ingress_failing', code },
      { kind: 'recovered', code },
    ]);
  });

  it('notices that somebody took the webhook away, and sets it again', async () => {
    const { bot, ingress, clock, start } = await bench(registered);
    await start();
    await bot.until((now) => now.callsOf('getWebhookInfo').length === 1);
    await bot.perform('deleteWebhook', {}, new AbortController().signal);
    await clock.pass(5 * 60_000);
    await clock.pass(1_000);
    await bot.until((now) => now.webhook !== null);
    expect(ingress.alerts[0]).toMatchObject({ kind: 'ingress_failing', code: 'webhook_lost' });
  });

  it('notices that Telegram cannot deliver', async () => {
    const domain = `http://127.0.0.1:${await closedPort()}`;
    const { bot, ingress, clock, start } = await bench({ ...registered, domain });
    await start();
    await bot.until((now) => now.callsOf('getWebhookInfo').length === 1);
    bot.user().writes('hi');
    // The first repeat comes at once.
    await bot.until(({ pushes }) => pushes.length === 2);
    await clock.pass(5 * 60_000);
    await ingress.until(({ alerts }) => alerts.length > 0);
    expect(ingress.alerts[0]).toMatchObject({ kind: 'ingress_failing', code: 'webhook_failing' });
  });

  it('is left to the host where no domain is given', async () => {
    const { bot, transport } = await mounted();
    await transport.stop?.();
    expect(bot.calls).toEqual([]);
  });
});

/** A transport with a server of its own, registered with the fake. */
async function own() {
  const port = await closedPort();
  const options = { ...webhook, port, domain: `http://127.0.0.1:${port}`, maxConnections: 7 };
  return mounted(options);
}

async function serve(listener: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(listener as never).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(async () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
