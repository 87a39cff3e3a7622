import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { operatorOf, requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { parseWire } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire } from '../wire';

const noteBody = z.strictObject({ text: z.string() });

/** What people write for each other; not for viewers, who may be anybody. */
export function noteRoutes({ engine: { conversations, operators }, auth }: AppContext): Router {
  const router = Router();
  const operator = requireRole(auth.tokens, 'operator');

  const list: RequestHandler = async (req, res) => {
    const id = idOf(req);
    if ((await conversations.get(id)) === null) throw new Problem('not_found', 'there is no such conversation');
    res.json({ items: wire(await conversations.notes(id)), cursor: null });
  };

  const write: RequestHandler = async (req, res) => {
    const { text } = parseWire(noteBody, req.body, 'body');
    const note = await operators.note(idOf(req), { operatorId: operatorOf(res).id, text });
    res.status(201).json(wire(note));
  };

  resource(router, '/api/conversations/:id/notes', { GET: [operator, list], POST: [operator, ...jsonBody, write] });
  return router;
}
