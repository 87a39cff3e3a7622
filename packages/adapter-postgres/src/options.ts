import { type Clock, FirstlineError, type Logger, systemClock } from '@firstline/core';
import { isPostgresUrl, isReadable } from './connection-string';
import type { PostgresPool } from './postgres-pool';

/** Where the server is. What is left out comes from the usual environment variables (`PGHOST`, `PGUSER` and so on). */
export interface PostgresConfig {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /** A function is asked for every connection: for passwords that expire. */
  readonly password?: string | (() => string | Promise<string>);
  /** As in Node's `tls.connect`; `true`: with its defaults. */
  readonly ssl?: boolean | object;
  /** Shown in `pg_stat_activity`. Default `'firstline'`. */
  readonly applicationName?: string;
}

interface OpenedHere {
  /** Connections at most. Default 10. */
  readonly max?: number;
  /** How long to wait for a connection, in milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
}

/** Where one connection goes. */
export type PostgresServer = { readonly connectionString: string } | { readonly config: PostgresConfig };

/** Where the data is: behind a pool the caller made, or behind one made here. */
export type PostgresTarget =
  | {
      /**
       * A `Pool` of pg, which may serve the application as well: every statement of the storage runs in a transaction of
       * its own, and no setting is left behind on a connection. `close()` leaves it open.
       */
      readonly pool: PostgresPool;
    }
  | (OpenedHere & {
      /** For example `postgres://user:password@host/database?sslmode=require`. It shows in no error and no log. */
      readonly connectionString: string;
    })
  | (OpenedHere & { readonly config: PostgresConfig });

export interface PostgresStorageOptions {
  /**
   * The schema of the tables; made if need be. Default: the first one of the connection's `search_path`, as a rule
   * `public`.
   */
  readonly schema?: string;
  /**
   * How long one statement may take, in milliseconds; then the call rejects with `storage_unavailable`, as it does where the server
   * has not answered at all for this time, that of a lock and 5 seconds more. Default 10,000.
   */
  readonly statementTimeoutMs?: number;
  /** How long one statement may wait for a lock, in milliseconds; then the same happens. Default 5,000. */
  readonly lockTimeoutMs?: number;
  /**
   * How long a transaction may stand still, in milliseconds, before the server ends it: the locks of a process that
   * hangs go after this time. Default 10,000.
   */
  readonly idleTimeoutMs?: number;
  /**
   * Whether `open()` brings the tables up to date where they are not, for which the role needs the right to make tables.
   * `false`: it rejects with `storage_unavailable` then. Default true.
   */
  readonly migrate?: boolean;
  /**
   * Whether other processes on the same tables are told of commits, and heard, by NOTIFY and LISTEN:
   *
   * - `true`   they are. Hearing takes one connection beside those of the pool, while a worker runs or the feed is followed
   * - where to: the same, with that one connection made there. For a pool behind a proxy that hands connections from one
   *            transaction to the next, such as PgBouncer in transaction mode: it cannot pass notifications on
   * - `false`  each process finds the others' work with its next sweep (`policy.work.sweep`)
   *
   * Where listening does not work, sweeps do it, and the logger is told once. Default true.
   */
  readonly signals?: boolean | PostgresServer;
  /** For the pauses of signals and for servers that do not answer; the times of rows come from the engine. Default `systemClock()`. */
  readonly clock?: Clock;
  /** Is told when other processes are not heard, and when they are again. A pino instance fits. Default: nobody. */
  readonly logger?: Logger;
}

export interface PostgresTimeouts {
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleMs: number;
}

export interface PostgresSettings {
  readonly target: PostgresTarget;
  readonly schema: string | null;
  readonly timeouts: PostgresTimeouts;
  readonly migrate: boolean;
  /** Where to listen; `null`: nobody is told or heard. */
  readonly signals: PostgresTarget | null;
  readonly clock: Clock;
  readonly logger: Logger | null;
}

const TARGETS = ['pool', 'connectionString', 'config'];
const OPENING = ['max', 'connectTimeoutMs'];
const TIMEOUTS = ['statementTimeoutMs', 'lockTimeoutMs', 'idleTimeoutMs'];
const OPTIONS = ['schema', ...TIMEOUTS, 'migrate', 'signals', 'clock', 'logger'];
/** Longer names are cut off by the server. */
const NAME_MAX_BYTES = 63;

/** Checks what a caller without types may have got wrong, and fills in the defaults. */
export function checkedSettings(target: PostgresTarget, options: PostgresStorageOptions): PostgresSettings {
  known('target', target, [...TARGETS, ...OPENING]);
  known('options', options, OPTIONS);
  const { schema, migrate = true } = options;
  if (typeof migrate !== 'boolean') throw invalid('migrate', 'expected true or false');
  const checked = checkedTarget(target);
  return {
    target: checked,
    schema: schema === undefined ? null : checkedSchema(schema),
    timeouts: {
      statementMs: milliseconds('statementTimeoutMs', options.statementTimeoutMs, 10_000),
      lockMs: milliseconds('lockTimeoutMs', options.lockTimeoutMs, 5_000),
      idleMs: milliseconds('idleTimeoutMs', options.idleTimeoutMs, 10_000),
    },
    migrate,
    signals: checkedSignals(options.signals ?? true, checked),
    clock: options.clock ?? systemClock(),
    logger: options.logger ?? null,
  };
}

function checkedSignals(given: boolean | PostgresServer, target: PostgresTarget): PostgresTarget | null {
  if (typeof given === 'boolean') return given ? target : null;
  const { connectionString, config } = (given ?? {}) as Partial<Record<'connectionString' | 'config', unknown>>;
  const place =
    connectionString === undefined ? isObject(config) : config === undefined && isPostgresUrl(connectionString);
  if (!place) throw invalid('signals', 'expected true, false, or one of { connectionString } and { config }');
  if (typeof connectionString === 'string') checkString('signals', connectionString);
  else checkPort('signals', config as PostgresConfig);
  return given;
}

function checkedTarget(target: PostgresTarget): PostgresTarget {
  const given = TARGETS.filter((name) => (target as Record<string, unknown>)[name] !== undefined);
  if (given.length !== 1) throw invalid(given[1] ?? 'target', `give one of ${TARGETS.join(', ')}`);
  if ('pool' in target) {
    const { connect, on } = target.pool as Partial<PostgresPool>;
    if (typeof connect !== 'function' || typeof on !== 'function') throw invalid('pool', 'expected a Pool of pg');
    const other = OPENING.find((name) => name in target);
    if (other !== undefined) throw invalid(other, 'the given pool has settings of its own');
    return target;
  }
  if ('connectionString' in target) {
    if (!isPostgresUrl(target.connectionString)) {
      throw invalid('connectionString', 'expected one that begins with postgres:// or postgresql://');
    }
    checkString('connectionString', target.connectionString);
  } else if (!isObject(target.config)) {
    throw invalid('config', 'expected an object');
  } else {
    checkPort('config', target.config);
  }
  const { max = 10 } = target;
  if (!Number.isInteger(max) || max < 1) throw invalid('max', 'expected a whole number, 1 or more');
  milliseconds('connectTimeoutMs', target.connectTimeoutMs, 1);
  return target;
}

function checkString(path: string, connectionString: string): void {
  if (isReadable(connectionString)) return;
  throw invalid(
    path,
    'cannot be read; signs such as # / ? @ % in the password have to be percent-encoded, and the port is a number',
  );
}

function checkPort(path: string, { port }: PostgresConfig): void {
  if (port === undefined || (Number.isInteger(port) && port > 0 && port < 65_536)) return;
  throw invalid(path, 'expected a port between 1 and 65535');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

export function checkedSchema(schema: unknown): string {
  const fits = typeof schema === 'string' && schema !== '' && Buffer.byteLength(schema) <= NAME_MAX_BYTES;
  if (!fits || schema.includes('\0')) throw invalid('schema', `expected a name of at most ${NAME_MAX_BYTES} bytes`);
  return schema;
}

function milliseconds(path: string, value: unknown, standard: number): number {
  if (value === undefined) return standard;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 2 ** 31) return value;
  throw invalid(path, 'expected whole milliseconds, 1 or more');
}

function known(path: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw invalid(path, `expected an object`);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) throw invalid(stranger, `unknown option; known are ${names.join(', ')}`);
}

function invalid(path: string, message: string): FirstlineError {
  return new FirstlineError('invalid_options', `postgresStorage: ${path}: ${message}`, { path });
}
