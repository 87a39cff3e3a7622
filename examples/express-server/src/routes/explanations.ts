import { type RequestHandler, Router } from 'express';
import type { AppContext } from '../context';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire } from '../wire';

export function explanationRoutes({ engine }: AppContext): Router {
  const router = Router();

  const explain: RequestHandler = async (req, res) => {
    const record = await engine.explain(idOf(req));
    if (record === null) throw new Problem('not_found', 'there is no such message, or it is not decided yet');
    res.json(wire(record));
  };

  resource(router, '/api/messages/:id/explanation', { GET: explain });
  return router;
}
