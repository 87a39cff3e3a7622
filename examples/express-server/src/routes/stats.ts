import { type RequestHandler, Router } from 'express';
import type { AppContext } from '../context';
import { resource } from '../resource';
import { wire } from '../wire';

export function statsRoutes({ engine }: AppContext): Router {
  const router = Router();
  const stats: RequestHandler = async (_req, res) => {
    res.json(wire(await engine.stats()));
  };
  resource(router, '/api/stats', { GET: stats });
  return router;
}
