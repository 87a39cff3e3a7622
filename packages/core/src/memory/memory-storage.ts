import { FirstlineError } from '../errors';
import type { Storage, StorageMethod } from '../ports/storage';
import { accept } from './accept';
import { archive } from './archive';
import { commit } from './commit';
import * as health from './endpoints';
import { claimDeliveries, finishDeliveries, replayDelivery } from './deliveries';
import { claimDetection, finishDetection } from './detection';
import * as incidents from './incidents';
import { claim, nextDueAt, release } from './leases';
import * as reads from './reads';
import { Tables } from './tables';
import * as upkeep from './upkeep';

type Params<Method extends StorageMethod> = Parameters<Storage[Method]> extends [infer Only] ? Only : never;

/** Keeps everything in this process's memory and forgets it at its end: for tests, trials and demonstrations. */
export function memoryStorage(): Storage {
  return new MemoryStorage();
}

/**
 * The reference of the {@link Storage} port. Every body is synchronous, so no two calls ever mix, and every one checks
 * all it has to before it writes, so each happens whole or not at all.
 */
class MemoryStorage implements Storage {
  readonly #tenants = new Map<string, Tables>();
  #closed = false;

  async open(): Promise<void> {
    this.#checkOpen();
  }

  async accept(params: Params<'accept'>) {
    const tables = this.#of(params);
    const result = accept(tables, params);
    // A tenant begins to exist with the first thing written for it.
    this.#tenants.set(params.tenant, tables);
    return result;
  }

  async claim(params: Params<'claim'>) {
    return claim(this.#of(params), params);
  }

  async states(params: Params<'states'>) {
    return reads.states(this.#of(params), params.conversationIds);
  }

  async drafts(params: Params<'drafts'>) {
    return reads.drafts(this.#of(params), params.conversationId);
  }

  async commit(params: Params<'commit'>) {
    return commit(this.#of(params), params);
  }

  async release(params: Params<'release'>) {
    return release(this.#of(params), params);
  }

  async claimDeliveries(params: Params<'claimDeliveries'>) {
    return claimDeliveries(this.#of(params), params);
  }

  async finishDeliveries(params: Params<'finishDeliveries'>) {
    return finishDeliveries(this.#of(params), params);
  }

  async replayDelivery(params: Params<'replayDelivery'>) {
    return replayDelivery(this.#of(params), params);
  }

  async replayDeliveries(params: Params<'replayDeliveries'>) {
    return health.replayDeliveries(this.#of(params), params);
  }

  async endpoints(params: Params<'endpoints'>) {
    return health.endpoints(this.#of(params), params.keys);
  }

  async endpointPage(params: Params<'endpointPage'>) {
    return health.endpointPage(this.#of(params), params);
  }

  async endpointsInTrouble(params: Params<'endpointsInTrouble'>) {
    return health.endpointsInTrouble(this.#of(params), params);
  }

  async putEndpoint(params: Params<'putEndpoint'>) {
    const tables = this.#of(params);
    const done = health.putEndpoint(tables, params);
    if (done) this.#tenants.set(params.tenant, tables);
    return done;
  }

  async wake(params: Params<'wake'>) {
    return health.wake(this.#of(params), params);
  }

  async nextDueAt(params: Params<'nextDueAt'>) {
    return nextDueAt(this.#of(params), params.kinds);
  }

  async outcome(params: Params<'outcome'>) {
    return reads.outcome(this.#of(params), params.messageId);
  }

  async decision(params: Params<'decision'>) {
    return reads.decision(this.#of(params), params.messageId);
  }

  async conversation(params: Params<'conversation'>) {
    return this.#of(params).conversations.get(params.conversationId) ?? null;
  }

  async conversations(params: Params<'conversations'>) {
    return reads.conversations(this.#of(params), params);
  }

  async messages(params: Params<'messages'>) {
    return reads.messages(this.#of(params), params);
  }

  async messagesBefore(params: Params<'messagesBefore'>) {
    return reads.messagesBefore(this.#of(params), params);
  }

  async reminders(params: Params<'reminders'>) {
    const tables = this.#of(params);
    return tables.thread(params.conversationId).reminders.map((id) => tables.reminders.must(id));
  }

  async ticket(params: Params<'ticket'>) {
    return this.#of(params).tickets.get(params.ticketId) ?? null;
  }

  async tickets(params: Params<'tickets'>) {
    return reads.tickets(this.#of(params), params);
  }

  async queue(params: Params<'queue'>) {
    return reads.queue(this.#of(params), params.limit);
  }

  async correct(params: Params<'correct'>) {
    return upkeep.correct(this.#of(params), params);
  }

  async corrections(params: Params<'corrections'>) {
    return upkeep.corrections(this.#of(params), params.limit);
  }

  async notes(params: Params<'notes'>) {
    return reads.notes(this.#of(params), params.conversationId);
  }

  async deliveries(params: Params<'deliveries'>) {
    return reads.deliveries(this.#of(params), params);
  }

  async delivery(params: Params<'delivery'>) {
    const tables = this.#of(params);
    const delivery = tables.deliveries.get(params.deliveryId);
    return delivery === undefined ? null : { delivery, attempts: [...(tables.attempts.get(delivery.id) ?? [])] };
  }

  async events(params: Params<'events'>) {
    return reads.events(this.#of(params), params);
  }

  async counts(params: Params<'counts'>) {
    return reads.counts(this.#of(params), params.now);
  }

  async claimDetection(params: Params<'claimDetection'>) {
    const tables = this.#of(params);
    // Minutes are judged before anybody has written, too.
    this.#tenants.set(params.tenant, tables);
    return claimDetection(tables, params);
  }

  async finishDetection(params: Params<'finishDetection'>) {
    return finishDetection(this.#of(params), params);
  }

  async changeIncidents(params: Params<'changeIncidents'>) {
    const tables = this.#of(params);
    if (incidents.conflicting(tables, params.changes)) return 'conflict' as const;
    incidents.writeChanges(tables, params.changes, params.now);
    this.#tenants.set(params.tenant, tables);
    return 'changed' as const;
  }

  async incident(params: Params<'incident'>) {
    return this.#of(params).incidents.get(params.incidentId);
  }

  async incidents(params: Params<'incidents'>) {
    return incidents.page(this.#of(params), params);
  }

  async liveIncidents(params: Params<'liveIncidents'>) {
    return incidents.live(this.#of(params), params.resolvedSince);
  }

  async affected(params: Params<'affected'>) {
    return incidents.affectedPage(this.#of(params), params);
  }

  async affectedBy(params: Params<'affectedBy'>) {
    return incidents.affectedBy(this.#of(params), params);
  }

  async templates(params: Params<'templates'>) {
    return upkeep.templates(this.#of(params));
  }

  async putTemplate(params: Params<'putTemplate'>) {
    const tables = this.#of(params);
    upkeep.putTemplate(tables, params);
    this.#tenants.set(params.tenant, tables);
  }

  async archive(params: Params<'archive'>) {
    return archive(this.#of(params), params);
  }

  async erase(params: Params<'erase'>) {
    return upkeep.erase(this.#of(params), params);
  }

  async prune(params: Params<'prune'>) {
    return upkeep.prune(this.#of(params), params);
  }

  async ping(): Promise<void> {
    this.#checkOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #of({ tenant }: { readonly tenant: string }): Tables {
    this.#checkOpen();
    return this.#tenants.get(tenant) ?? new Tables(tenant);
  }

  #checkOpen(): void {
    if (this.#closed) throw new FirstlineError('stopped', 'this storage has been closed');
  }
}
