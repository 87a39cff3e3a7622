import {
  FirstlineError,
  type CommitParams,
  type CommitResult,
  type Conversation,
  type ConversationState,
} from '@firstline/core';
import { dayOf } from './active-day';
import { appendEvents } from './append-events';
import { supersede, writeOutbound } from './commit-outbound';
import type { SqlExecutor } from './driver';
import { tell } from './incidents';
import type { SqlQueries } from './queries';
import { Refusal } from './refusal';
import { clientOf } from './rows/client-row';
import { conversationOf } from './rows/conversation-row';
import { stateOf } from './state';

/**
 * Everything is checked by the write that depends on it, and a check that fails undoes all the writes. That spares the
 * common case, in which nothing fails, a read for each check. What does not depend on each other's answers is sent together,
 * and runs in the order in which it stands here.
 */
export async function commit(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<CommitResult> {
  // The client first: that is the order in which everybody locks them.
  const [, advanced] = await Promise.all([updateClient(q, tx, params), advance(q, tx, params)]);
  const superseded = await supersede(q, tx, params);
  const conversation: Conversation = { ...advanced, ...params.conversation };
  const deciding = decide(q, tx, params);
  // Of several, those that are undecided are read first, and nothing behind it may be asked before that is written.
  if (params.decidedMessageIds.length > 1) await deciding;
  const [cancelled, kept] = await Promise.all([
    writeOutbound(q, tx, params, conversation),
    followMessages(q, tx, params),
    deciding,
    patch(q, tx, params, advanced, conversation),
    writeTicket(q, tx, params),
    addNote(q, tx, params),
    followReminder(q, tx, params),
    follow(q, tx, 'watch', params),
    follow(q, tx, 'announce', params),
    report(q, tx, params),
    tellOnce(q, tx, params),
  ]);
  const onward = kept ? await next(q, tx, conversation) : null;
  // Last: readers of the feed wait for whoever has numbered entries and not committed.
  const told = appendEvents(q, tx, params.tenant, [...superseded, ...cancelled, ...params.events]);
  tx.ending();
  await told;
  return { status: 'committed', next: onward };
}

async function updateClient(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, clientId, client } = params;
  if (client === null) return;
  const { expectedVersion, greetedAt = null } = client;
  const recent = client.recent === undefined ? null : JSON.stringify(client.recent);
  const updated = await tx.run(q.clients.update, { tenant, clientId, expectedVersion, greetedAt, recent });
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
  if (row.client_id !== params.clientId) throw new FirstlineError('internal', "the conversation is another client's");
  const today = dayOf(now);
  if (added > 0 && row.active_on < today) await tx.run(q.conversations.setActive, { tenant, id: row.id, today });
  return conversationOf(row);
}

async function refused(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<Refusal<CommitResult>> {
  const { tenant, conversationId, lease } = params;
  if (lease === null) return new Refusal({ status: 'conflict' });
  const held = await tx.first(q.lanes.holder, { tenant, conversationId, kind: lease.kind });
  return new Refusal({ status: held?.token === lease.token ? 'conflict' : 'lost' });
}

async function decide(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, decision } = params;
  const marked = markDecided(q, tx, params);
  if (decision === null) return marked;
  const { id, messageId, trigger, outcome } = decision;
  const record = JSON.stringify(decision);
  await Promise.all([marked, tx.run(q.decisions.insert, { tenant, id, messageId, trigger, outcome, record })]);
}

/** They must be the oldest ones that are undecided; one alone, the common case, is found out by the write itself. */
async function markDecided(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, now, conversationId, decidedMessageIds: ids } = params;
  const [id] = ids;
  if (id === undefined) return;
  const decided = { tenant, now, conversationId, decisionId: params.decision?.id ?? null };
  let marked: number;
  if (ids.length === 1) {
    marked = await tx.run(q.messages.decideOne, { ...decided, id });
  } else {
    const oldest = await tx.all(q.messages.undecided, { tenant, conversationId });
    const inOrder = ids.every((wanted, index) => wanted === oldest[index]?.id);
    marked = inOrder ? await tx.run(q.messages.decideMany, { ...decided, ids: JSON.stringify(ids) }) : 0;
  }
  if (marked !== ids.length) throw new FirstlineError('internal', 'the messages are not the next ones to decide here');
}

/** Writes what the patch really changes: a decision mostly confirms what the conversation is already. */
async function patch(
  q: SqlQueries,
  tx: SqlExecutor,
  params: CommitParams,
  before: Conversation,
  after: Conversation,
): Promise<void> {
  if (after.status === 'closed' && params.conversation.status === 'closed') {
    const waiting = await tx.first(q.messages.undecided, params);
    if (waiting !== undefined) throw await refused(q, tx, params);
  }
  const changes: Promise<unknown>[] = [];
  if (after.owner !== before.owner || after.status !== before.status)
    changes.push(tx.run(q.conversations.setStage, after));
  const sameDetails =
    after.operatorId === before.operatorId &&
    after.ticketId === before.ticketId &&
    after.awaiting === before.awaiting &&
    after.attendBy === before.attendBy &&
    after.locale === before.locale &&
    after.closedAt === before.closedAt;
  if (!sameDetails) changes.push(tx.run(q.conversations.setDetails, after));
  await Promise.all(changes);
}

async function addNote(q: SqlQueries, tx: SqlExecutor, { addNote: note }: CommitParams): Promise<void> {
  if (note !== null) await tx.run(q.notes.insert, note);
}

async function report(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  if (params.report === null) return;
  await tx.run(q.outage.report, { ...params.report, tenant: params.tenant, clientId: params.clientId });
}

async function tellOnce(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  if (!(await tell(q, tx, params))) throw await refused(q, tx, params);
}

async function writeTicket(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, now, conversationId, openTicket, updateTicket } = params;
  if (openTicket !== null) {
    const attachments = JSON.stringify(openTicket.attachments);
    const [pauses, breaches] = [JSON.stringify(openTicket.pauses), JSON.stringify(openTicket.breaches)];
    const clientId = openTicket.clientId ?? '';
    await tx.run(q.tickets.insert, { ...openTicket, attachments, pauses, breaches, tenant, conversationId, clientId });
  }
  if (updateTicket === null) return;
  const { id, status, assignee, priority, repeated, respondedAt, resolvedAt, pauses, breaches } = updateTicket;
  const updated = await tx.run(q.tickets.update, {
    tenant,
    now,
    id,
    conversationId,
    status: status ?? null,
    priority: priority ?? null,
    assign: assignee === undefined ? 0 : 1,
    assignee: assignee ?? null,
    respond: respondedAt === undefined ? 0 : 1,
    respondedAt: respondedAt ?? null,
    resolve: resolvedAt === undefined ? 0 : 1,
    resolvedAt: resolvedAt ?? null,
    pauses: pauses === undefined ? null : JSON.stringify(pauses),
    breaches: breaches === undefined ? null : JSON.stringify(breaches),
    repeated: repeated === true ? 1 : 0,
  });
  if (updated !== 1) throw new FirstlineError('internal', 'there is no such ticket in this conversation');
}

async function followReminder(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<void> {
  const { tenant, now, conversationId, settleReminder, scheduleReminder, lease } = params;
  const kind = 'remind';
  const changes: Promise<unknown>[] = [];
  if (settleReminder !== null) {
    const { status, reason, messageId } = settleReminder;
    changes.push(tx.run(q.reminders.settle, { tenant, conversationId, now, status, reason, messageId }));
  }
  if (scheduleReminder !== null) {
    changes.push(
      tx.run(q.reminders.insert, { ...scheduleReminder, tenant, conversationId }),
      tx.run(q.lanes.put, { tenant, kind, conversationId, readyAt: scheduleReminder.dueAt }),
    );
  } else if (settleReminder !== null) {
    changes.push(tx.run(q.lanes.remove, { tenant, kind, conversationId }));
  }
  await Promise.all(changes);
  if (changes.length > 0 || lease?.kind !== kind) return;
  const left = await tx.first(q.reminders.pending, { tenant, conversationId });
  if (left === undefined) await tx.run(q.lanes.remove, { tenant, kind, conversationId });
  else await tx.run(q.lanes.put, { tenant, kind, conversationId, readyAt: left.due_at });
}

/** A lane that nothing but a commit knows of: where it is told to be, else finished by its holder and by nobody else. */
async function follow(q: SqlQueries, tx: SqlExecutor, kind: 'watch' | 'announce', params: CommitParams): Promise<void> {
  const { tenant, conversationId, lease, [kind]: wanted } = params;
  if (wanted === null && lease?.kind !== kind) return;
  const dueAt = wanted?.dueAt ?? null;
  if (dueAt === null) await tx.run(q.lanes.remove, { tenant, kind, conversationId });
  else await tx.run(q.lanes.put, { tenant, kind, conversationId, readyAt: dueAt });
}

/** Finishes the `process` lane, or keeps it for the message that is next; resolves to whether the holder goes on. */
async function followMessages(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<boolean> {
  const { lease, leaseUntil } = params;
  if (params.decidedMessageIds.length === 0 && lease?.kind !== 'process') return false;
  if ((await tx.run(q.lanes.finishProcess, params)) === 1) return false;
  if (lease?.kind !== 'process') return false;
  await tx.run(q.lanes.keep, { ...lease, tenant: params.tenant, until: leaseUntil ?? lease.until });
  return true;
}

async function next(q: SqlQueries, tx: SqlExecutor, conversation: Conversation): Promise<ConversationState> {
  const { tenant, clientId } = conversation;
  const client = await tx.first(q.clients.get, { tenant, clientId });
  if (client === undefined) throw new FirstlineError('internal', 'a conversation was read without its client');
  return stateOf(q, tx, conversation, clientOf(client));
}
