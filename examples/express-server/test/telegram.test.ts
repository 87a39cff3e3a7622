import { botApiFaults as faults, type FakeBot, type FakeBotApi, fakeBotApi } from '@firstline/adapter-telegram/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config';
import { welcome } from '../src/welcome';
import { type TestServer, testServer } from './support/test-server';

const SECRET = 's3cret_of_the_webhook';

let api: FakeBotApi;
let bot: FakeBot;
let running: TestServer[];
let lines: string[];
beforeEach(async () => {
  api = await fakeBotApi();
  bot = api.addBot();
  running = [];
  lines = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await api.close();
});

async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  const telegram = { TELEGRAM_BOT_TOKEN: bot.token, TELEGRAM_API_ROOT: api.apiRoot, ...env };
  const server = await testServer({ policy: { turns: { quiet: 1, maxWait: 2 } } }, telegram, logger);
  running.push(server);
  return server;
}

/** A server that Telegram pushes to, as `setWebhook` of whoever runs it makes it do. */
async function withWebhook(): Promise<TestServer> {
  const server = await start({ TELEGRAM_MODE: 'webhook', TELEGRAM_WEBHOOK_SECRET: SECRET });
  const url = `${server.url}/ingress/telegram`;
  const call = fetch(`${api.apiRoot}/bot${bot.token}/setWebhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url, secret_token: SECRET }),
  });
  expect((await call).status).toBe(200);
  return server;
}

describe.each([
  ['polling', () => start()],
  ['a webhook', withWebhook],
])('a client on Telegram, by %s', (_mode, open) => {
  it('is answered there, and gets to a person', async () => {
    const server = await open();
    const anna = bot.user({ firstName: 'Анна', languageCode: 'ru' });
    anna.writes('Привет! Как работает реферальная программа?');
    await bot.until(({ sent }) => sent.length === 2);
    expect(bot.sentTo(anna.id).map(({ text }) => text)).toEqual([
      'Здравствуйте! Это служба поддержки.',
      expect.stringContaining('Пригласите друга'),
    ]);
    anna.writes('/human');
    await bot.until(({ sent }) => sent.length > 2);
    const { body } = await server.get('/api/tickets');
    expect(body.items).toMatchObject([{ client_id: `telegram:${anna.id}` }]);

    const { items } = (await server.get(`/api/conversations?client_id=telegram:${anna.id}`)).body;
    const before = bot.sent.length;
    await server.post(`/api/conversations/${items[0].id}/reply`, { text: 'Здравствуйте, это Ольга.' }, server.admin);
    await bot.until(({ sent }) => sent.length > before);
    expect(bot.sent.at(-1)).toMatchObject({ chatId: anna.id, text: 'Здравствуйте, это Ольга.' });
  });
});

describe('the replaced systems’ headers', () => {
  it('lead to a chat', async () => {
    const server = await start();
    const anna = bot.user();
    const headers = { 'X-Platform': 'telegram', 'X-Chat-Id': String(anna.id) };
    const answer = await server.post('/api/messages', { client_id: 'c', content: 'Hello' }, headers);
    expect(answer.status).toBe(200);
    await bot.until(({ sent }) => sent.length === 2);
    expect(bot.sent.every(({ chatId }) => chatId === anna.id)).toBe(true);
    const wrong = await server.post(
      '/api/messages',
      { client_id: 'c', content: 'Hello' },
      { ...headers, 'X-Chat-Id': '@anna' },
    );
    expect(wrong).toMatchObject({ status: 422, body: { code: 'invalid_channel', path: 'X-Chat-Id' } });
  });
});

describe('POST /ingress/telegram', () => {
  const update = JSON.stringify({ update_id: 1, message: { message_id: 1, chat: { id: 1 }, text: 'hi' } });
  const HEADER = 'X-Telegram-Bot-Api-Secret-Token';

  it('is for Telegram alone', async () => {
    const server = await withWebhook();
    expect((await server.post('/ingress/telegram', update)).status).toBe(401);
    expect((await server.post('/ingress/telegram', update, { [HEADER]: 'guess' })).status).toBe(401);
    expect((await server.post('/ingress/telegram', update, { [HEADER]: SECRET })).status).toBe(200);
    expect((await server.get('/ingress/telegram')).status).toBe(405);
  });

  it('is not there where nothing is pushed', async () => {
    const server = await start();
    expect((await server.post('/ingress/telegram', update, { [HEADER]: SECRET })).status).toBe(404);
  });
});

describe('health', () => {
  it('says how the bot does, and is no 503 for it', async () => {
    bot.fail('getUpdates', faults.unauthorized());
    const server = await start();
    await expect
      .poll(async () => (await server.get('/health/telegram')).body)
      .toEqual({
        status: 'degraded',
        configured: true,
        mode: 'polling',
        problem: 'token_refused',
      });
    const full = await server.get('/health/full');
    expect([full.status, full.body.status, full.body.telegram.problem]).toEqual([200, 'degraded', 'token_refused']);
  });

  it('is good without a bot', async () => {
    const server = await testServer();
    running.push(server);
    expect((await server.get('/health/telegram')).body).toEqual({ status: 'healthy', configured: false });
  });
});

describe('the token', () => {
  it('is in no log line, whatever fails', async () => {
    const server = await start();
    bot.respondWith(({ method }) => (method === 'sendMessage' ? faults.page(502) : null));
    bot.user().writes('Hello');
    await bot.until((now) => now.callsOf('sendMessage').length > 0);
    await server.stop();
    running = [];
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain(bot.token);
  });

  it('is not in what is said at start', () => {
    const config = readConfig({ TELEGRAM_BOT_TOKEN: bot.token, LOG_LEVEL: 'silent' });
    const said = welcome('http://127.0.0.1:3000', config, null);
    expect(said).toContain('telegram    a bot, asked for what clients write');
    expect(said + JSON.stringify(config)).not.toContain(bot.token);
  });
});
