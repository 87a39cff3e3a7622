import { type RequestHandler, Router } from 'express';
import type { AppContext } from '../context';
import { resource } from '../resource';
import { wire } from '../wire';

export function statsRoutes({ engine, cascade }: AppContext): Router {
  const router = Router();
  const stats: RequestHandler = async (_req, res) => {
    const { hits = 0, misses = 0, size = 0 } = cascade?.classifier.stats() ?? {};
    const llm = cascade === null ? null : { model: cascade.model, ...cascade.llm.usage() };
    res.json(wire({ ...(await engine.stats()), cache: { hits, misses, size }, llm }));
  };
  resource(router, '/api/stats', { GET: stats });
  return router;
}
