import { isFirstlineError } from '@firstline/core';
import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { attach } from '../attachment';
import { requireRole } from '../auth/require-role';
import type { AppContext } from '../context';
import { afterPath, given, parseWire } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';

const query = z.strictObject({
  format: z.enum(['text', 'markdown']).default('text'),
  notes: z.enum(['true', 'false'], 'expected true or false').default('false'),
  time_zone: z.string().optional(),
});

/** A conversation to keep or to hand over. */
export function transcriptRoutes({ engine: { conversations }, auth }: AppContext): Router {
  const router = Router();
  const operator = requireRole(auth.tokens, 'operator');

  /** The notes are what the role `operator` is needed for. */
  const mayReadNotes: RequestHandler = (req, res, next) =>
    parseWire(query, req.query, 'query').notes === 'true' ? operator(req, res, next) : next();

  const read: RequestHandler = async (req, res) => {
    const { format, notes, time_zone: timeZone } = parseWire(query, req.query, 'query');
    const params = { format, notes: notes === 'true', ...given({ timeZone }) };
    const transcript = await conversations.transcript(idOf(req), params).catch(inWireNames);
    if (transcript === null) throw new Problem('not_found', 'there is no such conversation');
    attach(res, `conversation-${idOf(req)}`, format === 'text' ? 'txt' : 'md');
    res.send(transcript);
  };

  resource(router, '/api/conversations/:id/transcript', { GET: [mayReadNotes, read] });
  return router;
}

function inWireNames(error: unknown): never {
  if (!isFirstlineError(error) || error.path !== 'timeZone') throw error;
  throw new Problem('invalid_input', `time_zone: ${afterPath(error)}`, { path: 'time_zone' });
}
