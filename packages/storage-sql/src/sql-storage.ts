import {
  FirstlineError,
  type PoolStatus,
  type Storage,
  type StorageMethod,
  type StorageSignals,
} from '@firstline/core';
import { accept } from './accept';
import { claimDeliveries } from './claim-deliveries';
import { commit } from './commit';
import { counts } from './counts';
import { claimDetection, finishDetection } from './detection';
import type { SqlDialect } from './dialect';
import type { Shared, SqlDriver, SqlExecutor, TransactionMode } from './driver';
import * as health from './endpoints';
import { feed } from './feed';
import { finishDeliveries, replayDelivery } from './finish-deliveries';
import { affectedBy, affectedPage, liveIncidents, writeChanges } from './incidents';
import { migrate, type Migrating } from './migrate';
import { newestPage } from './newest-first';
import { type SqlQueries, sqlQueries } from './queries';
import { decision, delivery, history, outcome, queue } from './reads';
import { Refusal, refusable } from './refusal';
import { conversationOf } from './rows/conversation-row';
import { deliveryOf } from './rows/delivery-row';
import { incidentOf } from './rows/incident-row';
import { endpointOf } from './rows/endpoint-row';
import { noteOf } from './rows/note-row';
import { inboundOf, messageOf } from './rows/message-row';
import { reminderOf } from './rows/reminder-row';
import { templateOf } from './rows/template-row';
import { ticketOf } from './rows/ticket-row';
import { archive, correct, erase, prune, putTemplate } from './upkeep';
import { claim, drafts, nextDueAt, release, states } from './work';

type Params<K extends StorageMethod> = Parameters<Storage[K]>[0];

/** A {@link Storage} on an SQL database. Opening once, closing once and refusing after it are done here for every driver. */
export class SqlStorage implements Storage {
  readonly signals?: StorageSignals;
  readonly #driver: SqlDriver;
  readonly #dialect: SqlDialect;
  readonly #migrating: Migrating;
  #queries: SqlQueries | null = null;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(driver: SqlDriver, dialect: SqlDialect, migrating: Migrating = 'if needed') {
    this.#driver = driver;
    this.#dialect = dialect;
    this.#migrating = migrating;
    if (driver.signals !== undefined) this.signals = driver.signals;
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
    await migrate(this.#driver, this.#dialect, this.#migrating);
    this.#queries = sqlQueries(this.#dialect);
  }

  accept(params: Params<'accept'>) {
    const shared = { kind: 'accept', key: `${params.tenant} ${params.message.clientId}` };
    return refusable(this.#run('write', (q, tx) => accept(q, tx, params), shared));
  }

  claim(params: Params<'claim'>) {
    return this.#run('write', (q, tx) => claim(q, tx, params));
  }

  states(params: Params<'states'>) {
    return this.#run('read', (q, tx) => states(q, tx, params));
  }

  drafts(params: Params<'drafts'>) {
    return this.#run('read', (q, tx) => drafts(q, tx, params));
  }

  commit(params: Params<'commit'>) {
    const shared = { kind: 'commit', key: `${params.tenant} ${params.clientId}` };
    return refusable(this.#run('write', (q, tx) => commit(q, tx, params), shared));
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

  replayDeliveries(params: Params<'replayDeliveries'>) {
    return this.#run('write', (q, tx) => health.replayDeliveries(q, tx, params));
  }

  endpoints(params: Params<'endpoints'>) {
    return this.#run('read', (q, tx) => health.endpoints(q, tx, params));
  }

  endpointPage(params: Params<'endpointPage'>) {
    return this.#run('read', (q, tx) => newestPage(tx, q.endpoints.list, params, endpointOf));
  }

  endpointsInTrouble(params: Params<'endpointsInTrouble'>) {
    return this.#run('read', (q, tx) => health.endpointsInTrouble(q, tx, params));
  }

  putEndpoint(params: Params<'putEndpoint'>) {
    return this.#run('write', (q, tx) => health.putEndpoint(q, tx, params));
  }

  wake(params: Params<'wake'>) {
    return this.#run('write', (q, tx) => health.wake(q, tx, params));
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

  async messagesBefore({ tenant, conversationId, seq, limit }: Params<'messagesBefore'>) {
    // Numbers have no gaps.
    const after = Math.max(0, seq - 1 - limit);
    const few = { tenant, conversationId, after, limit: Math.max(0, seq - 1 - after) };
    const rows = await this.#run('read', (q, tx) => tx.all(q.messages.history, few));
    return rows.map(messageOf);
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

  queue(params: Params<'queue'>) {
    return this.#run('read', (q, tx) => queue(q, tx, params));
  }

  correct(params: Params<'correct'>) {
    return this.#run('write', (q, tx) => correct(q, tx, params));
  }

  async corrections(params: Params<'corrections'>) {
    const rows = await this.#run('read', (q, tx) => tx.all(q.messages.corrected, params));
    return rows.map(inboundOf).reverse();
  }

  async notes(params: Params<'notes'>) {
    const rows = await this.#run('read', (q, tx) => tx.all(q.notes.list, params));
    return rows.map(noteOf);
  }

  deliveries(params: Params<'deliveries'>) {
    return this.#run('read', (q, tx) => newestPage(tx, q.deliveries.list, params, deliveryOf));
  }

  delivery(params: Params<'delivery'>) {
    return this.#run('read', (q, tx) => delivery(q, tx, params));
  }

  events(params: Params<'events'>) {
    return this.#run('fresh', (q, tx) => feed(q, tx, params));
  }

  counts(params: Params<'counts'>) {
    return this.#run('read', (q, tx) => counts(q, tx, params));
  }

  claimDetection(params: Params<'claimDetection'>) {
    return this.#run('write', (q, tx) => claimDetection(q, tx, params));
  }

  finishDetection(params: Params<'finishDetection'>) {
    return refusable(this.#run('write', (q, tx) => finishDetection(q, tx, params)));
  }

  changeIncidents({ tenant, now, changes }: Params<'changeIncidents'>) {
    return refusable(
      this.#run('write', async (q, tx) => {
        if (!(await writeChanges(q, tx, tenant, changes, now))) throw new Refusal('conflict' as const);
        return 'changed' as const;
      }) as Promise<'changed' | 'conflict'>,
    );
  }

  async incident({ tenant, incidentId }: Params<'incident'>) {
    const row = await this.#run('read', (q, tx) => tx.first(q.incidents.get, { tenant, id: incidentId }));
    return row === undefined ? null : incidentOf(row);
  }

  incidents(params: Params<'incidents'>) {
    return this.#run('read', (q, tx) => newestPage(tx, q.incidents.list, params, incidentOf));
  }

  liveIncidents(params: Params<'liveIncidents'>) {
    return this.#run('read', (q, tx) => liveIncidents(q, tx, params));
  }

  affected(params: Params<'affected'>) {
    return this.#run('read', (q, tx) => affectedPage(q, tx, params));
  }

  affectedBy(params: Params<'affectedBy'>) {
    return this.#run('read', (q, tx) => affectedBy(q, tx, params));
  }

  async templates(params: Params<'templates'>) {
    const rows = await this.#run('read', (q, tx) => tx.all(q.templates.all, params));
    return rows.map(templateOf);
  }

  putTemplate(params: Params<'putTemplate'>) {
    return this.#run('write', (q, tx) => putTemplate(q, tx, params));
  }

  archive(params: Params<'archive'>) {
    return this.#run('write', (q, tx) => archive(q, tx, params));
  }

  erase(params: Params<'erase'>) {
    return this.#run('write', (q, tx) => erase(q, tx, params));
  }

  prune(params: Params<'prune'>) {
    return this.#run('write', (q, tx) => prune(q, tx, params));
  }

  async ping(): Promise<void> {
    await this.#run('read', (q, tx) => tx.first(q.ping, {}));
  }

  pool(): PoolStatus | null {
    return this.#driver.pool?.() ?? null;
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

  async #run<T>(
    mode: TransactionMode,
    body: (q: SqlQueries, tx: SqlExecutor) => Promise<T>,
    shared?: Shared,
  ): Promise<T> {
    if (this.#closing !== null) throw stopped();
    const queries = this.#queries;
    if (queries === null) throw new FirstlineError('storage_unavailable', 'the storage is not open; call open() first');
    return this.#driver.transaction(mode, (tx) => body(queries, tx), shared);
  }
}

function stopped(): FirstlineError {
  return new FirstlineError('stopped', 'the storage has been closed');
}
