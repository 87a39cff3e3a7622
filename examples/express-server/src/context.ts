import type { TelegramTransport } from '@firstline/adapter-telegram';
import type { Engine } from '@firstline/core';
import type { Logger } from 'pino';
import type { Auth } from './auth/create-auth';
import type { ModelCascade } from './build-classifier';
import type { TemplateEditor } from './build-engine';
import type { SharedMemory } from './build-redis';
import type { Config } from './config';

/** What the routes work with. */
export interface AppContext {
  readonly engine: Engine;
  readonly templates: TemplateEditor;
  /** `null`: no language model is configured. */
  readonly cascade: ModelCascade | null;
  /** `null`: no Redis is configured. */
  readonly redis: SharedMemory | null;
  /** `null`: no bot is configured. */
  readonly telegram: TelegramTransport | null;
  readonly config: Config;
  readonly auth: Auth;
  readonly logger: Logger;
  /** Aborted when the server shuts down; ends the streams that would otherwise never end. */
  readonly closing: AbortSignal;
}
