import { setTimeout as sleepFor } from 'node:timers/promises';
import { FirstlineError } from '@firstline/core';
import type { Shared, SqlDriver, TransactionMode } from '@firstline/storage-sql';
import { carrierOn } from './carrier';
import { type Connections, connectionsOf } from './connections';
import type { PostgresSettings, PostgresTimeouts } from './options';
import { fromPostgres, isBlocked, isDisconnected, isOutgrown, isRepeatable } from './postgres-errors';
import { Patience } from './patience';
import type { PostgresClient, PostgresQuery } from './postgres-pool';
import { PostgresSignals } from './postgres-signals';
import { FailedBehindEnd, PostgresTransaction } from './postgres-transaction';
import { begin, rolledBack } from './transaction-ends';
import { type Body, NotTogether, TransactionGroups } from './transaction-groups';
import { within } from './within';

/** Between the attempts of a transaction that crossed another one: the last comes some two thirds of a second late. */
const PAUSES_MS = [5, 10, 20, 40, 80, 160, 320];

/** Less than the server takes to find out that two wait for each other. */
const GROUP_LOCK_MS = 50;

/**
 * What a journey may take beyond the server's own limits for a statement and a lock: the way there and back, and a server that is
 * too busy to look at its clock. Only where nobody answers at all, since the network or the server stands still, is it reached.
 */
const SLACK_MS = 5_000;

/**
 * Connections of a pool that may all have plans from before the tables were changed. Each is dropped where it is noticed, so this
 * only ends what has another reason, such as a proxy that keeps the plans.
 */
const OUTGROWN_MAX = 200;

/** A signal that takes longer is lost, and the connection with it. */
const SIGNAL_MS = 5_000;

type Sleep = (ms: number) => Promise<unknown>;

/** Runs transactions on the connections of a pool, each on one of its own. */
export class PostgresDriver implements SqlDriver {
  readonly #settings: PostgresSettings;
  readonly #sleep: Sleep;
  readonly signals?: PostgresSignals;
  readonly #groups = new TransactionGroups({
    together: (bodies) => this.#together(bodies),
    alone: (body) => this.#repeated('write', body),
  });
  /** For a journey to the server. */
  readonly #patience: Patience;
  readonly #active = new Set<Promise<unknown>>();
  #connections: Connections | null = null;

  constructor(settings: PostgresSettings, sleep: Sleep = sleepFor) {
    this.#settings = settings;
    this.#sleep = sleep;
    const { schema, signals: target, clock, logger, timeouts } = settings;
    this.#patience = new Patience(clock, timeouts.statementMs + timeouts.lockMs + SLACK_MS);
    const run = (query: PostgresQuery): Promise<unknown> => this.#signal(query);
    if (target !== null) this.signals = new PostgresSignals({ schema, target, run, clock, logger });
  }

  async open(): Promise<void> {
    this.#connections ??= connectionsOf(this.#settings.target);
  }

  pool(): ReturnType<NonNullable<SqlDriver['pool']>> {
    const { totalCount, idleCount, waitingCount } = this.#connections?.pool ?? {};
    if (totalCount === undefined || idleCount === undefined || waitingCount === undefined) return null;
    return { size: totalCount, idle: idleCount, waiting: waitingCount };
  }

  async transaction<T>(mode: TransactionMode, body: Body<T>, shared?: Shared): Promise<T> {
    const running =
      shared === undefined || mode !== 'write' ? this.#repeated(mode, body) : this.#groups.run(shared, body);
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

  async #repeated<T>(mode: TransactionMode, body: Body<T>): Promise<T> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await this.#alone(mode, body);
      } catch (error) {
        if (!isRepeatable(error)) throw error;
      }
      await this.#sleep(pauseMs);
    }
    return this.#alone(mode, body);
  }

  /** A connection whose plans the tables have outgrown is dropped, and the next one asked at once. */
  async #alone<T>(mode: TransactionMode, body: Body<T>): Promise<T> {
    for (let dropped = 0; ; dropped += 1) {
      try {
        const [value] = await this.#once(mode, [body], this.#settings.timeouts);
        return value as T;
      } catch (error) {
        if (!isOutgrown(error) || dropped >= OUTGROWN_MAX) throw error;
      }
    }
  }

  /** A lock that somebody holds for longer holds up whoever waits for it alone, and not the others. */
  async #together(bodies: readonly Body<unknown>[]): Promise<readonly unknown[]> {
    const { timeouts } = this.#settings;
    try {
      return await this.#once('write', bodies, { ...timeouts, lockMs: Math.min(timeouts.lockMs, GROUP_LOCK_MS) });
    } catch (error) {
      if (error instanceof FailedBehindEnd) throw error;
      if (isRepeatable(error)) throw new NotTogether();
      // Of a connection that was lost nobody knows whether it has committed.
      throw !isDisconnected(error) && (bodies.length > 1 || isBlocked(error)) ? new NotTogether() : error;
    }
  }

  async #once<T>(mode: TransactionMode, bodies: readonly Body<T>[], timeouts: PostgresTimeouts): Promise<T[]> {
    const client = await this.#connect((connecting) => this.#patience.within(connecting));
    const carrier = carrierOn(client, this.#patience);
    const transaction = new PostgresTransaction(carrier, bodies.length);
    let lost = false;
    try {
      const begun = begin(carrier, mode, timeouts);
      if (!carrier.together) await begun;
      const [values] = await Promise.all([Promise.all(bodies.map((body) => body(transaction.executor()))), begun]);
      await transaction.commit();
      return values;
    } catch (error) {
      transaction.end();
      // What was begun beside the statement that failed must not go on behind the end of the transaction.
      await carrier.idle();
      if (await transaction.isCommitted()) throw new FailedBehindEnd(error);
      lost ||= isDisconnected(error) || !(await rolledBack(carrier));
      throw error;
    } finally {
      transaction.end();
      client.removeListener('error', ignore);
      client.release(lost);
    }
  }

  /** One statement that is a transaction by itself. */
  async #signal(query: PostgresQuery): Promise<void> {
    const inTime = <T>(running: Promise<T>): Promise<T> => within(this.#settings.clock, SIGNAL_MS, running);
    const client = await this.#connect(inTime);
    let lost = false;
    try {
      await inTime(client.query(query));
    } catch (error) {
      lost = true;
      throw fromPostgres(error);
    } finally {
      client.removeListener('error', ignore);
      client.release(lost);
    }
  }

  /** A pool that was given may have no limit of its own. */
  async #connect(inTime: <T>(running: Promise<T>) => Promise<T>): Promise<PostgresClient> {
    const connecting = this.#nextConnection();
    try {
      return await inTime(connecting);
    } catch (error) {
      // One that comes too late goes back.
      void connecting.then(giveBack, ignore);
      throw fromPostgres(error);
    }
  }

  #nextConnection(): Promise<PostgresClient> {
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
    });
  }
}

function giveBack(client: PostgresClient): void {
  client.removeListener('error', ignore);
  client.release();
}

/** A connection may be lost where nobody waits for an answer; the next statement on it tells. */
function ignore(): void {
  return undefined;
}
