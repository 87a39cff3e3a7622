import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { given, paging, parseWire } from '../parse';
import { idOf, resource } from '../resource';
import { wire, wirePage } from '../wire';

const filters = z.strictObject({
  ...paging,
  status: z.enum(['pending', 'sent', 'dead', 'cancelled', 'expired', 'unknown']).optional(),
  conversation_id: z.string().optional(),
});

export function deliveryRoutes({ engine, auth }: AppContext): Router {
  const router = Router();

  const list: RequestHandler = async (req, res) => {
    const { conversation_id: conversationId, ...others } = parseWire(filters, req.query, 'query');
    res.json(wirePage(await engine.deliveries.list(given({ conversationId, ...others }))));
  };

  const replay: RequestHandler = async (req, res) => {
    res.json(wire(await engine.deliveries.replay(idOf(req), { operatorId: operatorOf(res).id })));
  };

  resource(router, '/api/deliveries', { GET: list });
  resource(router, '/api/deliveries/:id/replay', { POST: [requireRole(auth.tokens, 'operator'), replay] });
  return router;
}
