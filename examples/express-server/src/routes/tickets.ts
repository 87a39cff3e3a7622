import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { given, paging, parseWire } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire, wirePage } from '../wire';

const status = z.enum(['open', 'in_progress', 'resolved']).optional();
const priority = z.enum(['low', 'normal', 'high', 'urgent']).optional();
const queueQuery = z.strictObject({ limit: paging.limit });
const filters = z.strictObject({ ...paging, status, priority });
const changes = z.strictObject({ status, priority, assignee: z.string().nullish() });

export function ticketRoutes({ engine: { tickets }, auth }: AppContext): Router {
  const router = Router();

  const list: RequestHandler = async (req, res) => {
    res.json(wirePage(await tickets.list(given(parseWire(filters, req.query, 'query')))));
  };

  const get: RequestHandler = async (req, res) => {
    const ticket = await tickets.get(idOf(req));
    if (ticket === null) throw new Problem('not_found', 'there is no such ticket');
    res.json(wire({ ...ticket, clock: await tickets.clock(ticket.id) }));
  };

  const queue: RequestHandler = async (req, res) => {
    const { limit } = parseWire(queueQuery, req.query, 'query');
    res.json({ items: wire(await tickets.queue(given({ limit }))), cursor: null });
  };

  const claim: RequestHandler = async (req, res) => {
    res.json(wire(await tickets.claim(idOf(req), { operatorId: operatorOf(res).id })));
  };

  const claimNext: RequestHandler = async (_req, res) => {
    const ticket = await tickets.claimNext({ operatorId: operatorOf(res).id });
    if (ticket === null) res.status(204).end();
    else res.json(wire(ticket));
  };

  const update: RequestHandler = async (req, res) => {
    const { assignee, ...others } = parseWire(changes, req.body, 'body');
    const ticket = await tickets.update(idOf(req), {
      ...given(others),
      // Here `null` says something: nobody's any more.
      ...(assignee === undefined ? {} : { assignee }),
      operatorId: operatorOf(res).id,
    });
    res.json(wire(ticket));
  };

  const operator = requireRole(auth.tokens, 'operator');
  resource(router, '/api/tickets', { GET: list });
  // Before `:id`, which they would be taken for.
  resource(router, '/api/tickets/queue', { GET: queue });
  resource(router, '/api/tickets/claim-next', { POST: [operator, claimNext] });
  resource(router, '/api/tickets/:id', { GET: get, PATCH: [operator, ...jsonBody, update] });
  resource(router, '/api/tickets/:id/claim', { POST: [operator, claim] });
  return router;
}
