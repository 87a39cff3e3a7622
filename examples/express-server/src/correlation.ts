import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';

/** What a foreign id may look like, so that it can be logged and searched for without harm. */
const SANE = /^[\w.:-]{1,128}$/;

/** Gives every answer an `X-Correlation-Id`: the caller's own, or a new one. */
export const correlate: RequestHandler = (req, res, next) => {
  res.setHeader('X-Correlation-Id', foreignId(req) ?? randomUUID());
  next();
};

export function correlationId(res: Response): string {
  return String(res.getHeader('X-Correlation-Id'));
}

function foreignId(req: Request): string | null {
  const given = req.get('X-Correlation-Id');
  return given !== undefined && SANE.test(given) ? given : null;
}
