import type { Conversation } from '../model/conversation';
import type { NewEvent } from '../model/event';
import type { Tables } from './tables';

export interface Removal {
  readonly at: number;
  readonly reason: 'erased' | 'retention';
  readonly operatorId: string | null;
}

/** Removes conversations with everything that belongs to them, and tells the feed; returns how many messages that was. */
export function removeConversations(tables: Tables, rows: readonly Conversation[], removal: Removal): number {
  const { at, reason, operatorId } = removal;
  let messages = 0;
  const leftEndpoints = new Set<string>();
  for (const row of rows) {
    const { messages: own, channelKey } = tables.thread(row.id);
    messages += own.length;
    removeRows(tables, row);
    if (channelKey !== null) leftEndpoints.add(channelKey);
  }
  removeEndpoints(tables, leftEndpoints);
  const gone = new Set<string | null>(rows.map(({ id }) => id));
  if (gone.size > 0) tables.events = tables.events.filter(({ conversationId }) => !gone.has(conversationId));
  tables.append(
    rows.map(({ id }): NewEvent => ({
      type: 'conversation.erased',
      at,
      conversationId: id,
      data: { reason, operatorId },
    })),
  );
  return messages;
}

function removeRows(tables: Tables, row: Conversation): void {
  const thread = tables.thread(row.id);
  for (const id of thread.messages) removeMessage(tables, id);
  for (const delivery of thread.deliveries.ids()) removeDelivery(tables, delivery);
  for (const id of thread.reminders) tables.reminders.remove(id);
  for (const id of thread.notes) tables.notes.remove(id);
  for (const id of thread.tickets) {
    tables.newest.tickets.remove(tables.tickets.must(id));
    tables.tickets.remove(id);
  }
  for (const lanes of Object.values(tables.lanes)) lanes.remove(row.id);
  tables.dropConversation(row);
}

/** Those that no conversation leads to any more: their keys are made from the clients' addresses. */
function removeEndpoints(tables: Tables, keys: Set<string>): void {
  if (tables.endpoints.size === 0) return;
  for (const { id } of tables.conversations.values()) keys.delete(tables.thread(id).channelKey ?? '');
  for (const key of keys) tables.endpoints.delete(key);
}

function removeMessage(tables: Tables, id: string): void {
  const { decisionId } = tables.messages.must(id);
  if (decisionId !== null) tables.decisions.remove(decisionId);
  tables.decidedAbout.delete(id);
  tables.corrected.delete(id);
  tables.messages.remove(id);
  const key = tables.keyOf.get(id);
  tables.keyOf.delete(id);
  // A claim that ran out may be somebody else's by now.
  if (key !== undefined && tables.claims.get(key)?.messageId === id) tables.claims.delete(key);
}

function removeDelivery(tables: Tables, id: string): void {
  tables.newest.deliveries.remove(tables.deliveries.must(id));
  tables.attempts.delete(id);
  tables.openAttempts.delete(id);
  tables.deliveries.remove(id);
}
