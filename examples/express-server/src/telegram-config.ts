import { telegramTransport } from '@firstline/adapter-telegram';
import { z } from 'zod';
import { judgedBy } from './parse';
import { Secret } from './secret';

/** A Telegram bot that clients write to. */
export interface TelegramConfig {
  readonly token: Secret;
  readonly mode: 'polling' | 'webhook' | 'send-only';
  /** `null`: Telegram itself. */
  readonly apiRoot: string | null;
  /** `null` in the other modes. */
  readonly webhookSecret: Secret | null;
  /** Where Telegram reaches this server; `null`: the webhook is set by somebody else, or there is none. */
  readonly webhookDomain: string | null;
}

const MODES = ['polling', 'webhook', 'send-only'] as const;

/** Stands in where the token is not what is judged. */
const ANY_TOKEN = '1:any';

/** What a server is told by environment variables. As everywhere in the configuration, faults never repeat the value. */
export const telegramVariables = {
  TELEGRAM_BOT_TOKEN: z
    .string()
    .superRefine(judgedBy((token) => telegramTransport({ token })))
    .transform((text) => new Secret(text))
    .optional(),
  TELEGRAM_API_ROOT: z
    .string()
    .superRefine(judgedBy((apiRoot) => telegramTransport({ token: ANY_TOKEN, apiRoot })))
    .optional(),
  TELEGRAM_MODE: z.enum(MODES, `expected one of ${MODES.join(', ')}`).default('polling'),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .superRefine(judgedBy((secretToken) => telegramTransport({ token: ANY_TOKEN, mode: 'webhook', secretToken })))
    .transform((text) => new Secret(text))
    .optional(),
  TELEGRAM_WEBHOOK_DOMAIN: z.string().optional(),
};

/** `null`: there is no bot, so the rest does not matter. */
export function telegramOf(values: z.infer<z.ZodObject<typeof telegramVariables>>): TelegramConfig | null {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_MODE: mode } = values;
  if (token === undefined) return null;
  const isWebhook = mode === 'webhook';
  return {
    token,
    mode,
    apiRoot: values.TELEGRAM_API_ROOT ?? null,
    webhookSecret: isWebhook ? (values.TELEGRAM_WEBHOOK_SECRET ?? null) : null,
    webhookDomain: isWebhook ? (values.TELEGRAM_WEBHOOK_DOMAIN ?? null) : null,
  };
}

/** What is wrong between the variables, each of which may be right by itself. */
export function telegramFaults(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (!('TELEGRAM_BOT_TOKEN' in given) || given['TELEGRAM_MODE'] !== 'webhook') return [];
  if (!('TELEGRAM_WEBHOOK_SECRET' in given)) {
    return ['TELEGRAM_WEBHOOK_SECRET: is missing; without it anybody could send updates'];
  }
  return domainFault(given['TELEGRAM_WEBHOOK_DOMAIN'], given['TELEGRAM_API_ROOT']);
}

/** Telegram itself sends to fewer places than a server of one's own. */
function domainFault(domain: string | undefined, apiRoot: string | undefined): readonly string[] {
  const judged = z.string().superRefine(
    judgedBy((text) =>
      telegramTransport({
        token: ANY_TOKEN,
        mode: 'webhook',
        secretToken: 'any',
        domain: text,
        ...(apiRoot !== undefined && URL.canParse(apiRoot) && { apiRoot }),
      }),
    ),
  );
  const result = judged.safeParse(domain ?? 'bot.example.com');
  return (result.error?.issues ?? []).map(({ message }) => `TELEGRAM_WEBHOOK_DOMAIN: ${message}`);
}
