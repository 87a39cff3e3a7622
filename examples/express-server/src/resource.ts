import type { Request, RequestHandler, Router } from 'express';
import { Problem } from './problem';

interface Methods {
  readonly GET?: RequestHandler;
  readonly POST?: readonly RequestHandler[];
  readonly PATCH?: readonly RequestHandler[];
}

/** Serves an address by the given methods, and answers the others with 405. */
export function resource(router: Router, path: string, methods: Methods): void {
  const route = router.route(path);
  const { GET, POST, PATCH } = methods;
  if (GET !== undefined) route.get(GET);
  if (POST !== undefined) route.post(...POST);
  if (PATCH !== undefined) route.patch(...PATCH);
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
  const { id } = req.params;
  if (typeof id !== 'string') throw new Error('the route has no :id');
  return id;
}
