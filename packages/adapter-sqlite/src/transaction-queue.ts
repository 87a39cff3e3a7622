import { setTimeout as sleep } from 'node:timers/promises';
import { FirstlineError, isFirstlineError } from '@firstline/core';
import type { SqlExecutor, TransactionMode } from '@firstline/storage-sql';
import type { Connection } from './connection';
import { fromSqlite, isBusy } from './sqlite-errors';
import { SqliteExecutor } from './sqlite-executor';

type Body = (tx: SqlExecutor) => Promise<unknown>;

interface Job {
  readonly mode: TransactionMode;
  readonly body: Body;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Tells a job's caller how it ended; only called once that is true on the disk. */
type Report = () => void;

/** More would hold up the event loop for longer than a commit takes. */
const GROUP_MAX = 128;
const FIRST_PAUSE_MS = 1;
const LAST_PAUSE_MS = 5;

/**
 * Group commit. There is one connection, and a commit that reaches the disk costs more than many messages; so whatever
 * is waiting goes into one transaction, one body after the other. Where one fails, they run again so that only its own
 * writes are undone:
 *
 *     waiting --(next turn)--> begin, bodies, commit --> callers are told
 *                  ^                  | busy
 *                  '----- pause ------'   rolled back; the bodies run again from the start
 *
 * Reading bodies queue up too, so that nobody sees what is not committed. A body must await nothing but its executor. It
 * then runs within one turn of the event loop; one that does not is rolled back and rejected, so that it can neither
 * keep the transaction open nor wait for itself.
 */
export class TransactionQueue {
  readonly #connection: Connection;
  readonly #busyTimeoutMs: number;
  readonly #waiting: Job[] = [];
  #active = false;
  readonly #whenIdle: (() => void)[] = [];
  #stalled: () => void = () => undefined;

  constructor(connection: Connection, busyTimeoutMs: number) {
    this.#connection = connection;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  run<T>(mode: TransactionMode, body: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ mode, body, resolve: resolve as Job['resolve'], reject });
      this.#wake();
    });
  }

  /** Resolves when nothing waits or runs. */
  async idle(): Promise<void> {
    if (this.#active) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** In the next turn, not at once: what arrived in the same turn, from sockets for example, shares the commit. */
  #wake(): void {
    if (this.#active) return;
    this.#active = true;
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const group = this.#waiting.splice(0, GROUP_MAX);
    for (const report of await this.#committed(group)) report();
    this.#active = false;
    if (this.#waiting.length > 0) this.#wake();
    else for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #committed(group: readonly Job[]): Promise<readonly Report[]> {
    let waitedMs = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs + 1, LAST_PAUSE_MS)) {
      try {
        // Bodies hardly ever fail, and to be able to undo each by itself costs a fifth of all the work.
        return (await this.#attempt(group, false)) ?? (await this.#attempt(group, true)) ?? [];
      } catch (error) {
        this.#rollBack();
        if (!isBusy(error) || waitedMs >= this.#busyTimeoutMs) {
          const failure = unavailable(error);
          return group.map((job) => () => job.reject(failure));
        }
        waitedMs += pauseMs;
        await sleep(pauseMs);
      }
    }
  }

  /** Runs and commits a group. `null`: a body failed that could not be undone alone, so nothing has happened. */
  async #attempt(group: readonly Job[], separable: boolean): Promise<readonly Report[] | null> {
    const connection = this.#connection;
    connection.begin(group.some((job) => job.mode === 'write') ? 'write' : 'read');
    const guard = everyTurn(() => this.#stalled());
    try {
      const reports: Report[] = [];
      for (const job of group) {
        const { report, spoiled } = await this.#runJob(job, separable && job.mode === 'write');
        reports.push(report);
        if (!spoiled) continue;
        connection.rollback();
        return group.length === 1 ? reports : null;
      }
      connection.commit();
      return reports;
    } finally {
      guard.clear();
    }
  }

  /** `spoiled`: the transaction holds what a failed body has written. */
  async #runJob(job: Job, undoable: boolean): Promise<{ readonly report: Report; readonly spoiled: boolean }> {
    const connection = this.#connection;
    const tx = new SqliteExecutor(connection);
    if (undoable) connection.savepoint();
    try {
      const value = await this.#withinTurn(job.body(tx));
      if (undoable) connection.keepSavepoint();
      return { report: () => job.resolve(value), spoiled: false };
    } catch (error) {
      if (isWholesale(error) || !connection.inTransaction) throw error;
      if (undoable) connection.undoSavepoint();
      return { report: () => job.reject(error), spoiled: job.mode === 'write' && !undoable };
    } finally {
      tx.end();
    }
  }

  #withinTurn(body: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#stalled = () => reject(new FirstlineError('internal', 'a transaction waited for something outside it'));
      body.then(resolve, reject);
    });
  }

  #rollBack(): void {
    if (!this.#connection.inTransaction) return;
    try {
      this.#connection.rollback();
    } catch {
      // Some failures end the transaction by themselves, which is just as well.
    }
  }
}

/** A failure of the database as a whole, not of one body. */
function isWholesale(error: unknown): boolean {
  return isFirstlineError(error) && error.code === 'storage_unavailable';
}

function unavailable(error: unknown): FirstlineError {
  const known = fromSqlite(error);
  if (known.code === 'storage_unavailable') return known;
  return new FirstlineError('storage_unavailable', 'SQLite could not commit', { cause: known.cause ?? known });
}

/** Calls back in every turn of the event loop until cleared. */
function everyTurn(callback: () => void): { clear(): void } {
  let immediate = setImmediate(turn);
  function turn(): void {
    callback();
    immediate = setImmediate(turn);
  }
  return { clear: () => clearImmediate(immediate) };
}
