import { inspect } from 'node:util';
import type { EngineOptions } from '@firstline/core';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../tests/support/free-port';
import { describeWithRedis, RedisProcess } from '../../../tests/support/redis-process';
import { ConfigError, readConfig } from '../src/config';
import { type ChatCompletions, openChatCompletions } from './support/chat-completions';
import { type Answer, type Json, type TestServer, testServer } from './support/test-server';

/** Words of no language: the local classifier cannot know them. */
const RIDDLE = 'глокая куздра штеко будланула бокра';
const PASSWORD = 'very-secret-password';

let running: TestServer[];
let lines: string[];
beforeEach(() => {
  running = [];
  lines = [];
});
afterEach(() => Promise.all(running.map((server) => server.stop())));

async function start(env: Record<string, string>, overrides: Partial<EngineOptions> = {}): Promise<TestServer> {
  const logger = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const server = await testServer(overrides, env, logger);
  running.push(server);
  return server;
}

const say = (server: TestServer, client: string, content: string): Promise<Answer> =>
  server.post('/api/messages', { client_id: client, content });

/** Of the component, and of the whole. */
const statuses = async (server: TestServer): Promise<unknown[]> => {
  const { body } = await server.get('/health/full');
  return [(body.redis as Json).status, body.status];
};

const told = (message: string): number => lines.filter((line) => line.includes(`"msg":"${message}"`)).length;

describeWithRedis('with Redis', () => {
  let redis: RedisProcess;
  let provider: ChatCompletions;
  let env: Record<string, string>;
  beforeAll(async () => void (redis = await RedisProcess.start()));
  afterAll(() => redis.remove());
  beforeEach(async () => {
    provider = await openChatCompletions('TARIFFS');
    env = { REDIS_URL: `redis://127.0.0.1:${redis.port}`, OPENAI_API_KEY: 'sk-key', OPENAI_BASE_URL: provider.baseURL };
  });
  afterEach(() => provider.close());

  it('one process remembers what another one asked, and they have one budget', async () => {
    const servers = [await start({ ...env, OPENAI_BUDGET: '5' }), await start({ ...env, OPENAI_BUDGET: '5' })];
    const sources = [];
    for (const server of servers) {
      const { body } = await say(server, 'anna', RIDDLE);
      sources.push((body.classification as Json).source);
    }
    expect(sources).toEqual(['llm', 'cache']);
    expect(provider.asked).toHaveLength(1);

    await say(servers[1]!, 'boris', 'варкалось хливкие шорьки');
    expect((await servers[1]!.get('/health/llm')).body.usage).toMatchObject({
      calls: 1,
      usd: 0.000075,
      budget: { spent_usd: 0.00015 },
    });
    expect((await servers[1]!.get('/api/stats')).body.cache).toEqual({ hits: 1, misses: 1, size: null });
  });

  it('counts what a client sends to any of them', async () => {
    const policy = { receiving: { clientRateLimit: { limit: 3, window: '10m' as const } } };
    const servers = [await start(env, { policy }), await start(env, { policy })];
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await say(servers[n % 2]!, 'clara', `Привет ${n}`)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await say(servers[0]!, 'dora', 'Привет')).status).toBe(200);
  });

  it('goes on without it, says so, and comes back by itself', async () => {
    const server = await start({ ...env, WEBHOOK_URL: 'https://hooks.example.invalid/in' });
    await say(server, 'emil', `${RIDDLE} раз`);
    const healthy = { status: 'healthy', fault: null, degraded_at: null };
    expect(await server.get('/health/redis')).toMatchObject({
      status: 200,
      body: {
        status: 'healthy',
        configured: true,
        cache: { ...healthy, hits: 0, misses: 1, size: null, degraded: false },
        rate_limiter: healthy,
      },
    });
    expect(await statuses(server)).toEqual(['healthy', 'healthy']);

    await redis.kill();
    await expect.poll(() => statuses(server)).toEqual(['degraded', 'degraded']);
    const degraded = { status: 'degraded', fault: 'unreachable', degraded_at: expect.stringMatching(/^\d{4}-.*Z$/) };
    for (const client of ['fedor', 'gala']) expect((await say(server, client, `${RIDDLE} два`)).status).toBe(200);
    expect(await server.get('/health/redis')).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        cache: { ...degraded, hits: 1, misses: 2, size: expect.any(Number), degraded: true },
        rate_limiter: degraded,
      },
    });
    expect(await server.get('/health/full')).toMatchObject({
      status: 200,
      body: { status: 'degraded', database: { status: 'healthy' }, redis: { status: 'degraded' } },
    });

    await redis.up();
    await expect.poll(() => statuses(server), { timeout: 10_000 }).toEqual(['healthy', 'healthy']);
    expect((await say(server, 'hanna', `${RIDDLE} три`)).status).toBe(200);
    for (const line of ['redis is away, memory answers', 'redis is back']) expect(told(line)).toBeGreaterThan(0);
  });
});

describe('without the Redis that is configured', () => {
  it('starts and answers, and shows the password to nobody', async () => {
    const server = await start({ REDIS_URL: `redis://user:${PASSWORD}@127.0.0.1:${await freePort()}` });
    const answers = [await say(server, 'anna', 'Привет! Как работает реферальная программа?')];
    expect(answers[0]).toMatchObject({ status: 200, body: { outcome: 'answered' } });
    for (const path of ['/health/redis', '/health/full', '/api/stats']) answers.push(await server.get(path));
    expect(answers[1]).toMatchObject({ status: 200, body: { status: 'degraded', configured: true } });
    expect(told('redis is away, memory answers')).toBe(2);
    for (const text of [JSON.stringify(answers), lines.join('')]) expect(text).not.toContain(PASSWORD);
  });
});

describe('the configuration of Redis', () => {
  it('is none by default', async () => {
    const server = await start({});
    expect(readConfig({}).redisUrl).toBeNull();
    expect((await server.get('/health/redis')).body).toEqual({ status: 'healthy', configured: false });
  });

  it('is kept out of what is printed', () => {
    const config = readConfig({ REDIS_URL: `redis://user:${PASSWORD}@127.0.0.1` });
    expect(config.redisUrl?.reveal()).toContain(PASSWORD);
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })]) {
      expect(text).not.toContain(PASSWORD);
    }
  });

  it.each([`http://user:${PASSWORD}@127.0.0.1`, PASSWORD, `redis://${PASSWORD}@127.0.0.1:port`])(
    'refuses %s',
    (REDIS_URL) => {
      const read = () => readConfig({ REDIS_URL });
      expect(read).toThrow(ConfigError);
      expect(read).toThrow('REDIS_URL: expected a URL that begins with redis:// or rediss://');
      expect(read).not.toThrow(PASSWORD);
    },
  );
});
