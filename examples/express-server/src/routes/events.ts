import type { FeedEvent } from '@firstline/core';
import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { AppContext } from '../context';
import { correlationId } from '../correlation';
import { parseWire } from '../parse';
import { Problem } from '../problem';
import { resource } from '../resource';
import { EventStream } from '../sse';
import { wire } from '../wire';

const position = z
  .string()
  .refine((text) => /^\d{1,15}$/.test(text), 'expected the id of an event')
  .transform(Number);
const query = z.strictObject({ after: position.default(0) });

export function eventRoutes({ engine, closing, logger }: AppContext): Router {
  const router = Router();

  const follow: RequestHandler = async (req, res) => {
    const after = startingPoint(req);
    const stream = new EventStream(res);
    if (req.method === 'HEAD') return stream.end();
    const signal = AbortSignal.any([stream.gone, closing]);
    try {
      for await (const event of engine.events.subscribe({ after, signal })) await stream.send(message(event));
    } catch (error) {
      // The follower comes back by itself, with the id of the last event it saw.
      logger.warn({ err: error, correlationId: correlationId(res) }, 'an event stream broke off');
    }
    stream.end();
  };

  resource(router, '/api/events', { GET: follow });
  return router;
}

/** A reconnecting EventSource repeats its first address, so the header knows better. */
function startingPoint(req: Request): number {
  const { after } = parseWire(query, req.query, 'query');
  const last = req.get('Last-Event-ID');
  if (last === undefined || last === '') return after;
  const result = position.safeParse(last);
  if (result.success) return result.data;
  const path = 'Last-Event-ID';
  throw new Problem('invalid_input', `${path}: expected the id of an event`, { path });
}

function message(event: FeedEvent): { readonly id: number; readonly event: string; readonly data: unknown } {
  return { id: event.seq, event: event.type, data: wire(event) };
}
