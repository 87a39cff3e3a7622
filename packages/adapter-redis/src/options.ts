import { type Clock, FirstlineError, type Logger, systemClock } from '@firstline/core';
import type { RedisOptions } from 'ioredis';
import type { RedisClient } from './redis-client';

/** Where Redis is: behind a client the caller made, or behind a connection made here with the first call. */
export type RedisTarget =
  | {
      /**
       * A `Redis` or `Cluster` of ioredis, which may serve the application as well: it keeps its settings, and `close()`
       * leaves it open. Nothing is put into its offline queue.
       */
      readonly client: RedisClient;
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

export type RedisAdapterOptions = RedisTarget & {
  /** What all keys begin with: 1 to 64 letters, digits or `. : _ -`. Default `'firstline'`. */
  readonly keyPrefix?: string;
  /**
   * How long one call may wait for Redis, in milliseconds, before this process's memory answers; the connection has as
   * long with the first call. Default 200.
   */
  readonly timeoutMs?: number;
  /** For time limits, for pauses and for what memory answers with; Redis has a clock of its own. Default `systemClock()`. */
  readonly clock?: Clock;
  /** Is told when Redis goes away and when it is back. A pino instance fits. Default: nobody. */
  readonly logger?: Logger;
};

export interface RedisSettings {
  readonly target: RedisTarget;
  readonly keyPrefix: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger | null;
}

const TARGETS = ['client', 'url', 'config'] as const;
const OPTIONS = [...TARGETS, 'keyPrefix', 'timeoutMs', 'clock', 'logger'];
/** A whole number that every timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** Checks what a caller without types may have got wrong, and fills in the defaults. `more` names further options. */
export function checkedSettings(
  subject: string,
  options: RedisAdapterOptions,
  more: readonly string[] = [],
): RedisSettings {
  const check = checksOf(subject);
  const names = [...OPTIONS, ...more];
  if (typeof options !== 'object' || options === null) throw check.invalid('options', 'expected an object');
  const stranger = Object.keys(options).find((name) => !names.includes(name));
  if (stranger !== undefined) throw check.invalid(stranger, `unknown option; known are ${names.join(', ')}`);
  return {
    target: checkedTarget(check, options),
    keyPrefix: check.name('keyPrefix', options.keyPrefix ?? 'firstline', 64),
    timeoutMs: check.wholeNumber('timeoutMs', options.timeoutMs ?? 200, LONGEST_MS),
    clock: options.clock ?? systemClock(),
    logger: options.logger ?? null,
  };
}

export type Checks = ReturnType<typeof checksOf>;

export function checksOf(subject: string) {
  const invalid = (path: string, message: string): FirstlineError =>
    new FirstlineError('invalid_options', `${subject}: ${path}: ${message}`, { path });
  return {
    invalid,
    name(path: string, value: unknown, longest: number): string {
      if (typeof value === 'string' && /^[\w.:-]+$/.test(value) && value.length <= longest) return value;
      throw invalid(path, `expected 1 to ${longest} letters, digits or . : _ -`);
    },
    wholeNumber(path: string, value: unknown, largest: number): number {
      if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= largest) return value;
      throw invalid(path, `expected a whole number from 1 to ${largest}`);
    },
  };
}

function checkedTarget({ invalid }: Checks, options: RedisTarget): RedisTarget {
  const given = TARGETS.filter((name) => options[name] !== undefined);
  if (given.length !== 1) throw invalid(given[1] ?? 'url', `give one of ${TARGETS.join(', ')}`);
  const { client, url, config } = options;
  if (client !== undefined) {
    const { status, eval: run, on } = client as Partial<RedisClient>;
    const fits = typeof status === 'string' && typeof run === 'function' && typeof on === 'function';
    if (!fits) throw invalid('client', 'expected a Redis or a Cluster of ioredis');
    return { client };
  }
  if (url !== undefined) {
    if (!isUrl(url)) throw invalid('url', 'expected a URL that begins with redis:// or rediss://');
    return { url };
  }
  if (typeof config !== 'object' || config === null) throw invalid('config', 'expected an object');
  return { config };
}

function isUrl(text: unknown): text is string {
  return typeof text === 'string' && /^rediss?:\/\/\S+$/.test(text) && URL.canParse(text);
}
