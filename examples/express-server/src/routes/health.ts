import type { TelegramTransport } from '@firstline/adapter-telegram';
import type { Health } from '@firstline/core';
import { type RequestHandler, type Response, Router } from 'express';
import { about } from '../about';
import type { ModelCascade } from '../build-classifier';
import type { SharedMemory } from '../build-redis';
import type { AppContext } from '../context';
import { resource } from '../resource';
import { wire } from '../wire';

interface Check {
  readonly status: Health['status'];
}

export function healthRoutes({ engine, cascade, redis, telegram, config }: AppContext): Router {
  const router = Router();

  const alive: RequestHandler = (_req, res) => {
    res.json({ status: 'healthy', ...about });
  };

  const database: RequestHandler = async (_req, res) => {
    send(res, databaseCheck(await engine.health()));
  };

  const llm: RequestHandler = (_req, res) => {
    send(res, modelCheck(cascade));
  };

  const shared: RequestHandler = (_req, res) => {
    send(res, redisCheck(redis));
  };

  const bot: RequestHandler = (_req, res) => {
    send(res, telegramCheck(telegram));
  };

  const full: RequestHandler = async (_req, res) => {
    const health = await engine.health();
    const configured = config.webhookUrl !== null;
    const webhook = { status: configured ? ('healthy' as const) : ('degraded' as const), configured };
    const model = modelCheck(cascade);
    const memory = redisCheck(redis);
    const chat = telegramCheck(telegram);
    const database = databaseCheck(health);
    const parts = { database, llm: model, redis: memory, webhook, telegram: chat, worker: wire(health.worker) };
    send(res, { status: worst(health, model, memory, webhook, chat), ...about, ...parts });
  };

  resource(router, '/health', { GET: alive });
  resource(router, '/health/database', { GET: database });
  resource(router, '/health/llm', { GET: llm });
  resource(router, '/health/redis', { GET: shared });
  resource(router, '/health/telegram', { GET: bot });
  resource(router, '/health/full', { GET: full });
  return router;
}

/**
 * By what its last calls came to; asks nobody. Nothing is missing where none is configured. One that is not asked at the
 * moment is no reason for 503 either, since the local classifier answers in its place.
 */
function modelCheck(cascade: ModelCascade | null): Check & Readonly<Record<string, unknown>> {
  if (cascade === null) return { status: 'healthy', configured: false, classifier: 'local' };
  const usage = cascade.llm.usage();
  const isAsked = usage.circuit === 'closed' && usage.budget?.remainingUsd !== 0;
  const status = isAsked ? 'healthy' : 'degraded';
  return { status, configured: true, classifier: 'cascade', model: cascade.model, usage: wire(usage) };
}

/** By what its last calls came to; asks nobody. While Redis is away each process remembers and counts by itself. */
function redisCheck(redis: SharedMemory | null): Check & Readonly<Record<string, unknown>> {
  if (redis === null) return { status: 'healthy', configured: false };
  const [cache, limiter] = [redis.cache.status(), redis.rateLimiter.status()];
  const parts = { cache: wire({ ...cache, ...redis.cache.stats() }), rate_limiter: wire(limiter) };
  return { status: worst(cache, limiter), configured: true, ...parts };
}

/** A bot that cannot receive is no reason for 503: what clients wrote waits at Telegram, and all else works. */
function telegramCheck(telegram: TelegramTransport | null): Check & Readonly<Record<string, unknown>> {
  if (telegram === null) return { status: 'healthy', configured: false };
  const { mode, running, problem } = telegram.status();
  return { status: running && problem === null ? 'healthy' : 'degraded', configured: true, mode, problem };
}

function worst(...checks: readonly Check[]): Health['status'] {
  const found = checks.map(({ status }) => status);
  return (['unhealthy', 'degraded'] as const).find((status) => found.includes(status)) ?? 'healthy';
}

/** SQLite has one connection and works synchronously: whenever an answer can be given, it is not in use. */
const ONE_CONNECTION = { size: 1, idle: 1 };

function databaseCheck({ storage }: Health): Check & { readonly pool: unknown } {
  const pool = storage.pool ?? (storage.status === 'healthy' ? ONE_CONNECTION : null);
  if (pool === null) return { status: storage.status, pool };
  const { size, idle } = pool;
  return { status: storage.status, pool: { size, checked_in: idle, checked_out: size - idle } };
}

function send<T extends Check>(res: Response, check: T): void {
  res.status(check.status === 'unhealthy' ? 503 : 200).json(check);
}
