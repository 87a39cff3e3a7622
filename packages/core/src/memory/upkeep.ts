import type { Conversation } from '../model/conversation';
import type { InboundMessage } from '../model/message';
import type { StoredTemplate } from '../model/stored-template';
import type { Storage, StorageMethod } from '../ports/storage';
import { pruneReports } from './detection';
import { pruneIncidents } from './incidents';
import { removeConversations } from './removal';
import { snapshot } from './snapshot';
import type { Tables } from './tables';

/** Reports that nobody judged within a day are no news any more. */
const REPORT_MINUTES = 1_440;
const MINUTE = 60_000;

type Params<Method extends StorageMethod> = Parameters<Storage[Method]> extends [infer Only] ? Only : never;

export function correct(
  tables: Tables,
  { now, messageId, scenario, operatorId }: Params<'correct'>,
): InboundMessage | null {
  const message = tables.messages.get(messageId);
  if (message?.direction !== 'inbound') return null;
  tables.messages.put({ ...message, correctedTo: scenario });
  tables.corrected.add(messageId);
  const { conversationId } = message;
  const data = { messageId, scenario, operatorId };
  tables.append([{ type: 'message.corrected', at: now, conversationId, data }]);
  return tables.messages.must(messageId) as InboundMessage;
}

export function corrections(tables: Tables, limit: number): readonly InboundMessage[] {
  const messages = [...tables.corrected].map((id) => tables.messages.must(id) as InboundMessage);
  messages.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return limit > 0 ? messages.slice(-limit) : [];
}

export function templates(tables: Tables): readonly StoredTemplate[] {
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...tables.templates.values()].sort((a, b) => order(a.key, b.key) || order(a.locale, b.locale));
}

export function putTemplate(tables: Tables, { now, key, locale, text, event }: Params<'putTemplate'>): void {
  const id = JSON.stringify([key, locale]);
  if (text === null) tables.templates.delete(id);
  else tables.templates.set(id, snapshot({ tenant: tables.tenant, key, locale, text, updatedAt: now }));
  tables.append([event]);
}

export function erase(tables: Tables, { now, clientId, operatorId }: Params<'erase'>) {
  if (tables.clients.get(clientId) === undefined) return null;
  const rows = tables
    .conversationsOf(clientId)
    .all.ids()
    .map((id) => tables.conversations.must(id));
  const messages = removeConversations(tables, rows, { at: now, reason: 'erased', operatorId });
  tables.clients.remove(clientId);
  tables.incidents.forget(clientId);
  return { conversations: rows.length, messages };
}

export function prune(tables: Tables, params: Params<'prune'>) {
  const { now, conversationsBefore, eventsBefore, limit, operatorId = null } = params;
  const old = conversationsBefore === null ? [] : oldConversations(tables, conversationsBefore).slice(0, limit);
  removeConversations(tables, old, { at: now, reason: 'retention', operatorId });
  if (conversationsBefore !== null) pruneIncidents(tables, conversationsBefore);
  pruneReports(tables, Math.floor(now / MINUTE) - REPORT_MINUTES);
  return {
    conversations: old.length,
    clients: removeClients(tables, new Set(old.map(({ clientId }) => clientId))),
    events: eventsBefore === null ? 0 : removeEvents(tables, eventsBefore, limit),
    idempotencyKeys: removeKeys(tables, now, limit),
  };
}

/** Those that may go, oldest first. */
function oldConversations(tables: Tables, before: number): readonly Conversation[] {
  const lastWritten = (row: Conversation): number => Math.max(row.lastInboundAt, row.lastOutboundAt ?? 0);
  return [...tables.conversations.values()]
    .filter((row) => lastWritten(row) < before && isDone(tables, row.id))
    .sort((a, b) => lastWritten(a) - lastWritten(b));
}

function isDone(tables: Tables, conversationId: string): boolean {
  const { tickets } = tables.thread(conversationId);
  return (
    Object.values(tables.lanes).every((lanes) => lanes.get(conversationId) === undefined) &&
    tickets.every((id) => tables.tickets.must(id).status === 'resolved')
  );
}

/** A client comes with its first conversation and is as old: none is left behind without one but by the removal of it. */
function removeClients(tables: Tables, candidates: ReadonlySet<string>): number {
  const gone = [...candidates].filter((id) => tables.conversationsOf(id).all.size === 0);
  for (const id of gone) tables.clients.remove(id);
  return gone.length;
}

/** The newest entry stays, as it does where the feed's numbers go on from it. */
function removeEvents(tables: Tables, before: number, limit: number): number {
  const firstYoung = tables.events.findIndex(({ at }) => at >= before);
  const old = firstYoung === -1 ? tables.events.length - 1 : firstYoung;
  const count = Math.max(0, Math.min(old, limit));
  tables.events = tables.events.slice(count);
  return count;
}

function removeKeys(tables: Tables, now: number, limit: number): number {
  const expired = [...tables.claims]
    .filter(([, { expiresAt }]) => expiresAt !== null && expiresAt < now)
    .sort(([, a], [, b]) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0))
    .slice(0, limit);
  for (const [key, { messageId }] of expired) {
    tables.claims.delete(key);
    tables.keyOf.delete(messageId);
  }
  return expired.length;
}
