import { setTimeout as sleep } from 'node:timers/promises';
import { FirstlineError } from '@firstline/core';
import type { SqlDriver, SqlExecutor, TransactionMode } from '@firstline/storage-sql';
import { Connection } from './connection';
import type { SqliteSettings } from './options';
import { isBusy } from './sqlite-errors';
import { TransactionQueue } from './transaction-queue';

const PAUSE_MS = 5;

export class SqliteDriver implements SqlDriver {
  readonly #settings: SqliteSettings;
  #connection: Connection | null = null;
  #queue: TransactionQueue | null = null;

  constructor(settings: SqliteSettings) {
    this.#settings = settings;
  }

  async open(): Promise<void> {
    if (this.#connection !== null) return;
    const connection = await this.#connect();
    this.#connection = connection;
    this.#queue = new TransactionQueue(connection, this.#settings.busyTimeoutMs);
  }

  transaction<T>(mode: TransactionMode, body: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    if (this.#queue === null) return Promise.reject(new FirstlineError('storage_unavailable', 'SQLite is not open'));
    return this.#queue.run(mode, body);
  }

  async close(): Promise<void> {
    await this.#queue?.idle();
    this.#connection?.close();
  }

  /** Switching a new file to WAL fails at once, without waiting, while another process does the same. */
  async #connect(): Promise<Connection> {
    for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
      try {
        return Connection.open(this.#settings);
      } catch (error) {
        if (!isBusy(error) || waitedMs >= this.#settings.busyTimeoutMs) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }
}
