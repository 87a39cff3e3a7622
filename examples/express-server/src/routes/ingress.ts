import { toNodeHandler } from '@firstline/adapter-webhook';
import { Router } from 'express';
import type { AppContext } from '../context';
import { ingressOf } from '../ingress-config';
import { resource } from '../resource';

/** Messages that come by signed webhook. The signature is all that is asked for, and no body parser may be ahead of it. */
export function ingressRoutes({ engine, config, logger }: AppContext): Router {
  const router = Router();
  if (config.ingressKeys === null) return router;
  resource(router, '/ingress/webhook', { POST: [toNodeHandler(ingressOf(config.ingressKeys, { engine, logger }))] });
  return router;
}
