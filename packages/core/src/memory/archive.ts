import type { ClientArchive } from '../model/client-archive';
import type { NewEvent } from '../model/event';
import type { Storage } from '../ports/storage';
import type { Tables } from './tables';
import { inOrder } from './timeline';

type ArchiveParams = Parameters<Storage['archive']>[0];

export function archive(tables: Tables, { now, clientId, operatorId }: ArchiveParams): ClientArchive | null {
  const client = tables.clients.get(clientId);
  if (client === undefined) return null;
  const conversations = tables
    .conversationsOf(clientId)
    .all.ids()
    .map((id) => tables.conversations.must(id));
  const threads = conversations.map(({ id }) => tables.thread(id));
  const messages = threads.flatMap((thread) => thread.messages.map((id) => tables.messages.must(id)));
  const decisionIds = new Set(messages.flatMap(({ decisionId }) => decisionId ?? []));
  const deliveries = threads.flatMap((thread) => thread.deliveries.ids().map((id) => tables.deliveries.must(id)));
  tables.append(
    conversations.map(({ id }): NewEvent => ({
      type: 'conversation.exported',
      at: now,
      conversationId: id,
      data: { operatorId },
    })),
  );
  return {
    client,
    conversations,
    messages: messages.sort(asTheyCame),
    decisions: [...decisionIds]
      .map((id) => tables.decisions.must(id))
      .sort((a, b) => inOrder({ id: a.id, createdAt: a.decidedAt }, { id: b.id, createdAt: b.decidedAt })),
    tickets: threads.flatMap(({ tickets }) => tickets.map((id) => tables.tickets.must(id))).sort(inOrder),
    notes: threads.flatMap(({ notes }) => notes.map((id) => tables.notes.must(id))).sort(inOrder),
    incidents: tables.incidents
      .all()
      .flatMap(({ id }) => tables.incidents.affected(id).get(clientId) ?? [])
      .sort((a, b) => a.joinedAt - b.joinedAt || (a.incidentId < b.incidentId ? -1 : 1)),
    reminders: threads.flatMap(({ reminders }) => reminders.map((id) => tables.reminders.must(id))).sort(inOrder),
    deliveries: deliveries
      .sort(asTheyCame)
      .map((delivery) => ({ delivery, attempts: [...(tables.attempts.get(delivery.id) ?? [])] })),
  };
}

interface Numbered {
  readonly createdAt: number;
  readonly conversationId: string;
  readonly seq: number;
}

/** What was written in the same millisecond keeps the order it has in its conversation. */
function asTheyCame(a: Numbered, b: Numbered): number {
  return (
    a.createdAt - b.createdAt ||
    (a.conversationId < b.conversationId ? -1 : a.conversationId > b.conversationId ? 1 : a.seq - b.seq)
  );
}
