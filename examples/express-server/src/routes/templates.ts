import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { parseWire } from '../parse';
import { Problem } from '../problem';
import { parameterOf, resource } from '../resource';
import { wire } from '../wire';

// As long as a message may be.
const textBody = z.strictObject({ text: z.string().max(4_000, 'is too long') });

/** What the bot says, changed while it speaks. */
export function templateRoutes({ engine, templates, auth }: AppContext): Router {
  const router = Router();
  const admin = requireRole(auth.tokens, 'admin');

  const status: RequestHandler = (_req, res) => {
    res.json(wire(engine.templates.status()));
  };

  const put: RequestHandler = async (req, res) => {
    const { text } = parseWire(textBody, req.body, 'body');
    const place = placeOf(req);
    const [fault] = engine.templates.check({ [place.key]: { [place.locale]: text } });
    if (fault !== undefined) {
      throw new Problem('invalid_input', `${fault.path}: ${fault.message}`, { path: fault.path });
    }
    await templates.set({ ...place, text, operatorId: operatorOf(res).id });
    res.status(204).end();
  };

  const remove: RequestHandler = async (req, res) => {
    await templates.remove({ ...placeOf(req), operatorId: operatorOf(res).id });
    res.status(204).end();
  };

  resource(router, '/api/templates/status', { GET: status });
  resource(router, '/api/templates/:key/:locale', { PUT: [admin, ...jsonBody, put], DELETE: [admin, remove] });
  return router;
}

function placeOf(req: Request): { readonly key: string; readonly locale: string } {
  return { key: parameterOf(req, 'key'), locale: parameterOf(req, 'locale') };
}
