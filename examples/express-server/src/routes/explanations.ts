import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { parseWire } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire } from '../wire';

const correctionBody = z.strictObject({ scenario: z.string().min(1).max(64) });

/** Why a message was answered as it was, and what a person says it is really about. */
export function explanationRoutes({ engine, auth }: AppContext): Router {
  const router = Router();
  const operator = requireRole(auth.tokens, 'operator');

  const explain: RequestHandler = async (req, res) => {
    const record = await engine.explain(idOf(req));
    if (record === null) throw new Problem('not_found', 'there is no such message, or it is not decided yet');
    res.json(wire(record));
  };

  const correct: RequestHandler = async (req, res) => {
    const { scenario } = parseWire(correctionBody, req.body, 'body');
    await engine.operators.correct(idOf(req), scenario, { operatorId: operatorOf(res).id });
    res.status(204).end();
  };

  resource(router, '/api/messages/:id/explanation', { GET: explain });
  resource(router, '/api/messages/:id/correction', { POST: [operator, ...jsonBody, correct] });
  return router;
}
