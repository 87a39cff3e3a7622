import type { Conversation } from '../model/conversation';
import type { CommitParams, CommitResult } from '../ports/storage-commit';
import { checkRows, conflicts } from './commit-checks';
import { writeReport } from './detection';
import { writeTold } from './incidents';
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
  writeNote(tables, params);
  const cancelled = cancelPending(tables, params);
  addOutbound(tables, before, params.outbound);
  writeReminder(tables, params);
  follow(tables, 'watch', params);
  follow(tables, 'announce', params);
  writeReport(tables, before.clientId, params.report);
  writeTold(tables, conversationId, before.clientId, params);
  tables.append([...cancelled, ...params.events]);
  return { status: 'committed', next: moveOn(tables, after, params) };
}

function writeDecision(tables: Tables, { now, conversationId, decidedMessageIds, decision }: CommitParams): void {
  for (const id of decidedMessageIds) {
    tables.messages.put({ ...tables.inbound(id), decidedAt: now, decisionId: decision?.id ?? null });
  }
  const thread = tables.thread(conversationId);
  thread.undecided = thread.undecided.slice(decidedMessageIds.length);
  if (decision !== null) {
    tables.decisions.put(decision);
    tables.decidedAbout.add(decision.messageId);
  }
}

function writeTicket(tables: Tables, { now, conversationId, openTicket, updateTicket }: CommitParams): void {
  if (openTicket !== null) {
    tables.tickets.put(openTicket);
    tables.thread(conversationId).tickets.push(openTicket.id);
    tables.newest.tickets.add(openTicket);
  }
  if (updateTicket !== null) {
    const { id, repeated, ...changes } = snapshot(updateTicket);
    const ticket = tables.tickets.must(id);
    const repeats = ticket.repeats + (repeated === true ? 1 : 0);
    tables.tickets.put({ ...ticket, ...changes, repeats, updatedAt: now });
  }
}

function writeNote(tables: Tables, { conversationId, addNote }: CommitParams): void {
  if (addNote === null) return;
  tables.notes.put(addNote);
  tables.thread(conversationId).notes.push(addNote.id);
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

/** A lane that nothing but a commit knows of: where it is told to be, else finished by its holder and by nobody else. */
function follow(tables: Tables, kind: 'watch' | 'announce', params: CommitParams): void {
  const { conversationId, lease, [kind]: wanted } = params;
  const lanes = tables.lanes[kind];
  if (wanted === null && lease?.kind !== kind) return;
  const dueAt = wanted?.dueAt ?? null;
  if (dueAt === null) lanes.remove(conversationId);
  else lanes.put(conversationId, dueAt);
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
