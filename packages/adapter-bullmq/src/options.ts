import { type Clock, FirstlineError, type Logger, systemClock } from '@firstline/core';
import type { Redis, RedisOptions } from 'ioredis';

/** Where Redis is. All connections are made here, and `stop()` closes them. */
export type RedisTarget =
  | {
      /** Whose options the connections are made with. It is itself neither used nor closed, so it may serve the application. */
      readonly client: Redis;
      readonly url?: never;
      readonly config?: never;
    }
  | {
      /** For example `rediss://user:password@host:6379/0`. It shows in no error and no log. */
      readonly url: string;
      readonly client?: never;
      readonly config?: never;
    }
  | {
      /** As for `new Redis(…)` of ioredis: host and port, TLS, or sentinels. */
      readonly config: RedisOptions;
      readonly client?: never;
      readonly url?: never;
    };

export type BullMqDispatcherOptions = RedisTarget & {
  /**
   * What all keys begin with: 1 to 64 letters, digits or `. : _ -`. A server in cluster mode wants a part of it in braces, as a
   * hash tag, which keeps the keys together: `'{firstline}'`. Default `'firstline'`.
   */
  readonly prefix?: string;
  /**
   * What the name of the BullMQ queue begins with: 1 to 64 letters, digits or `. _ -`. The tenant follows:
   * `wakeups-default`. Default `'wakeups'`.
   */
  readonly queue?: string;
  /** The `tenant` of the engine; `start()` rejects with `invalid_options` where it is another. Default `'default'`. */
  readonly tenant?: string;
  /** How long Redis may take to accept a wake-up, in milliseconds, before this process looks itself. Default 500. */
  readonly timeoutMs?: number;
  /** The engine's, for a process that does not call `engine.start()`; one that does gives its own. Default `systemClock()`. */
  readonly clock?: Clock;
  /** The engine's, for a process that does not call `engine.start()`; one that does gives its own. Default: nobody. */
  readonly logger?: Logger;
};

export interface Settings {
  readonly target: RedisTarget;
  readonly prefix: string;
  readonly queue: string;
  readonly tenant: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger | null;
}

const TARGETS = ['client', 'url', 'config'] as const;
const OPTIONS = [...TARGETS, 'prefix', 'queue', 'tenant', 'timeoutMs', 'clock', 'logger'];
/** A whole number that every timer takes. */
const LONGEST_MS = 2 ** 31 - 1;
/** At most one pair of braces, with something between them: Redis knows no other hash tag. */
const PREFIX = /^(?=.{1,64}$)[\w.:-]*(?:\{[\w.:-]+\})?[\w.:-]*$/;

/** Checks what a caller without types may have got wrong, and fills in the defaults. */
export function checkedSettings(options: BullMqDispatcherOptions): Settings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'expected an object');
  const stranger = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (stranger !== undefined) throw invalid(stranger, `unknown option; known are ${OPTIONS.join(', ')}`);
  const { prefix = 'firstline', queue = 'wakeups', tenant = 'default', timeoutMs = 500 } = options;
  if (!isName(prefix, PREFIX)) {
    throw invalid('prefix', 'expected 1 to 64 letters, digits or . : _ - and at most one hash tag, as in {firstline}');
  }
  if (!isName(queue, /^[\w.-]{1,64}$/)) throw invalid('queue', 'expected 1 to 64 letters, digits or . _ -');
  if (!isName(tenant, /./)) throw invalid('tenant', 'expected the tenant of the engine');
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > LONGEST_MS) {
    throw invalid('timeoutMs', `expected a whole number from 1 to ${LONGEST_MS}`);
  }
  const { clock = systemClock(), logger = null } = options;
  return { target: checkedTarget(options), prefix, queue, tenant, timeoutMs, clock, logger };
}

export function invalid(path: string, message: string): FirstlineError {
  return new FirstlineError('invalid_options', `bullMqDispatcher: ${path}: ${message}`, { path });
}

function isName(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function checkedTarget(options: RedisTarget): RedisTarget {
  const given = TARGETS.filter((name) => options[name] !== undefined);
  if (given.length !== 1) throw invalid(given[1] ?? 'url', `give one of ${TARGETS.join(', ')}`);
  const { client, url, config } = options;
  if (client !== undefined) {
    const { duplicate, options: settings, isCluster } = client as Partial<Redis>;
    if (isCluster === true)
      throw invalid('client', 'a Cluster is not supported; give a Redis, of one server or of sentinels');
    const fits = typeof duplicate === 'function' && typeof settings === 'object';
    if (!fits) throw invalid('client', 'expected a Redis of ioredis');
    checkKeyPrefix('client', client.options);
    return { client };
  }
  if (url !== undefined) {
    if (!isUrl(url)) throw invalid('url', 'expected a URL that begins with redis:// or rediss://');
    return { url };
  }
  if (typeof config !== 'object' || config === null) throw invalid('config', 'expected an object');
  checkKeyPrefix('config', config);
  return { config };
}

/** BullMQ's scripts name their keys themselves. */
function checkKeyPrefix(path: string, { keyPrefix }: RedisOptions): void {
  if (keyPrefix !== undefined && keyPrefix !== '') throw invalid(path, 'keyPrefix does not go with BullMQ; use prefix');
}

function isUrl(text: unknown): text is string {
  return typeof text === 'string' && /^rediss?:\/\/\S+$/.test(text) && URL.canParse(text);
}
