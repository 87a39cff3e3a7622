import { sqliteStorage } from '@firstline/adapter-sqlite';
import { memoryStorage } from '@firstline/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithRedis, RedisServer } from '../packages/adapter-redis/test/support/redis-server';
import { temporaryFile } from '../packages/adapter-sqlite/test/support/temporary-file';
import { CLIENT_LIMIT, RedisDesk, TEXTS } from './support/redis-desk';

const WELL = { status: 'healthy', fault: null, degradedAt: null };
const AWAY = { status: 'degraded', fault: 'unreachable', degradedAt: expect.any(Number) };
const STORAGES = {
  memory: () => memoryStorage(),
  SQLite: () => sqliteStorage({ filename: temporaryFile(), synchronous: 'normal' }),
};

describeWithRedis('an engine whose Redis is killed and started again under load', () => {
  let redis: RedisServer;
  let desk: RedisDesk | null;
  beforeEach(async () => {
    desk = null;
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    await desk?.stop();
    await redis.remove();
  });

  it.each(['memory', 'SQLite'] as const)(
    'answers every message, says so in its health, and remembers again (%s)',
    async (kind) => {
      desk = new RedisDesk(redis.url, STORAGES[kind]());
      const { engine } = desk;
      await desk.start();
      await desk.more(2 * TEXTS);
      expect(await desk.hitRate(100)).toBe(1);
      expect(await engine.health()).toMatchObject({ status: 'healthy', cache: WELL, rateLimiter: WELL });

      for (const times of [1, 2]) {
        await redis.kill();
        await desk.away(times);
        const health = await engine.health();
        expect(health).toMatchObject({
          ...{ status: 'degraded', storage: { status: 'healthy' }, worker: { status: 'healthy' } },
          ...{ cache: AWAY, rateLimiter: AWAY },
        });
        expect(JSON.stringify(health)).not.toContain(`${redis.port}`);
        await desk.more(2 * TEXTS);
        expect(await desk.hitRate(100), 'what this process remembers').toBe(1);
        expect(await desk.greedy(), 'what this process counts').toEqual([CLIENT_LIMIT, CLIENT_LIMIT]);
        expect((await engine.health()).status).toBe('degraded');

        await redis.up();
        await desk.back(times);
        expect(await engine.health()).toMatchObject({ status: 'healthy', cache: WELL, rateLimiter: WELL });
        // It was started empty.
        await desk.more(2 * TEXTS);
        expect(await desk.hitRate(100)).toBe(1);
        expect(await desk.greedy()).toEqual([CLIENT_LIMIT, CLIENT_LIMIT]);
        const keys = await redis.keys();
        expect(keys.filter((key) => key.startsWith('firstline:cache:{default:class:'))).toHaveLength(TEXTS);
        expect(keys.filter((key) => key.startsWith('firstline:limit:')).length).toBeGreaterThan(100);
      }

      await desk.calm();
      expect(desk.failures).toEqual([]);
      const { messages, deliveries, decisions } = await engine.stats();
      const greedy = 4 * CLIENT_LIMIT;
      expect(messages.inbound).toBe(desk.messages + greedy);
      expect(decisions).toMatchObject({ answered: messages.inbound, escalated: 0 });
      expect(deliveries).toMatchObject({ sent: messages.outbound, pending: 0, dead: 0 });
      expect(desk.transport.sent).toHaveLength(messages.outbound);
    },
  );
});
