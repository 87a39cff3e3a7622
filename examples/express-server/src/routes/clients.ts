import { type RequestHandler, Router } from 'express';
import { attach } from '../attachment';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire } from '../wire';

/** What a client may ask for by law, and what age asks for. */
export function clientRoutes({ engine: { privacy }, auth }: AppContext): Router {
  const router = Router();
  const admin = requireRole(auth.tokens, 'admin');

  const download: RequestHandler = async (req, res) => {
    const archive = await privacy.export(idOf(req), { operatorId: operatorOf(res).id });
    if (archive === null) throw unknownClient();
    attach(res, `client-${idOf(req)}`, 'json');
    res.json(wire(archive));
  };

  const erase: RequestHandler = async (req, res) => {
    const erased = await privacy.erase(idOf(req), { operatorId: operatorOf(res).id });
    if (erased === null) throw unknownClient();
    res.json(wire(erased));
  };

  const prune: RequestHandler = async (_req, res) => {
    res.json(wire(await privacy.prune({ operatorId: operatorOf(res).id })));
  };

  resource(router, '/api/clients/:id/export', { GET: [admin, download] });
  resource(router, '/api/clients/:id', { DELETE: [admin, erase] });
  resource(router, '/api/privacy/prune', { POST: [admin, prune] });
  return router;
}

function unknownClient(): Problem {
  return new Problem('not_found', 'there is no such client');
}
