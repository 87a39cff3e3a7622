import type { DecisionRecord } from '../model/decision';
import type { FeedEvent } from '../model/event';
import type { InboundMessage, OutboundMessage } from '../model/message';
import type { Note } from '../model/note';
import type { Storage, StorageMethod } from '../ports/storage';
import type { StorageCounts, StoredOutcome } from '../ports/storage-reads';
import type { Priority } from '../model/scenario';
import type { Ticket } from '../model/ticket';
import type { ConversationState, Draft } from '../ports/storage-work';
import type { Tables } from './tables';
import { inOrder, numberedPage } from './timeline';

type Params<Method extends StorageMethod> = Parameters<Storage[Method]> extends [infer Only] ? Only : never;

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
  return message.decisionId === null ? null : (tables.decisions.get(message.decisionId) ?? null);
}

/** Replies that wait to be sent for the first time, with what they answer. */
export function drafts(tables: Tables, conversationId: string): readonly Draft[] {
  const { pending, messages: ids } = tables.thread(conversationId);
  const heard = ids.flatMap((id): InboundMessage[] => {
    const message = tables.messages.must(id);
    return message.direction === 'inbound' ? [message] : [];
  });
  return pending.flatMap((id): Draft[] => {
    const { type, attempts, messageId } = tables.deliveries.must(id);
    if (type !== 'bot_auto' || attempts > 0) return [];
    const reply = tables.messages.must(messageId) as OutboundMessage;
    const decision = reply.decisionId === null ? null : (tables.decisions.get(reply.decisionId) ?? null);
    const answers = heard.filter((message) => decision?.answers.includes(message.id));
    return [{ deliveryId: id, reply, decision, answers }];
  });
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

/** Numbers have no gaps, so a place in the list is a number less one. */
export function messagesBefore(tables: Tables, { conversationId, seq, limit }: Params<'messagesBefore'>) {
  const ids = tables.thread(conversationId).messages.slice(Math.max(0, seq - 1 - limit), Math.max(0, seq - 1));
  return ids.map((id) => tables.messages.must(id));
}

export function tickets(tables: Tables, params: Params<'tickets'>) {
  const { status, priority } = params;
  return tables.newest.tickets.page(
    params,
    (id) => tables.tickets.get(id),
    (row) => (status === undefined || row.status === status) && (priority === undefined || row.priority === priority),
  );
}

/** The most urgent first. */
const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low'];

export function queue(tables: Tables, limit: number): readonly Ticket[] {
  const waiting = [...tables.tickets.values()].filter((row) => row.status === 'open' && row.assignee === null);
  const urgency = (row: Ticket): number => PRIORITIES.indexOf(row.priority);
  return waiting.sort((a, b) => urgency(a) - urgency(b) || inOrder(a, b)).slice(0, limit);
}

export function notes(tables: Tables, conversationId: string): readonly Note[] {
  return tables
    .thread(conversationId)
    .notes.map((id) => tables.notes.must(id))
    .sort(inOrder);
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

export function events({ events: feed }: Tables, { after, limit }: Params<'events'>): readonly FeedEvent[] {
  let place = 0;
  for (let end = feed.length; place < end;) {
    const middle = (place + end) >> 1;
    if ((feed[middle]?.seq ?? 0) > after) end = middle;
    else place = middle + 1;
  }
  return feed.slice(place, place + limit);
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
    incidents: {
      suspected: tables.incidents.count('suspected'),
      open: tables.incidents.count('open'),
      resolved: tables.incidents.count('resolved'),
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
      watch: lanes.watch.countBusy(now),
      announce: lanes.announce.countBusy(now),
    },
  };
}
