import type { PoolStatus, StorageSignals } from '@firstline/core';
import type { Statement } from './statement';

/**
 * Runs statements inside one transaction, in the order in which they are given, whether or not the answer to the last one was
 * waited for: where a journey is expensive, what is given together travels together. Of no use any more once the transaction's body
 * has returned or failed.
 */
export interface SqlExecutor {
  /** All rows of the result. */
  all<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R[]>;
  /** The first row of the result. */
  first<P extends object, R>(statement: Statement<P, R>, params: P): Promise<R | undefined>;
  /** Resolves to the number of rows written. Only for statements without a result. */
  run<P extends object>(statement: Statement<P, unknown>, params: P): Promise<number>;
  /**
   * The same statement for each of a list, no two of which concern the same row. One prepared statement in a loop where the
   * database is in this process; a driver that has to travel takes the statement's `each`, where there is one.
   */
  runEach<P extends object>(statement: Statement<P, unknown>, list: readonly P[]): Promise<void>;
  /**
   * Nothing will be asked any more, and none of the answers that are still waited for makes the body fail: the end of the
   * transaction may travel with what was given last.
   */
  ending(): void;
  /** Runs a statement that is needed only once, such as one that makes a table. */
  execute(sql: string): Promise<void>;
}

/**
 * - `read`   writes nothing, and all its statements see the same state of the data
 * - `fresh`  writes nothing, and each statement sees what was committed before it began
 * - `write`  each statement sees what was committed before it began; what must not change meanwhile is locked
 */
export type TransactionMode = 'read' | 'fresh' | 'write';

/** Says which transactions may become one: those of the same kind whose keys differ. */
export interface Shared {
  readonly kind: string;
  /** Of the row that they lock first; two with the same key never meet in one transaction. */
  readonly key: string;
}

/** A database, reduced to what the storage needs of it. */
export interface SqlDriver {
  /** Where the database tells processes of each other. */
  readonly signals?: StorageSignals;
  /** How busy the connections are; `null`: it is not connected, or nobody knows. Left out where there is no pool. */
  pool?(): PoolStatus | null;
  /** Connects, unless it is connected. */
  open(): Promise<void>;
  /**
   * Runs `body` in a transaction: what it wrote is there, durably, when the promise resolves, and nothing of it when the
   * promise rejects. `body` must await nothing but `tx`, and must depend on nothing but its inputs and `tx`: it may be
   * run again from the start. An error it throws is passed on as it is; the database's own become a `FirstlineError`.
   *
   * With `shared`, those that wait at the same time may share one transaction and its commit, where a commit is expensive. Each
   * is answered by itself all the same: where one fails, the others are run again without it.
   */
  transaction<T>(mode: TransactionMode, body: (tx: SqlExecutor) => Promise<T>, shared?: Shared): Promise<T>;
  /** Waits for the transactions under way, then disconnects what `open` connected. Called at most once. */
  close(): Promise<void>;
}
