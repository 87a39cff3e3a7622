import { type Incident, isFirstlineError, type OperatorParams } from '@firstline/core';
import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { given, paging, parseWire, underPath } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { snakeCase, wire, wirePage } from '../wire';

const text = z.string();
const instant = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-03-01T09:00:00Z' })
  .transform((time) => Date.parse(time));
const filters = z.strictObject({ ...paging, status: z.enum(['suspected', 'open', 'resolved']).optional() });
const openBody = z.strictObject({
  scenarios: z.array(text),
  region: text.nullish(),
  title: text.nullish(),
  expected_at: instant.nullish(),
  client_ids: z.array(text).nullish(),
});
const changes = z.strictObject({ title: text.nullish(), expected_at: instant.nullish() });
const mergeBody = z.strictObject({ into: text });

/** Mass outages: what is known of them, and what people do about them under the name they signed in with. */
export function incidentRoutes({ engine: { incidents }, auth }: AppContext): Router {
  const router = Router();
  const operator = requireRole(auth.tokens, 'operator');

  const existing = async (id: string): Promise<Incident> => {
    const incident = await incidents.get(id);
    if (incident === null) throw new Problem('not_found', 'there is no such incident');
    return incident;
  };

  const list: RequestHandler = async (req, res) => {
    res.json(wirePage(await incidents.list(given(parseWire(filters, req.query, 'query')))));
  };

  const get: RequestHandler = async (req, res) => {
    res.json(wire(await existing(idOf(req))));
  };

  const clients: RequestHandler = async (req, res) => {
    const page = parseWire(z.strictObject(paging), req.query, 'query');
    const { id } = await existing(idOf(req));
    res.json(wirePage(await incidents.affected(id, given(page))));
  };

  const open: RequestHandler = async (req, res) => {
    const { scenarios, region, title, expected_at, client_ids } = parseWire(openBody, req.body, 'body');
    const details = given({ region, title, expectedAt: expected_at, clientIds: client_ids });
    const opened = incidents.open({ scenarios, ...details, operatorId: operatorOf(res).id });
    res.status(201).json(wire(await opened.catch(inWireNames)));
  };

  const update: RequestHandler = async (req, res) => {
    const { title, expected_at: expectedAt } = parseWire(changes, req.body, 'body');
    if (title === undefined && expectedAt === undefined) {
      throw new Problem('invalid_input', 'there is nothing to change: give title or expected_at');
    }
    const updated = incidents.update(idOf(req), {
      // Here `null` says something: nobody knows any more.
      ...(title === undefined ? {} : { title }),
      ...(expectedAt === undefined ? {} : { expectedAt }),
      operatorId: operatorOf(res).id,
    });
    res.json(wire(await updated.catch(inWireNames)));
  };

  const act =
    (step: (incidentId: string, by: OperatorParams) => Promise<Incident>): RequestHandler =>
    async (req, res) => {
      res.json(wire(await step(idOf(req), { operatorId: operatorOf(res).id })));
    };

  const merge: RequestHandler = async (req, res) => {
    const { into } = parseWire(mergeBody, req.body, 'body');
    res.json(wire(await incidents.merge(idOf(req), { into, operatorId: operatorOf(res).id })));
  };

  const address = '/api/incidents/:id';
  resource(router, '/api/incidents', { GET: list, POST: [operator, ...jsonBody, open] });
  resource(router, address, { GET: get, PATCH: [operator, ...jsonBody, update] });
  resource(router, `${address}/clients`, { GET: clients });
  resource(router, `${address}/confirm`, { POST: [operator, act((id, by) => incidents.confirm(id, by))] });
  resource(router, `${address}/resolve`, { POST: [operator, act((id, by) => incidents.resolve(id, by))] });
  resource(router, `${address}/mute`, { POST: [operator, act((id, by) => incidents.mute(id, by))] });
  resource(router, `${address}/merge`, { POST: [operator, ...jsonBody, merge] });
  return router;
}

/** `clientIds[3]` is `client_ids[3]` to this caller. */
function inWireNames(error: unknown): never {
  throw isFirstlineError(error) && error.path !== undefined ? underPath(error, snakeCase(error.path)) : error;
}
