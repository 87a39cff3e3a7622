import { FirstlineError } from '../errors';
import type { Conversation } from '../model/conversation';
import type { CommitParams, CommitResult } from '../ports/storage';
import { addOutbound, cancelPending } from './outbox';
import { snapshot } from './snapshot';
import type { Tables } from './tables';

export function commit(tables: Tables, params: CommitParams): CommitResult {
  const { now, conversationId, lease } = params;
  if (lease !== null && !(lease.conversationId === conversationId && tables.lanes[lease.kind].holds(lease)))
    return { status: 'lost' };
  const before = tables.conversations.get(conversationId);
  if (before === undefined || conflicts(tables, before, params)) return { status: 'conflict' };
  checkRows(tables, before, params);

  const after = tables.putConversation({
    ...before,
    ...snapshot(params.conversation),
    lastSeq: before.lastSeq + params.outbound.length,
    lastOutboundAt: params.outbound.length > 0 ? now : before.lastOutboundAt,
    version: before.version + 1,
  });
  if (params.client !== null) {
    const client = tables.clients.must(before.clientId);
    const { greetedAt = client.greetedAt, recent = client.recent } = params.client;
    tables.clients.put({ ...client, greetedAt, recent, version: client.version + 1 });
  }
  writeDecision(tables, params);
  writeTicket(tables, params);
  if (params.cancelDeliveries !== null) cancelPending(tables, conversationId, params.cancelDeliveries, now);
  addOutbound(tables, before, params.outbound);
  writeReminder(tables, params);
  tables.append(params.events);
  return { status: 'committed', next: moveOn(tables, after, params) };
}

function conflicts(tables: Tables, conversation: Conversation, params: CommitParams): boolean {
  if (conversation.version !== params.expectedVersion) return true;
  const { client, decidedMessageId } = params;
  if (client !== null && tables.clients.must(conversation.clientId).version !== client.expectedVersion) return true;
  const { undecided } = tables.thread(conversation.id);
  return params.conversation.status === 'closed' && undecided.some((id) => id !== decidedMessageId);
}

/** What a correct caller never gets wrong; checked all the same, and before anything is written. */
function checkRows(tables: Tables, conversation: Conversation, params: CommitParams): void {
  const { decidedMessageId, decision, outbound, scheduleReminder, openTicket, updateTicket } = params;
  const thread = tables.thread(conversation.id);
  if (decidedMessageId !== null && !thread.undecided.includes(decidedMessageId)) {
    throw broken(`message ${decidedMessageId} is not waiting for a decision in this conversation`);
  }
  for (const row of [decision, scheduleReminder, openTicket]) {
    if (row === null || (row.tenant === tables.tenant && row.conversationId === conversation.id)) continue;
    throw broken(`${row.id} belongs to another conversation`);
  }
  if (decision !== null) {
    tables.decisions.checkNew(decision.id);
    if (tables.decisionOf.has(decision.messageId)) throw broken(`message ${decision.messageId} has a decision already`);
  }
  tables.messages.checkNew(...outbound.map(({ message }) => message.id));
  tables.deliveries.checkNew(...outbound.flatMap(({ delivery }) => (delivery === null ? [] : [delivery.id])));
  if (conversation.channel === null && outbound.some(({ delivery }) => delivery !== null)) {
    throw broken('a delivery needs a conversation with a channel');
  }
  if (scheduleReminder !== null) {
    tables.reminders.checkNew(scheduleReminder.id);
    if (thread.pendingReminder !== null && params.settleReminder === null)
      throw broken('a reminder is pending already');
  }
  if (openTicket !== null) tables.tickets.checkNew(openTicket.id);
  if (updateTicket !== null && tables.tickets.get(updateTicket.id)?.conversationId !== conversation.id) {
    throw broken(`there is no ticket ${updateTicket.id} in this conversation`);
  }
}

function writeDecision(tables: Tables, { now, conversationId, decidedMessageId, decision }: CommitParams): void {
  if (decidedMessageId !== null) {
    const message = tables.messages.must(decidedMessageId);
    if (message.direction === 'inbound') tables.messages.put({ ...message, decidedAt: now });
    const thread = tables.thread(conversationId);
    thread.undecided = thread.undecided.filter((id) => id !== decidedMessageId);
  }
  if (decision !== null) {
    tables.decisions.put(decision);
    tables.decisionOf.set(decision.messageId, decision.id);
  }
}

function writeTicket(tables: Tables, { now, openTicket, updateTicket }: CommitParams): void {
  if (openTicket !== null) {
    tables.tickets.put(openTicket);
    tables.newest.tickets.add(openTicket);
  }
  if (updateTicket !== null) {
    const { id, repeated, ...changes } = snapshot(updateTicket);
    const ticket = tables.tickets.must(id);
    const repeats = ticket.repeats + (repeated === true ? 1 : 0);
    tables.tickets.put({ ...ticket, ...changes, repeats, updatedAt: now });
  }
}

function writeReminder(tables: Tables, { now, conversationId, settleReminder, scheduleReminder }: CommitParams): void {
  const thread = tables.thread(conversationId);
  if (settleReminder !== null && thread.pendingReminder !== null) {
    const reminder = tables.reminders.must(thread.pendingReminder);
    tables.reminders.put({ ...reminder, ...settleReminder, settledAt: now });
    thread.pendingReminder = null;
    tables.lanes.remind.remove(conversationId);
  }
  if (scheduleReminder !== null) {
    tables.reminders.put(scheduleReminder);
    thread.reminders.push(scheduleReminder.id);
    thread.pendingReminder = scheduleReminder.id;
    tables.lanes.remind.put(conversationId, scheduleReminder.dueAt);
  }
}

/** The `process` lane after a commit: finished, or kept by the holder with the next message to decide. */
function moveOn(
  tables: Tables,
  conversation: Conversation,
  { lease, leaseUntil }: CommitParams,
): Extract<CommitResult, { status: 'committed' }>['next'] {
  const lanes = tables.lanes.process;
  if (tables.thread(conversation.id).undecided.length === 0) lanes.remove(conversation.id);
  if (lease?.kind !== 'process' || !lanes.holds(lease)) return null;
  if (leaseUntil !== null) lanes.extend(conversation.id, leaseUntil);
  return tables.state(conversation);
}

function broken(message: string): FirstlineError {
  return new FirstlineError('internal', message);
}
