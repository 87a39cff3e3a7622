import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { parseWire } from '../parse';
import { resource } from '../resource';
import { wire } from '../wire';

const credentials = z.object({
  operator_id: z.string().min(1, 'is empty').max(255, 'is too long'),
  password: z.string().max(1_000, 'is too long'),
});

export function authRoutes({ auth: { signIn, tokens } }: AppContext): Router {
  const router = Router();

  const issue: RequestHandler = async (req, res) => {
    const { operator_id: operatorId, password } = parseWire(credentials, req.body, 'body');
    const operator = signIn.check({ operatorId, password, source: req.ip ?? 'unknown' });
    res.set('Cache-Control', 'no-store').json(wire(await tokens.issue(operator)));
  };

  resource(router, '/api/auth/token', { POST: [...jsonBody, issue] });
  return router;
}
