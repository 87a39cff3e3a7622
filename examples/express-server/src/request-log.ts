import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { correlationId } from './correlation';

/** One line a request at level `info`: never a query string or a body, which can hold what customers wrote. */
export function logRequests(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    res.on('close', () => {
      const ms = Math.round(performance.now() - started);
      logger.info(
        { method: req.method, path: req.path, status: res.statusCode, ms, correlationId: correlationId(res) },
        'request',
      );
    });
    next();
  };
}
