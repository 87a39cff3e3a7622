import {
  FirstlineError,
  type CommitParams,
  type CommitResult,
  type Conversation,
  type ConversationState,
  type InboundMessage,
} from '@firstline/core';
import { appendEvents } from './append-events';
import { writeOutbound } from './commit-outbound';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import { Refusal } from './refusal';
import { clientOf } from './rows/client-row';
import { conversationOf } from './rows/conversation-row';
import { inboundOf } from './rows/message-row';
import { reminderOf } from './rows/reminder-row';

/**
 * Everything is checked by the write that depends on it, and a check that fails undoes the writes before it. That spares
 * the common case, in which nothing fails, a read for each check.
 */
export async function commit(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<CommitResult> {
  await updateClient(q, tx, params);
  const advanced = await advance(q, tx, params);
  await decide(q, tx, params);
  const conversation = await patch(q, tx, params, advanced);
  await writeOutbound(q, tx, params, conversation);
  await writeTicket(q, tx, params);
  await followReminder(q, tx, params);
  const next = await followMessages(q, tx, params);
  await appendEvents(q, tx, params.tenant, params.events);
  return { status: 'committed', next: next === null ? null : await stateOf(q, tx, conversation, next) };
}

async function updateClient(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, conversationId, client } = params;
  if (client === null) return;
  const { expectedVersion, greetedAt = null } = client;
  const recent = client.recent === undefined ? null : JSON.stringify(client.recent);
  const updated = await tx.run(q.clients.update, { tenant, conversationId, expectedVersion, greetedAt, recent });
  if (updated !== 1) throw await refused(q, tx, params);
}

/** Takes the next version, and the numbers for the new messages. */
async function advance(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<Conversation> {
  const { tenant, now, conversationId, expectedVersion, lease } = params;
  const added = params.outbound.length;
  const lastOutboundAt = added > 0 ? now : null;
  const row =
    lease === null
      ? await tx.first(q.conversations.advance, { tenant, conversationId, expectedVersion, added, lastOutboundAt })
      : await tx.first(q.conversations.advanceLeased, {
          tenant,
          conversationId,
          expectedVersion,
          added,
          lastOutboundAt,
          kind: lease.kind,
          token: lease.token,
        });
  if (row === undefined) throw await refused(q, tx, params);
  return conversationOf(row);
}

async function refused(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<Refusal<CommitResult>> {
  const { tenant, conversationId, lease } = params;
  if (lease === null) return new Refusal({ status: 'conflict' });
  const held = await tx.first(q.lanes.holder, { tenant, conversationId, kind: lease.kind });
  return new Refusal({ status: held?.token === lease.token ? 'conflict' : 'lost' });
}

async function decide(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, now, conversationId, decidedMessageId, decision } = params;
  if (decidedMessageId !== null) {
    const marked = await tx.run(q.messages.decide, { tenant, now, conversationId, id: decidedMessageId });
    if (marked !== 1) throw new FirstlineError('internal', 'the message is not waiting for a decision here');
  }
  if (decision === null) return;
  const { id, messageId, trigger, outcome } = decision;
  await tx.run(q.decisions.insert, { tenant, id, messageId, trigger, outcome, record: JSON.stringify(decision) });
}

/** Writes what the patch really changes: a decision mostly confirms what the conversation is already. */
async function patch(
  q: SqlQueries,
  tx: SqlExecutor,
  params: CommitParams,
  before: Conversation,
): Promise<Conversation> {
  const after: Conversation = { ...before, ...params.conversation };
  if (after.status === 'closed' && params.conversation.status === 'closed') {
    const waiting = await tx.first(q.messages.undecided, params);
    if (waiting !== undefined) throw await refused(q, tx, params);
  }
  if (after.owner !== before.owner || after.status !== before.status) await tx.run(q.conversations.setStage, after);
  const sameDetails =
    after.operatorId === before.operatorId &&
    after.ticketId === before.ticketId &&
    after.awaiting === before.awaiting &&
    after.locale === before.locale &&
    after.closedAt === before.closedAt;
  if (!sameDetails) await tx.run(q.conversations.setDetails, after);
  return after;
}

async function writeTicket(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, now, conversationId, openTicket, updateTicket } = params;
  if (openTicket !== null) {
    const attachments = JSON.stringify(openTicket.attachments);
    await tx.run(q.tickets.insert, { ...openTicket, attachments, tenant, conversationId });
  }
  if (updateTicket === null) return;
  const { id, status, assignee, priority, repeated } = updateTicket;
  const updated = await tx.run(q.tickets.update, {
    tenant,
    now,
    id,
    conversationId,
    status: status ?? null,
    priority: priority ?? null,
    assign: assignee === undefined ? 0 : 1,
    assignee: assignee ?? null,
    repeated: repeated === true ? 1 : 0,
  });
  if (updated !== 1) throw new FirstlineError('internal', 'there is no such ticket in this conversation');
}

async function followReminder(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, now, conversationId, settleReminder, scheduleReminder, lease } = params;
  const kind = 'remind';
  if (settleReminder !== null) {
    const { status, reason, messageId } = settleReminder;
    await tx.run(q.reminders.settle, { tenant, conversationId, now, status, reason, messageId });
  }
  if (scheduleReminder !== null) {
    await tx.run(q.reminders.insert, { ...scheduleReminder, tenant, conversationId });
    await tx.run(q.lanes.put, { tenant, kind, conversationId, readyAt: scheduleReminder.dueAt });
    return;
  }
  if (settleReminder === null && lease?.kind !== kind) return;
  const left = settleReminder === null ? await tx.first(q.reminders.pending, { tenant, conversationId }) : undefined;
  if (left === undefined) await tx.run(q.lanes.remove, { tenant, kind, conversationId });
  else await tx.run(q.lanes.put, { tenant, kind, conversationId, readyAt: left.due_at });
}

/** Finishes the `process` lane, or keeps it for the message that is next. */
async function followMessages(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<InboundMessage | null> {
  const { lease, leaseUntil } = params;
  if (params.decidedMessageId === null && lease?.kind !== 'process') return null;
  if ((await tx.run(q.lanes.finishProcess, params)) === 1) return null;
  if (lease?.kind !== 'process') return null;
  await tx.run(q.lanes.keep, { ...lease, tenant: params.tenant, until: leaseUntil ?? lease.until });
  const next = await tx.first(q.messages.undecided, params);
  return next === undefined ? null : inboundOf(next);
}

async function stateOf(
  q: SqlQueries,
  tx: SqlExecutor,
  conversation: Conversation,
  message: InboundMessage,
): Promise<ConversationState> {
  const { tenant, clientId, id: conversationId } = conversation;
  const client = await tx.first(q.clients.get, { tenant, clientId });
  if (client === undefined) throw new FirstlineError('internal', 'a conversation was read without its client');
  const reminder = await tx.first(q.reminders.pending, { tenant, conversationId });
  return {
    conversation,
    client: clientOf(client),
    message,
    reminder: reminder === undefined ? null : reminderOf(reminder),
  };
}
