import {
  FirstlineError,
  type CommitParams,
  type CommitResult,
  type Conversation,
  type NewEvent,
} from '@firstline/core';
import type { SqlExecutor } from './driver';
import { followDeliveries } from './follow-deliveries';
import type { SqlQueries } from './queries';
import { Refusal } from './refusal';
import type { DeliveryRow } from './tables';

/**
 * Cancels the drafts that this commit replaces; resolves to what the feed is told of it. Refused where one of them is no
 * draft any more.
 */
export async function supersede(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<readonly NewEvent[]> {
  const { tenant, now, conversationId } = params;
  if (params.supersede.length === 0) return [];
  const reason = 'superseded';
  const ids = JSON.stringify(params.supersede);
  const rows = await tx.all(q.deliveries.supersede, { tenant, now, conversationId, reason, ids });
  if (rows.length !== new Set(params.supersede).size) throw new Refusal<CommitResult>({ status: 'conflict' });
  return told(rows, params, reason);
}

/** Cancels what became wrong to say, then writes what is said instead; resolves to what the feed is told of the first. */
export async function writeOutbound(
  q: SqlQueries,
  tx: SqlExecutor,
  params: CommitParams,
  conversation: Conversation,
): Promise<readonly NewEvent[]> {
  const { tenant, conversationId } = params;
  const cancelled = await cancel(q, tx, params);
  const { written, firstSendAt } = write(q, tx, params, conversation);
  if (cancelled.length > 0 || params.supersede.length > 0) {
    // The lane may be waiting for the retry of what was just cancelled; what is left must not wait with it.
    await Promise.all([...written, followDeliveries(q, tx, tenant, [conversationId], 'unheld')]);
  } else if (firstSendAt !== null) {
    const lane = { tenant, kind: 'deliver', conversationId, readyAt: firstSendAt } as const;
    await Promise.all([...written, tx.run(q.lanes.leave, lane)]);
  } else {
    await Promise.all(written);
  }
  return cancelled;
}

async function cancel(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<readonly NewEvent[]> {
  const { tenant, now, conversationId, cancelDeliveries } = params;
  if (cancelDeliveries === null) return [];
  const { reason } = cancelDeliveries;
  const types = JSON.stringify(cancelDeliveries.types);
  const rows = await tx.all(q.deliveries.cancel, { tenant, now, conversationId, reason, types });
  return told(rows, params, reason);
}

/** In the order in which they would have gone out: a database returns them in any. */
function told(
  rows: readonly Pick<DeliveryRow, 'id' | 'message_id' | 'attempts' | 'seq'>[],
  { now, conversationId }: CommitParams,
  reason: string,
): readonly NewEvent[] {
  return [...rows]
    .sort((a, b) => a.seq - b.seq)
    .map((row): NewEvent => {
      const { id: deliveryId, message_id: messageId, attempts: attempt } = row;
      const data = { deliveryId, messageId, status: 'cancelled', attempt, code: reason };
      return { type: 'delivery.settled', at: now, conversationId, data };
    });
}

/** What is being written, and the time at which the first new delivery is due. */
function write(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, outbound }: CommitParams,
  { id: conversationId, clientId, channel, lastSeq }: Conversation,
): { readonly written: readonly Promise<unknown>[]; readonly firstSendAt: number | null } {
  // Before anything is asked: an answer that nobody waits for must not be a failure.
  if (channel === null && outbound.some(({ delivery }) => delivery !== null)) {
    throw new FirstlineError('internal', 'a delivery needs a conversation with a channel');
  }
  const written: Promise<unknown>[] = [];
  let seq = lastSeq - outbound.length;
  let firstSendAt: number | null = null;
  for (const { message, delivery } of outbound) {
    seq += 1;
    const { id: messageId, type, sendAt } = message;
    const inserted = tx.run(q.messages.insertOutbound, {
      tenant,
      id: messageId,
      conversationId,
      clientId,
      seq,
      text: message.text,
      locale: message.locale,
      attachments: listOrNull(message.attachments),
      quickReplies: listOrNull(message.quickReplies),
      createdAt: message.createdAt,
      type,
      decisionId: message.decisionId,
      operatorId: message.operatorId,
      sendAt,
    });
    written.push(inserted);
    if (delivery === null) continue;
    firstSendAt ??= sendAt;
    const due = tx.run(q.deliveries.insert, {
      tenant,
      id: delivery.id,
      messageId,
      conversationId,
      clientId,
      transport: delivery.transport,
      type,
      seq,
      nextAttemptAt: sendAt,
      expiresAt: delivery.expiresAt,
      createdAt: message.createdAt,
    });
    written.push(due);
  }
  return { written, firstSendAt };
}

/** Most messages have neither, and no need to say so. */
function listOrNull(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}
