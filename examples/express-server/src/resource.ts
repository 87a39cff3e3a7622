import type { Request, RequestHandler, Router } from 'express';
import { Problem } from './problem';

interface Methods {
  /** One that reads is all that most addresses have. */
  readonly GET?: RequestHandler | readonly RequestHandler[];
  readonly POST?: readonly RequestHandler[];
  readonly PUT?: readonly RequestHandler[];
  readonly PATCH?: readonly RequestHandler[];
  readonly DELETE?: readonly RequestHandler[];
}

/** Serves an address by the given methods, and answers the others with 405. */
export function resource(router: Router, path: string, methods: Methods): void {
  const route = router.route(path);
  const { GET, POST, PUT, PATCH, DELETE } = methods;
  if (GET !== undefined) route.get(...(typeof GET === 'function' ? [GET] : GET));
  if (POST !== undefined) route.post(...POST);
  if (PUT !== undefined) route.put(...PUT);
  if (PATCH !== undefined) route.patch(...PATCH);
  if (DELETE !== undefined) route.delete(...DELETE);
  const allow = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  route.all((req, res) => {
    if (req.method !== 'OPTIONS') {
      throw new Problem('method_not_allowed', `${req.method} is not served here`, { allow: allow.join(', ') });
    }
    res.set('Allow', allow.join(', ')).status(204).end();
  });
}

/** The `:id` of the address. */
export function idOf(req: Request): string {
  return parameterOf(req, 'id');
}

/** A named part of the address. */
export function parameterOf(req: Request, name: string): string {
  const value = req.params[name];
  if (typeof value !== 'string') throw new Error(`the route has no :${name}`);
  return value;
}
