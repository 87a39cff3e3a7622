import { FirstlineError, type Storage } from '@firstline/core';
import { accept } from './accept';
import { claimDeliveries } from './claim-deliveries';
import { commit } from './commit';
import { counts } from './counts';
import type { SqlDialect } from './dialect';
import type { SqlDriver, SqlExecutor, TransactionMode } from './driver';
import { finishDeliveries, replayDelivery } from './finish-deliveries';
import { migrate } from './migrate';
import { newestPage } from './newest-first';
import { type SqlQueries, sqlQueries } from './queries';
import { decision, delivery, history, outcome } from './reads';
import { refusable } from './refusal';
import { conversationOf } from './rows/conversation-row';
import { deliveryOf } from './rows/delivery-row';
import { eventOf } from './rows/event-row';
import { reminderOf } from './rows/reminder-row';
import { ticketOf } from './rows/ticket-row';
import { claim, nextDueAt, release, states } from './work';

type Params<K extends keyof Storage> = Parameters<Storage[K]>[0];

/** A {@link Storage} on an SQL database. Opening once, closing once and refusing after it are done here for every driver. */
export class SqlStorage implements Storage {
  readonly #driver: SqlDriver;
  readonly #dialect: SqlDialect;
  #queries: SqlQueries | null = null;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(driver: SqlDriver, dialect: SqlDialect) {
    this.#driver = driver;
    this.#dialect = dialect;
  }

  async open(): Promise<void> {
    if (this.#closing !== null) throw stopped();
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    await this.#driver.open();
    await migrate(this.#driver, this.#dialect);
    this.#queries = sqlQueries(this.#dialect);
  }

  accept(params: Params<'accept'>) {
    return this.#run('write', (q, tx) => accept(q, tx, params));
  }

  claim(params: Params<'claim'>) {
    return this.#run('write', (q, tx) => claim(q, tx, params));
  }

  states(params: Params<'states'>) {
    return this.#run('read', (q, tx) => states(q, tx, params));
  }

  commit(params: Params<'commit'>) {
    return refusable(this.#run('write', (q, tx) => commit(q, tx, params)));
  }

  release(params: Params<'release'>) {
    return this.#run('write', (q, tx) => release(q, tx, params));
  }

  claimDeliveries(params: Params<'claimDeliveries'>) {
    return this.#run('write', (q, tx) => claimDeliveries(q, tx, params));
  }

  finishDeliveries(params: Params<'finishDeliveries'>) {
    return this.#run('write', (q, tx) => finishDeliveries(q, tx, params));
  }

  replayDelivery(params: Params<'replayDelivery'>) {
    return this.#run('write', (q, tx) => replayDelivery(q, tx, params));
  }

  nextDueAt(params: Params<'nextDueAt'>) {
    return this.#run('read', (q, tx) => nextDueAt(q, tx, params));
  }

  outcome(params: Params<'outcome'>) {
    return this.#run('read', (q, tx) => outcome(q, tx, params));
  }

  decision(params: Params<'decision'>) {
    return this.#run('read', (q, tx) => decision(q, tx, params));
  }

  async conversation({ tenant, conversationId }: Params<'conversation'>) {
    const row = await this.#run('read', (q, tx) => tx.first(q.conversations.get, { tenant, id: conversationId }));
    return row === undefined ? null : conversationOf(row);
  }

  conversations(params: Params<'conversations'>) {
    return this.#run('read', (q, tx) => newestPage(tx, q.conversations.list, params, conversationOf));
  }

  messages(params: Params<'messages'>) {
    return this.#run('read', (q, tx) => history(q, tx, params));
  }

  async reminders(params: Params<'reminders'>) {
    const rows = await this.#run('read', (q, tx) => tx.all(q.reminders.list, params));
    return rows.map(reminderOf);
  }

  async ticket({ tenant, ticketId }: Params<'ticket'>) {
    const row = await this.#run('read', (q, tx) => tx.first(q.tickets.get, { tenant, id: ticketId }));
    return row === undefined ? null : ticketOf(row);
  }

  tickets(params: Params<'tickets'>) {
    return this.#run('read', (q, tx) => newestPage(tx, q.tickets.list, params, ticketOf));
  }

  deliveries(params: Params<'deliveries'>) {
    return this.#run('read', (q, tx) => newestPage(tx, q.deliveries.list, params, deliveryOf));
  }

  delivery(params: Params<'delivery'>) {
    return this.#run('read', (q, tx) => delivery(q, tx, params));
  }

  async events(params: Params<'events'>) {
    const rows = await this.#run('read', (q, tx) => tx.all(q.events.after, params));
    return rows.map(eventOf);
  }

  counts(params: Params<'counts'>) {
    return this.#run('read', (q, tx) => counts(q, tx, params));
  }

  async ping(): Promise<void> {
    await this.#run('read', (q, tx) => tx.first(q.ping, {}));
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // A failed open has told its caller already.
    await this.#opening?.catch(() => undefined);
    await this.#driver.close();
  }

  async #run<T>(mode: TransactionMode, body: (q: SqlQueries, tx: SqlExecutor) => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw stopped();
    const queries = this.#queries;
    if (queries === null) throw new FirstlineError('storage_unavailable', 'the storage is not open; call open() first');
    return this.#driver.transaction(mode, (tx) => body(queries, tx));
  }
}

function stopped(): FirstlineError {
  return new FirstlineError('stopped', 'the storage has been closed');
}
