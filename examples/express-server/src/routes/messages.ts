import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { AppContext } from '../context';
import { jsonBody } from '../json-body';
import { inWireNames, readMessage } from '../message-request';
import { parseWire } from '../parse';
import { resource } from '../resource';
import { wireOutcome } from '../wire';

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

  resource(router, '/api/messages', { POST: [...jsonBody, receive] });
  return router;
}
