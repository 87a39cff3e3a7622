import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { given, paging, parseWire } from '../parse';
import { idOf, resource } from '../resource';
import { wire, wirePage } from '../wire';

const filters = z.strictObject({
  ...paging,
  status: z.enum(['pending', 'sent', 'dead', 'cancelled', 'expired', 'unknown']).optional(),
  conversation_id: z.string().optional(),
});

const instant = z
  .string()
  .refine(
    (text) => /^\d{4}-\d\d-\d\dT/.test(text) && Number.isFinite(Date.parse(text)),
    'expected a time such as 2026-03-02T09:00:00Z',
  )
  .transform((text) => Date.parse(text));
const range = z.strictObject({
  from: instant,
  to: instant,
  status: z.enum(['dead', 'expired', 'unknown']).nullish(),
  endpoint: z.string().min(1).nullish(),
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

  const status: RequestHandler = async (_req, res) => {
    res.json(wire(await engine.deliveries.status()));
  };

  const replayRange: RequestHandler = async (req, res) => {
    const { from, to, ...others } = parseWire(range, req.body, 'body');
    const wanted = { from, to, ...given(others), operatorId: operatorOf(res).id };
    res.json(wire(await engine.deliveries.replay(wanted)));
  };

  const operator = requireRole(auth.tokens, 'operator');
  resource(router, '/api/deliveries', { GET: list });
  resource(router, '/api/deliveries/status', { GET: status });
  resource(router, '/api/deliveries/replay', { POST: [operator, ...jsonBody, replayRange] });
  resource(router, '/api/deliveries/:id/replay', { POST: [operator, replay] });
  return router;
}
