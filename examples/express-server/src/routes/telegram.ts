import { Router } from 'express';
import { TELEGRAM_INGRESS } from '../build-telegram';
import type { AppContext } from '../context';
import { resource } from '../resource';

/** Telegram's webhook. The transport checks the secret before it reads the body, so no parser comes before it. */
export function telegramRoutes({ telegram }: AppContext): Router {
  const router = Router();
  if (telegram?.status().mode === 'webhook') {
    resource(router, TELEGRAM_INGRESS, { POST: [telegram.nodeHandler] });
  }
  return router;
}
