import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { given, paging, parseWire } from '../parse';
import { Problem } from '../problem';
import { parameterOf, resource } from '../resource';
import { wire, wirePage } from '../wire';

const filters = z.strictObject({ ...paging, status: z.enum(['active', 'paused', 'disabled']).optional() });

/** Places that answers are sent to, those that are or were in trouble. */
export function endpointRoutes({ engine, auth }: AppContext): Router {
  const router = Router();
  const { endpoints } = engine.deliveries;
  const operator = requireRole(auth.tokens, 'operator');

  const list: RequestHandler = async (req, res) => {
    res.json(wirePage(await endpoints.list(given(parseWire(filters, req.query, 'query')))));
  };

  const one: RequestHandler = async (req, res) => {
    const found = await endpoints.get(parameterOf(req, 'key'));
    if (found === null) throw new Problem('not_found', 'there is no endpoint with this key that is or was in trouble');
    res.json(wire(found));
  };

  const change =
    (step: 'enable' | 'disable'): RequestHandler =>
    async (req, res) => {
      res.json(wire(await endpoints[step](parameterOf(req, 'key'), { operatorId: operatorOf(res).id })));
    };

  resource(router, '/api/endpoints', { GET: list });
  resource(router, '/api/endpoints/:key', { GET: one });
  resource(router, '/api/endpoints/:key/enable', { POST: [operator, change('enable')] });
  resource(router, '/api/endpoints/:key/disable', { POST: [operator, change('disable')] });
  return router;
}
