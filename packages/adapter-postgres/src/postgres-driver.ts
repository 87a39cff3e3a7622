import { setTimeout as sleepFor } from 'node:timers/promises';
import { FirstlineError } from '@firstline/core';
import type { SqlDriver, SqlExecutor, TransactionMode } from '@firstline/storage-sql';
import { carrierOn } from './carrier';
import { type Connections, connectionsOf } from './connections';
import type { PostgresSettings } from './options';
import { fromPostgres, isRepeatable, isDisconnected } from './postgres-errors';
import { PostgresExecutor } from './postgres-executor';
import type { PostgresClient, PostgresQuery } from './postgres-pool';
import { PostgresSignals } from './postgres-signals';
import { begin, commit, rolledBack } from './transaction-ends';
import { within } from './within';

/** Between the attempts of a transaction that crossed another one: the last comes some two thirds of a second late. */
const PAUSES_MS = [5, 10, 20, 40, 80, 160, 320];

/** A signal that takes longer is lost, and the connection with it. */
const SIGNAL_MS = 5_000;

type Sleep = (ms: number) => Promise<unknown>;

/** Runs transactions on the connections of a pool, each on one of its own. */
export class PostgresDriver implements SqlDriver {
  readonly #settings: PostgresSettings;
  readonly #sleep: Sleep;
  readonly signals?: PostgresSignals;
  readonly #active = new Set<Promise<unknown>>();
  #connections: Connections | null = null;

  constructor(settings: PostgresSettings, sleep: Sleep = sleepFor) {
    this.#settings = settings;
    this.#sleep = sleep;
    const { schema, signals: target, clock, logger } = settings;
    const run = (query: PostgresQuery): Promise<unknown> => this.#alone(query);
    if (target !== null) this.signals = new PostgresSignals({ schema, target, run, clock, logger });
  }

  async open(): Promise<void> {
    this.#connections ??= connectionsOf(this.#settings.target);
  }

  async transaction<T>(mode: TransactionMode, body: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    const running = this.#repeated(mode, body);
    this.#active.add(running);
    try {
      return await running;
    } finally {
      this.#active.delete(running);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#active);
    await this.signals?.close();
    await this.#connections?.close();
  }

  async #repeated<T>(mode: TransactionMode, body: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await this.#once(mode, body);
      } catch (error) {
        if (!isRepeatable(error)) throw error;
      }
      await this.#sleep(pauseMs);
    }
    return this.#once(mode, body);
  }

  async #once<T>(mode: TransactionMode, body: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const carrier = carrierOn(client);
    const end: { committed?: Promise<void> } = {};
    const tx = new PostgresExecutor(carrier, () => {
      if (!carrier.together) return;
      end.committed = commit(carrier);
      // Where the body fails, its own error is what counts.
      end.committed.catch(ignore);
    });
    let lost = false;
    try {
      const begun = begin(carrier, mode, this.#settings.timeouts);
      if (!carrier.together) await begun;
      const [value] = await Promise.all([body(tx), begun]);
      await (end.committed ?? commit(carrier));
      return value;
    } catch (error) {
      tx.end();
      // What was begun beside the statement that failed must not go on behind the end of the transaction.
      await carrier.idle();
      lost ||= isDisconnected(error) || !(await rolledBack(carrier));
      throw error;
    } finally {
      tx.end();
      client.removeListener('error', ignore);
      client.release(lost);
    }
  }

  /** One statement that is a transaction by itself. */
  async #alone(query: PostgresQuery): Promise<void> {
    const client = await this.#connect();
    let lost = false;
    try {
      await within(this.#settings.clock, SIGNAL_MS, client.query(query));
    } catch (error) {
      lost = true;
      throw fromPostgres(error);
    } finally {
      client.removeListener('error', ignore);
      client.release(lost);
    }
  }

  #connect(): Promise<PostgresClient> {
    const pool = this.#connections?.pool;
    return new Promise<PostgresClient>((resolve, reject) => {
      if (pool === undefined) throw new FirstlineError('storage_unavailable', 'Postgres is not open');
      pool.connect((error, client) => {
        if (client === undefined) {
          reject(error ?? new Error('no connection'));
          return;
        }
        // Listening from the first moment on: the server may end a connection with the packet that begins it.
        client.on('error', ignore);
        resolve(client);
      });
    }).catch((error: unknown) => {
      throw fromPostgres(error);
    });
  }
}

/** A connection may be lost where nobody waits for an answer; the next statement on it tells. */
function ignore(): void {
  return undefined;
}
