import express, { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { AppContext } from '../context';
import { inWireNames, readMessage } from '../message-request';
import { parseWire } from '../parse';
import { Problem } from '../problem';
import { idOf, resource } from '../resource';
import { wire, wireOutcome } from '../wire';

/** Some twenty of the longest accepted texts; attachments are only named, never sent. */
const MAX_BODY = '256kb';

const waitSchema = z.object({ wait: z.enum(['true', 'false'], 'expected true or false').default('true') });

export function messageRoutes({ engine }: AppContext): Router {
  const router = Router();

  const receive: RequestHandler = async (req, res) => {
    const { wait } = parseWire(waitSchema, req.query, 'query');
    const message = readMessage(req);
    const outcome = await engine.receive(message.input, { wait: wait === 'true' }).catch((error: unknown) => {
      throw inWireNames(error, message);
    });
    res.status(outcome.decision === null ? 202 : 200).json(wireOutcome(outcome));
  };

  const explain: RequestHandler = async (req, res) => {
    const record = await engine.explain(idOf(req));
    if (record === null) throw new Problem('not_found', 'there is no such message, or it is not decided yet');
    res.json(wire(record));
  };

  const parseJson = express.json({ limit: MAX_BODY, strict: false, type: 'application/json' });
  resource(router, '/api/messages', { POST: [requireJson, parseJson, receive] });
  resource(router, '/api/messages/:id/explanation', { GET: explain });
  return router;
}

const requireJson: RequestHandler = (req, _res, next) => {
  // `null`: there is no body, which is a fault of another kind.
  if (req.is('application/json') === false) {
    throw new Problem('unsupported_media_type', 'the body has to be application/json');
  }
  next();
};
