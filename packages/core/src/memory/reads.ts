import type { DecisionRecord } from '../model/decision';
import type { OutboundMessage } from '../model/message';
import type { ConversationState, Storage, StorageCounts, StoredOutcome } from '../ports/storage';
import type { Tables } from './tables';
import { numberedPage } from './timeline';

type Params<Method extends keyof Storage> = Parameters<Storage[Method]> extends [infer Only] ? Only : never;

export function states(tables: Tables, ids: readonly string[]): readonly ConversationState[] {
  return ids.flatMap((id) => {
    const conversation = tables.conversations.get(id);
    return conversation === undefined ? [] : [tables.state(conversation)];
  });
}

export function outcome(tables: Tables, messageId: string): StoredOutcome | null {
  const message = tables.messages.get(messageId);
  if (message?.direction !== 'inbound') return null;
  const conversation = tables.conversations.must(message.conversationId);
  const record = decision(tables, messageId);
  const replies = (record?.replies ?? []).map((reply) => tables.messages.must(reply.messageId) as OutboundMessage);
  const ticket = record?.ticketId == null ? null : (tables.tickets.get(record.ticketId) ?? null);
  return { message, conversation, decision: record, replies, ticket };
}

export function decision(tables: Tables, messageId: string): DecisionRecord | null {
  const message = tables.messages.get(messageId);
  if (message === undefined) return null;
  const id = message.direction === 'inbound' ? tables.decisionOf.get(messageId) : message.decisionId;
  return id == null ? null : (tables.decisions.get(id) ?? null);
}

export function conversations(tables: Tables, params: Params<'conversations'>) {
  const { clientId, owner, status } = params;
  const timeline = clientId === undefined ? tables.newest.conversations : tables.conversationsOf(clientId).all;
  return timeline.page(
    params,
    (id) => tables.conversations.get(id),
    (row) => (owner === undefined || row.owner === owner) && (status === undefined || row.status === status),
  );
}

export function messages(tables: Tables, params: Params<'messages'>) {
  return numberedPage(params, tables.thread(params.conversationId).messages, (id) => tables.messages.must(id));
}

export function tickets(tables: Tables, params: Params<'tickets'>) {
  const { status, priority } = params;
  return tables.newest.tickets.page(
    params,
    (id) => tables.tickets.get(id),
    (row) => (status === undefined || row.status === status) && (priority === undefined || row.priority === priority),
  );
}

export function deliveries(tables: Tables, params: Params<'deliveries'>) {
  const { conversationId, status } = params;
  const timeline = conversationId === undefined ? tables.newest.deliveries : tables.thread(conversationId).deliveries;
  return timeline.page(
    params,
    (id) => tables.deliveries.get(id),
    (row) => status === undefined || row.status === status,
  );
}

export function counts(tables: Tables, now: number): StorageCounts {
  const { conversations: talks, messages: said, decisions: made, tickets: opened, deliveries: sends } = tables;
  const { reminders: planned, lanes } = tables;
  return {
    clients: tables.clients.size,
    conversations: {
      open: talks.count('open'),
      waiting_on_person: talks.count('waiting_on_person'),
      waiting_on_incident: talks.count('waiting_on_incident'),
      closed: talks.count('closed'),
    },
    messages: { inbound: said.count('inbound'), outbound: said.count('outbound') },
    decisions: { answered: made.count('answered'), escalated: made.count('escalated'), held: made.count('held') },
    tickets: {
      open: opened.count('open'),
      in_progress: opened.count('in_progress'),
      resolved: opened.count('resolved'),
    },
    deliveries: {
      pending: sends.count('pending'),
      sent: sends.count('sent'),
      dead: sends.count('dead'),
      cancelled: sends.count('cancelled'),
      expired: sends.count('expired'),
      unknown: sends.count('unknown'),
    },
    reminders: {
      pending: planned.count('pending'),
      sent: planned.count('sent'),
      cancelled: planned.count('cancelled'),
      skipped: planned.count('skipped'),
      expired: planned.count('expired'),
    },
    work: {
      process: lanes.process.countBusy(now),
      deliver: lanes.deliver.countBusy(now),
      remind: lanes.remind.countBusy(now),
    },
  };
}
