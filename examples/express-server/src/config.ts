import { randomBytes } from 'node:crypto';
import type { PolicyOptions } from '@firstline/core';
import { redisCache } from '@firstline/adapter-redis';
import { webhookTransport } from '@firstline/adapter-webhook';
import { z } from 'zod';
import { type IngressKeys, ingressSecretText } from './ingress-config';
import { type ModelConfig, modelFaults, modelOf, modelVariables } from './model-config';
import { given as members, judgedBy } from './parse';
import { type TelegramConfig, telegramFaults, telegramOf, telegramVariables } from './telegram-config';
import { businessHoursText, durationOrOff, serviceLevelsText, timeZoneText } from './people-config';
import { Secret } from './secret';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What the server runs with; read from environment variables. */
export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** SQLite file. */
  readonly databaseFile: string;
  /** Where processes share the cache and the counts of rate limits; `null`: each has its own. */
  readonly redisUrl: Secret | null;
  /** Where to answer clients whose message names no channel; `null`: nowhere, answers are in the HTTP response. */
  readonly webhookUrl: string | null;
  /** `null`: none was given, and one is made for this run. */
  readonly webhookSecret: string | null;
  /** Verifies messages that come by webhook; `null`: none can come that way. */
  readonly ingressKeys: IngressKeys | null;
  /** Lets webhooks go to loopback and private addresses. For development only. */
  readonly allowPrivateAddresses: boolean;
  /** Of the operator `admin`; `null`: none was given, and one is made for this run. */
  readonly operatorPassword: string | null;
  /** Signs operators' tokens; `null`: none was given, and tokens end with this run. */
  readonly jwtSecret: string | null;
  /** `null`: none is configured, and messages are classified locally. */
  readonly model: ModelConfig | null;
  /** `null`: there is no Telegram bot. */
  readonly telegram: TelegramConfig | null;
  /** What people promise, how long things are kept, who says that there is an outage; empty where the engine's defaults are good. */
  readonly policy: Pick<PolicyOptions, 'people' | 'retention' | 'outage'>;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Whether a demonstration conversation is held and printed at start. */
  readonly demo: boolean;
}

/** Lists every variable that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(faults: readonly string[]) {
    super(['The configuration is faulty:', ...faults.map((fault) => `  - ${fault}`)].join('\n'));
  }
}

const OUTAGE_CONFIRM = ['auto', 'operator'] as const;

const YES = ['true', '1', 'on', 'yes'];
const NO = ['false', '0', 'off', 'no'];

const flag = z
  .string()
  .toLowerCase()
  .refine((text) => [...YES, ...NO].includes(text), 'expected on or off')
  .transform((text) => YES.includes(text));

// Faults never repeat the value: database URLs and secrets carry passwords.
const environment = (allowPrivateAddresses: boolean) =>
  z.object({
    HOST: z
      .string()
      .regex(/^[\w.:%-]+$/, 'expected a host name or an address')
      .default('127.0.0.1'),
    PORT: z
      .string()
      .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'expected a port from 0 to 65535')
      .default('3000')
      .transform(Number),
    DATABASE_URL: z
      .string()
      .refine((text) => !/^postgres(ql)?:/i.test(text), {
        error:
          'this example keeps its data in SQLite, use sqlite:<file>; PostgreSQL is @firstline/adapter-postgres in your own server',
        abort: true,
      })
      .regex(/^sqlite:(?!\/\/)./, 'expected sqlite:<file>, for example sqlite:./data/firstline.db')
      .default('sqlite:./data/firstline.db')
      .transform((text) => text.slice('sqlite:'.length)),
    REDIS_URL: z
      .string()
      .superRefine(judgedBy((url) => redisCache({ url })))
      .transform((text) => new Secret(text))
      .optional(),
    WEBHOOK_URL: z
      .string()
      .superRefine(
        judgedBy((url) => {
          webhookTransport({ secret: newSigningSecret(), allowPrivateAddresses }).checkAddress({ url });
        }),
      )
      .optional(),
    WEBHOOK_SECRET: z
      .string()
      .superRefine(judgedBy((secret) => webhookTransport({ secret })))
      .optional(),
    INGRESS_WEBHOOK_SECRET: ingressSecretText.optional(),
    ALLOW_PRIVATE_ADDRESSES: flag.default(false),
    OPERATOR_PASSWORD: z.string().min(8, 'expected at least 8 characters').optional(),
    JWT_SECRET: z
      .string()
      .refine(
        (text) => Buffer.byteLength(text) >= 32,
        'expected at least 32 bytes, such as openssl rand -base64 32 makes',
      )
      .optional(),
    ...modelVariables,
    ...telegramVariables,
    BUSINESS_HOURS: businessHoursText.optional(),
    BUSINESS_TIME_ZONE: timeZoneText.optional(),
    SERVICE_LEVELS: serviceLevelsText.optional(),
    OPERATOR_SILENT_AFTER: durationOrOff.optional(),
    OUTAGE_CONFIRM: z.enum(OUTAGE_CONFIRM, `expected ${OUTAGE_CONFIRM.join(' or ')}`).optional(),
    RETENTION_CONVERSATIONS: durationOrOff.optional(),
    RETENTION_EVENTS: durationOrOff.optional(),
    LOG_LEVEL: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`).default('warn'),
    FIRSTLINE_DEMO: flag.default(true),
  });

/**
 * Reads and checks the configuration. An empty variable counts as not set, as in most container set-ups.
 *
 * @throws ConfigError naming everything that is wrong
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const allowPrivateAddresses = flag.safeParse(given['ALLOW_PRIVATE_ADDRESSES']).data ?? false;
  const result = environment(allowPrivateAddresses).safeParse(given);
  const faults = (result.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  // Hours without a zone would silently be UTC. Asked here, as what concerns two variables is not asked while one is wrong.
  if ('BUSINESS_HOURS' in given && !('BUSINESS_TIME_ZONE' in given)) {
    faults.push('BUSINESS_TIME_ZONE: is missing; say in which time zone BUSINESS_HOURS are meant');
  }
  faults.push(...modelFaults(given), ...telegramFaults(given));
  if (!result.success || faults.length > 0) throw new ConfigError(faults);
  const values = result.data;
  return {
    host: values.HOST,
    port: values.PORT,
    databaseFile: values.DATABASE_URL,
    redisUrl: values.REDIS_URL ?? null,
    webhookUrl: values.WEBHOOK_URL ?? null,
    webhookSecret: values.WEBHOOK_SECRET ?? null,
    ingressKeys: values.INGRESS_WEBHOOK_SECRET ?? null,
    allowPrivateAddresses: values.ALLOW_PRIVATE_ADDRESSES,
    operatorPassword: values.OPERATOR_PASSWORD ?? null,
    jwtSecret: values.JWT_SECRET ?? null,
    model: modelOf(values),
    telegram: telegramOf(values),
    policy: policyOf(values),
    logLevel: values.LOG_LEVEL,
    demo: values.FIRSTLINE_DEMO,
  };
}

function policyOf(values: z.infer<ReturnType<typeof environment>>): Config['policy'] {
  const { BUSINESS_HOURS: weekly, BUSINESS_TIME_ZONE: timeZone } = values;
  const hours = timeZone === undefined ? undefined : { timeZone, ...members({ weekly }) };
  return {
    people: members({ hours, serviceLevels: values.SERVICE_LEVELS, silentAfter: values.OPERATOR_SILENT_AFTER }),
    outage: members({ confirm: values.OUTAGE_CONFIRM }),
    retention: members({ conversations: values.RETENTION_CONVERSATIONS, events: values.RETENTION_EVENTS }),
  };
}

/** A secret as Standard Webhooks wants it. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
