import type {
  DecisionRecord,
  Delivery,
  DeliveryAttempt,
  Message,
  OutboundMessage,
  Page,
  Storage,
  StoredOutcome,
  Ticket,
} from '@firstline/core';
import { parseSeqCursor } from './cursor';
import type { SqlExecutor } from './driver';
import { checkedLimit } from './newest-first';
import type { SqlQueries } from './queries';
import { conversationOf } from './rows/conversation-row';
import { decisionOf } from './rows/decision-row';
import { attemptOf, deliveryOf } from './rows/delivery-row';
import { inboundOf, messageOf, outboundOf } from './rows/message-row';
import { ticketOf } from './rows/ticket-row';

export async function outcome(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, messageId }: Parameters<Storage['outcome']>[0],
): Promise<StoredOutcome | null> {
  const message = await tx.first(q.messages.get, { tenant, id: messageId });
  if (message === undefined || message.direction !== 'inbound') return null;
  const conversation = await tx.first(q.conversations.get, { tenant, id: message.conversation_id });
  if (conversation === undefined) return null;
  const { decision_id: decisionId } = message;
  const row = decisionId === null ? undefined : await tx.first(q.decisions.get, { tenant, id: decisionId });
  const decision = row === undefined ? null : decisionOf(row);
  const ticketId = decision?.ticketId ?? null;
  const ticket = ticketId === null ? undefined : await tx.first(q.tickets.get, { tenant, id: ticketId });
  return {
    message: inboundOf(message),
    conversation: conversationOf(conversation),
    decision,
    replies: decision === null ? [] : await repliesOf(q, tx, tenant, decision),
    ticket: ticket === undefined ? null : ticketOf(ticket),
  };
}

/** In the order in which the decision says them. */
async function repliesOf(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  { replies }: DecisionRecord,
): Promise<readonly OutboundMessage[]> {
  if (replies.length === 0) return [];
  const ids = JSON.stringify(replies.map(({ messageId }) => messageId));
  const rows = new Map((await tx.all(q.messages.many, { tenant, ids })).map((row) => [row.id, row]));
  return replies.flatMap(({ messageId }) => {
    const row = rows.get(messageId);
    return row === undefined ? [] : [outboundOf(row)];
  });
}

export async function decision(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, messageId }: Parameters<Storage['decision']>[0],
): Promise<DecisionRecord | null> {
  const message = await tx.first(q.messages.get, { tenant, id: messageId });
  if (message === undefined || message.decision_id === null) return null;
  const row = await tx.first(q.decisions.get, { tenant, id: message.decision_id });
  return row === undefined ? null : decisionOf(row);
}

/** The most urgent first. */
const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;

/** One statement for each priority: an index knows their names and not their order. */
export async function queue(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, limit }: Parameters<Storage['queue']>[0],
): Promise<readonly Ticket[]> {
  const tickets: Ticket[] = [];
  for (const priority of PRIORITIES) {
    if (tickets.length >= limit) break;
    const rows = await tx.all(q.tickets.queued, { tenant, priority, limit: limit - tickets.length });
    tickets.push(...rows.map(ticketOf));
  }
  return tickets;
}

export async function history(
  q: SqlQueries,
  tx: SqlExecutor,
  params: Parameters<Storage['messages']>[0],
): Promise<Page<Message>> {
  const { tenant, conversationId } = params;
  const limit = checkedLimit(params);
  const after = parseSeqCursor(params.cursor);
  const rows = await tx.all(q.messages.history, { tenant, conversationId, after, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(messageOf), cursor: rows.length > limit && last !== undefined ? String(last.seq) : null };
}

export async function delivery(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, deliveryId }: Parameters<Storage['delivery']>[0],
): Promise<{ readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] } | null> {
  const row = await tx.first(q.deliveries.get, { tenant, id: deliveryId });
  if (row === undefined) return null;
  const attempts = await tx.all(q.attempts.list, { tenant, deliveryId });
  return { delivery: deliveryOf(row), attempts: attempts.map(attemptOf) };
}
