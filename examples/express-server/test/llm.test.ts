import { inspect } from 'node:util';
import { type Clock, type EngineOptions, systemClock } from '@firstline/core';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config';
import { welcome } from '../src/welcome';
import { type ChatCompletions, openChatCompletions } from './support/chat-completions';
import { type Answer, type Json, type TestServer, testServer } from './support/test-server';

const KEY = 'sk-very-secret-key-0123456789';
/** Words of no language: the local classifier cannot know them. */
const RIDDLE = 'глокая куздра штеко будланула бокра';

let provider: ChatCompletions;
let running: TestServer[];
let lines: string[];
beforeEach(async () => {
  provider = await openChatCompletions('TARIFFS');
  running = [];
  lines = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  provider.close();
});

async function start(env: Record<string, string>, overrides: Partial<EngineOptions> = {}): Promise<TestServer> {
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  const server = await testServer(overrides, env, logger);
  running.push(server);
  return server;
}

const withModel = (env: Record<string, string> = {}, overrides?: Partial<EngineOptions>): Promise<TestServer> =>
  start({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: provider.baseURL, ...env }, overrides);

const say = (server: TestServer, client: string, content: string): Promise<Answer> =>
  server.post('/api/messages', { client_id: client, content });

const sourceOf = async (server: TestServer, client: string, content = RIDDLE): Promise<unknown> =>
  ((await say(server, client, content)).body.classification as Json).source;

/** Goes as the real one does, from noon on, so that no test runs into another day of the budget; put forward by hand. */
class AheadClock implements Clock {
  readonly #system = systemClock();
  aheadMs = Date.parse('2026-03-02T12:00:00Z') - this.#system.now();
  now = (): number => this.#system.now() + this.aheadMs;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> => this.#system.sleep(ms, signal);
}

describe('with a language model', () => {
  it('asks it what the local classifier does not know, and then remembers', async () => {
    const server = await withModel();
    const first = await say(server, 'anna', RIDDLE);

    expect(first.body).toMatchObject({
      outcome: 'answered',
      classification: { scenario: 'TARIFFS', confidence: 0.85, source: 'llm' },
    });
    expect(await sourceOf(server, 'boris')).toBe('cache');
    expect(provider.authorizations).toEqual([`Bearer ${KEY}`]);
    expect(JSON.parse(provider.asked[0] ?? '')).toMatchObject({ model: 'gpt-4o-mini' });
  });

  it('does not ask it what the local classifier knows', async () => {
    const server = await withModel();
    expect(await sourceOf(server, 'anna', 'Привет! Как работает реферальная программа?')).toBe('local');
    expect(provider.asked).toEqual([]);
  });

  it('counts cache, calls, tokens and dollars', async () => {
    const server = await withModel({ OPENAI_BUDGET: '5' }, { clock: new AheadClock() });
    await say(server, 'anna', RIDDLE);
    await say(server, 'boris', RIDDLE);
    const usage = {
      calls: 1,
      input_tokens: 400,
      cached_input_tokens: 0,
      output_tokens: 25,
      usd: 0.000075,
      budget: {
        spent_usd: 0.000075,
        remaining_usd: 4.999925,
        spent_tokens: 425,
        remaining_tokens: null,
        renews_at: '2026-03-03T00:00:00.000Z',
      },
      circuit: 'closed',
    };

    expect((await server.get('/api/stats')).body).toMatchObject({
      clients: 2,
      cache: { hits: 1, misses: 1, size: 1 },
      llm: { model: 'gpt-4o-mini', ...usage },
    });
    expect(await server.get('/health/llm')).toMatchObject({
      status: 200,
      body: { status: 'healthy', configured: true, classifier: 'cascade', model: 'gpt-4o-mini', usage },
    });
    expect((await server.get('/health/full')).body.llm).toMatchObject({ status: 'healthy', usage });
  });

  it('forgets by the clock of the engine', async () => {
    const clock = new AheadClock();
    const server = await withModel({}, { clock });
    expect(await sourceOf(server, 'anna')).toBe('llm');
    clock.aheadMs += 4 * 60_000;
    expect(await sourceOf(server, 'boris')).toBe('cache');
    clock.aheadMs += 60_000;
    expect(await sourceOf(server, 'clara')).toBe('llm');
  });

  it('sends no card and no e-mail address of a customer', async () => {
    const server = await withModel();
    await say(server, 'anna', `${RIDDLE} 4111 1111 1111 1111, anna@example.com`);
    const [body = ''] = provider.asked;

    expect(body).toContain('глокая куздра');
    expect(body).toMatch(/\[card\].*\[email\]/);
    expect(body).not.toMatch(/4111|anna@/);
  });

  it('sends texts as they are where the policy of the engine says so', async () => {
    const server = await withModel({}, { policy: { privacy: { redact: { models: false } } } });
    await say(server, 'anna', `${RIDDLE} anna@example.com`);
    expect(provider.asked[0]).toContain('anna@example.com');
  });

  it('works with a server that wants no key', async () => {
    const server = await start({ OPENAI_BASE_URL: provider.baseURL, OPENAI_MODEL: 'qwen2.5:7b' });
    expect(await sourceOf(server, 'anna')).toBe('llm');
    expect(JSON.parse(provider.asked[0] ?? '')).toMatchObject({ model: 'qwen2.5:7b' });
    expect((await server.get('/api/stats')).body.llm).toMatchObject({ usd: null, budget: null });
  });
});

describe('with a model that gives no answer', () => {
  it('does what the local classifier alone would do, and is degraded once the model is left alone', async () => {
    provider.answer(500);
    const local = await start({});
    const server = await withModel({ WEBHOOK_URL: 'https://hooks.example.invalid/in' });
    const seen = ({ status, body }: Answer): unknown => {
      const classification = { ...(body.classification as Json), source: null };
      const texts = (body.responses as Json[]).map(({ text }) => text as string);
      return [status, body.outcome, body.priority, classification, body.ticket === null, texts];
    };
    const alone = await say(local, 'anna', RIDDLE);
    const first = await say(server, 'anna', RIDDLE);

    expect((alone.body.classification as Json).source).toBe('local');
    expect((first.body.classification as Json).source).toBe('fallback');
    expect(seen(first)).toEqual(seen(alone));
    expect((await server.get('/health/llm')).body).toMatchObject({ status: 'healthy', usage: { circuit: 'closed' } });

    // The fifth failure in a row is enough, and each message is one at least.
    for (const client of ['boris', 'clara', 'dora', 'emil']) expect(await sourceOf(server, client)).toBe('fallback');
    const calls = provider.asked.length;
    expect(await sourceOf(server, 'fedor')).toBe('fallback');
    expect(provider.asked).toHaveLength(calls);
    expect(await server.get('/health/llm')).toMatchObject({
      status: 200,
      body: { status: 'degraded', usage: { calls, circuit: 'open' } },
    });
    expect(await server.get('/health/full')).toMatchObject({
      status: 200,
      body: { status: 'degraded', llm: { status: 'degraded' }, webhook: { status: 'healthy' } },
    });
    expect(lines.join('')).toContain('answered HTTP 500');
  });

  it('asks again when the pause is over, by the clock of the engine', async () => {
    provider.answer(401);
    const clock = new AheadClock();
    const server = await withModel({}, { clock });
    for (let client = 1; client <= 5; client += 1) await sourceOf(server, `c-${client}`);
    expect((await server.get('/health/llm')).body.status).toBe('degraded');

    provider.answer('TARIFFS');
    expect(await sourceOf(server, 'c-6')).toBe('fallback');
    clock.aheadMs += 60_000;
    expect(await sourceOf(server, 'c-7')).toBe('llm');
    expect((await server.get('/health/llm')).body.status).toBe('healthy');
  });

  it('makes no call more once the budget is spent, until the next day', async () => {
    const clock = new AheadClock();
    const server = await withModel({ OPENAI_BUDGET: '0.000001' }, { clock });
    expect(await sourceOf(server, 'anna')).toBe('llm');
    for (const riddle of ['бокрёнка курдячит', 'варкалось хливкие шорьки']) {
      expect(await sourceOf(server, 'boris', riddle)).toBe('fallback');
    }
    expect(provider.asked).toHaveLength(1);
    expect(await server.get('/health/llm')).toMatchObject({
      status: 200,
      body: { status: 'degraded', usage: { calls: 1, circuit: 'closed', budget: { remaining_usd: 0 } } },
    });

    clock.aheadMs += 86_400_000;
    expect((await server.get('/health/llm')).body.status).toBe('healthy');
    expect(await sourceOf(server, 'clara')).toBe('llm');
  });

  it('shows the key to nobody', async () => {
    provider.answer(401);
    const server = await withModel({ OPENAI_BUDGET: '5' });
    const answers = [await say(server, 'anna', RIDDLE)];
    const id = String(answers[0]?.body.original_message_id);
    for (const path of ['/health', '/health/llm', '/health/full', '/api/stats', `/api/messages/${id}/explanation`]) {
      answers.push(await server.get(path));
    }

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(lines.join('')).toContain('answered HTTP 401');
    const shown = answers.map(({ headers, body }) => [[...headers], body]);
    for (const text of [JSON.stringify(shown), lines.join('')]) expect(text).not.toContain(KEY);
  });
});

it('counts nothing without a model', async () => {
  const server = await start({ OPENAI_MODEL: 'gpt-4o', OPENAI_BUDGET: '5' });
  expect(await sourceOf(server, 'anna')).toBe('local');
  expect((await server.get('/api/stats')).body).toMatchObject({ cache: { hits: 0, misses: 0, size: 0 }, llm: null });
  expect((await server.get('/health/llm')).body).toEqual({ status: 'healthy', configured: false, classifier: 'local' });
});

describe('the configuration of a model', () => {
  const faults = (env: Record<string, string>): string => {
    try {
      readConfig({ OPENAI_API_KEY: KEY, ...env });
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return '';
  };

  it('keeps the key out of what is printed', () => {
    const config = readConfig({ OPENAI_API_KEY: KEY });
    expect(config.model?.apiKey?.reveal()).toBe(KEY);
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.model?.apiKey),
    ];
    for (const text of [...shown, welcome('http://x', config, null)]) expect(text).not.toContain(KEY);
  });

  it.each([
    ['OPENAI_API_KEY', 'sk hunter2'],
    ['OPENAI_API_KEY', 'hunter2\n'],
    ['OPENAI_BASE_URL', 'hunter2'],
    ['OPENAI_BASE_URL', 'ftp://hunter2.example.com'],
    ['OPENAI_BASE_URL', 'https://user:hunter2@example.com/v1'],
    ['OPENAI_BASE_URL', 'https://example.com/v1?key=hunter2'],
    ['OPENAI_MODEL', 'hunter 2'],
    ['OPENAI_BUDGET', '-5'],
    ['OPENAI_BUDGET', '0'],
    ['OPENAI_BUDGET', '$5'],
    ['OPENAI_BUDGET', 'Infinity'],
    ['OPENAI_PRICE', '0.15'],
    ['OPENAI_PRICE', '1/2/3'],
    ['OPENAI_PRICE', '/hunter2'],
  ])('refuses %s=%s', (name, value) => {
    const message = faults({ [name]: value });
    expect(message).toContain(`- ${name}: `);
    expect(message).not.toMatch(/hunter|sk-very/);
  });

  it('knows the price of the default model, and needs that of any other with a budget', () => {
    const env = { OPENAI_API_KEY: KEY, OPENAI_BUDGET: '5' };
    expect(readConfig(env).model).toMatchObject({ price: { input: 0.15, output: 0.6 }, dailyBudget: 5 });
    expect(faults({ OPENAI_BUDGET: '5', OPENAI_MODEL: 'gpt-4o' })).toMatch(/- OPENAI_PRICE: is missing/);
    expect(readConfig({ ...env, OPENAI_MODEL: 'gpt-4o', OPENAI_PRICE: '2.5/10' }).model).toMatchObject({
      price: { input: 2.5, output: 10 },
    });
    expect(readConfig({ OPENAI_API_KEY: KEY, OPENAI_MODEL: 'gpt-4o' }).model).toMatchObject({
      price: null,
      dailyBudget: null,
    });
  });

  it('is said at start', () => {
    const said = (env: Record<string, string>): string => welcome('http://x', readConfig(env), null);
    expect(said({})).toContain('neither OPENAI_API_KEY nor OPENAI_BASE_URL is set');
    expect(said({ OPENAI_API_KEY: KEY })).toMatch(/sent to OpenAI\n +gpt-4o-mini, without a limit .*OPENAI_BUDGET/);
    expect(said({ OPENAI_BASE_URL: 'http://localhost:11434/v1', OPENAI_BUDGET: '2.50' })).toMatch(
      /sent to localhost:11434\n +gpt-4o-mini, for at most \$2.5 a day/,
    );
    expect(said({ OPENAI_API_KEY: KEY, OPENAI_MODEL: 'gpt-4o' })).toContain('OPENAI_PRICE');
  });
});
