import type { Health } from '@firstline/core';
import { type RequestHandler, type Response, Router } from 'express';
import { about } from '../about';
import type { AppContext } from '../context';
import { resource } from '../resource';
import { wire } from '../wire';

interface Check {
  readonly status: Health['status'];
}

export function healthRoutes({ engine, config }: AppContext): Router {
  const router = Router();

  const alive: RequestHandler = (_req, res) => {
    res.json({ status: 'healthy', ...about });
  };

  const database: RequestHandler = async (_req, res) => {
    send(res, databaseCheck(await engine.health()));
  };

  const llm: RequestHandler = (_req, res) => {
    send(res, LLM);
  };

  const full: RequestHandler = async (_req, res) => {
    const health = await engine.health();
    const configured = config.webhookUrl !== null;
    const webhook = { status: configured ? ('healthy' as const) : ('degraded' as const), configured };
    const status = health.status === 'healthy' ? webhook.status : health.status;
    send(res, { status, ...about, database: databaseCheck(health), llm: LLM, webhook, worker: wire(health.worker) });
  };

  resource(router, '/health', { GET: alive });
  resource(router, '/health/database', { GET: database });
  resource(router, '/health/llm', { GET: llm });
  resource(router, '/health/full', { GET: full });
  return router;
}

// Nothing is missing without a language model: the local classifier is what this version works with.
const LLM = { status: 'healthy', configured: false, classifier: 'local' } as const;

/** SQLite has one connection and works synchronously: whenever an answer can be given, it is not in use. */
function databaseCheck({ storage }: Health): Check & { readonly pool: unknown } {
  const pool = storage.status === 'healthy' ? { size: 1, checked_in: 1, checked_out: 0 } : null;
  return { status: storage.status, pool };
}

function send<T extends Check>(res: Response, check: T): void {
  res.status(check.status === 'unhealthy' ? 503 : 200).json(check);
}
