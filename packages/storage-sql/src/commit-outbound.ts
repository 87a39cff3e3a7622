import { FirstlineError, type CommitParams, type Conversation } from '@firstline/core';
import type { SqlExecutor } from './driver';
import { followDeliveries } from './follow-deliveries';
import type { SqlQueries } from './queries';

/** Cancels what became wrong to say, then writes what is said instead. */
export async function writeOutbound(
  q: SqlQueries,
  tx: SqlExecutor,
  params: CommitParams,
  conversation: Conversation,
): Promise<void> {
  const { tenant, conversationId } = params;
  const cancelled = await cancel(q, tx, params);
  const firstSendAt = await write(q, tx, params, conversation);
  if (cancelled > 0) {
    // The lane may be waiting for the retry of what was just cancelled; what is left must not wait with it.
    await followDeliveries(q, tx, tenant, [conversationId], 'unheld');
  } else if (firstSendAt !== null) {
    await tx.run(q.lanes.leave, { tenant, kind: 'deliver', conversationId, readyAt: firstSendAt });
  }
}

async function cancel(q: SqlQueries, tx: SqlExecutor, params: CommitParams): Promise<number> {
  const { tenant, now, conversationId, cancelDeliveries } = params;
  if (cancelDeliveries === null) return 0;
  const { types, reason } = cancelDeliveries;
  return tx.run(q.deliveries.cancel, { tenant, now, conversationId, reason, types: JSON.stringify(types) });
}

/** Resolves to the time at which the first new delivery is due. */
async function write(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, outbound }: CommitParams,
  { id: conversationId, clientId, channel, lastSeq }: Conversation,
): Promise<number | null> {
  let seq = lastSeq - outbound.length;
  let firstSendAt: number | null = null;
  for (const { message, delivery } of outbound) {
    seq += 1;
    const { id: messageId, type, sendAt } = message;
    await tx.run(q.messages.insertOutbound, {
      tenant,
      id: messageId,
      conversationId,
      clientId,
      seq,
      text: message.text,
      locale: message.locale,
      createdAt: message.createdAt,
      type,
      decisionId: message.decisionId,
      operatorId: message.operatorId,
      sendAt,
    });
    if (delivery === null) continue;
    if (channel === null) throw new FirstlineError('internal', 'a delivery needs a conversation with a channel');
    firstSendAt ??= sendAt;
    await tx.run(q.deliveries.insert, {
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
  }
  return firstSendAt;
}
