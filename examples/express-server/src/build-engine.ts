import { createEngine, type Engine, type EngineOptions } from '@firstline/core';
import { sqliteStorage } from '@firstline/adapter-sqlite';
import { webhookTransport } from '@firstline/adapter-webhook';
import { supportScenarios } from '@firstline/example-scenario-pack';
import type { Logger } from 'pino';
import { type Config, newSigningSecret } from './config';

/** Puts the engine together as configured. `overrides` are for tests that need another policy or clock. */
export function buildEngine(config: Config, logger: Logger, overrides: Partial<EngineOptions> = {}): Engine {
  const webhook = webhookTransport({
    secret: config.webhookSecret ?? newSigningSecret(),
    allowPrivateAddresses: config.allowPrivateAddresses,
  });
  return createEngine({
    scenarios: supportScenarios,
    storage: sqliteStorage({ filename: config.databaseFile }),
    logger,
    ...(config.webhookUrl === null
      ? {}
      : { defaultChannel: { transport: 'webhook', address: { url: config.webhookUrl } } }),
    ...overrides,
    transports: { webhook, ...overrides.transports },
  });
}
