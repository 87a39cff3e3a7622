import { type TelegramTransport, telegramTransport } from '@firstline/adapter-telegram';
import type { TelegramConfig } from './telegram-config';

/** Where Telegram sends updates to in mode `webhook`. */
export const TELEGRAM_INGRESS = '/ingress/telegram';

/** The bot as configured. Its webhook is a route of this server; see `routes/telegram.ts`. */
export function buildTelegram(config: TelegramConfig): TelegramTransport {
  const { token, mode, apiRoot, webhookSecret, webhookDomain } = config;
  return telegramTransport({
    token: token.reveal(),
    mode,
    path: TELEGRAM_INGRESS,
    ...(apiRoot !== null && { apiRoot }),
    ...(webhookSecret !== null && { secretToken: webhookSecret.reveal() }),
    ...(webhookDomain !== null && { domain: webhookDomain }),
  });
}
