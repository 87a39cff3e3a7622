import {
  createEngine,
  type Engine,
  type EngineOptions,
  type StorageTemplates,
  storageTemplates,
  systemClock,
} from '@firstline/core';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import type { TelegramTransport } from '@firstline/adapter-telegram';
import { webhookTransport } from '@firstline/adapter-webhook';
import { supportScenarios } from '@firstline/example-scenario-pack';
import type { Logger } from 'pino';
import { buildCascade, type ModelCascade } from './build-classifier';
import { buildRedis, type SharedMemory } from './build-redis';
import { buildTelegram } from './build-telegram';
import { type Config, newSigningSecret } from './config';

/** Changes what the bot says while the engine runs. */
export type TemplateEditor = Pick<StorageTemplates, 'set' | 'remove'>;

export interface BuiltEngine {
  readonly engine: Engine;
  readonly templates: TemplateEditor;
  /** `null`: no language model is configured. */
  readonly cascade: ModelCascade | null;
  /** `null`: no Redis is configured. */
  readonly redis: SharedMemory | null;
  /** `null`: no bot is configured. */
  readonly telegram: TelegramTransport | null;
}

/** Puts the engine together as configured. `overrides` are for tests that need another policy or clock. */
export function buildEngine(config: Config, logger: Logger, overrides: Partial<EngineOptions> = {}): BuiltEngine {
  const webhook = webhookTransport({
    secret: config.webhookSecret ?? newSigningSecret(),
    allowPrivateAddresses: config.allowPrivateAddresses,
  });
  const telegram = config.telegram === null ? null : buildTelegram(config.telegram);
  const storage = overrides.storage ?? sqliteStorage({ filename: config.databaseFile });
  const clock = overrides.clock ?? systemClock();
  const redis = config.redisUrl === null ? null : buildRedis(config.redisUrl, { clock, logger });
  const templates = storageTemplates({ storage, clock });
  const scenarios = overrides.scenarios ?? supportScenarios;
  const policy = { ...config.policy, ...overrides.policy };
  const redact = policy.privacy?.redact;
  const cascade =
    config.model === null || overrides.classifier !== undefined
      ? null
      : buildCascade(config.model, { scenarios, clock, logger, redact, cache: redis?.cache });
  const options: EngineOptions = {
    templateSource: templates,
    logger,
    // The log is another way than the one that fails; whoever has a pager tells it here.
    onAlert: (alert) => logger.error({ alert }, 'an alert'),
    ...(cascade !== null && { classifier: cascade.classifier }),
    ...(redis !== null && { cache: redis.cache, rateLimiter: redis.rateLimiter }),
    ...(config.webhookUrl === null
      ? {}
      : { defaultChannel: { transport: 'webhook', address: { url: config.webhookUrl } } }),
    ...overrides,
    scenarios,
    storage,
    policy,
    transports: { webhook, ...(telegram !== null && { telegram }), ...overrides.transports },
  };
  return { engine: createEngine(options), templates, cascade, redis, telegram };
}
