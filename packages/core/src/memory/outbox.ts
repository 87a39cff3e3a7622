import type { Conversation } from '../model/conversation';
import type { Delivery } from '../model/delivery';
import type { CommitParams, NewOutbound } from '../ports/storage';
import type { Tables } from './tables';

/** Writes messages with the numbers up to `lastSeq`, and their deliveries. */
export function addOutbound(tables: Tables, conversation: Conversation, outbound: readonly NewOutbound[]): void {
  const { tenant } = tables;
  const { id: conversationId, clientId } = conversation;
  const thread = tables.thread(conversationId);
  outbound.forEach(({ message, delivery }, index) => {
    const seq = conversation.lastSeq + 1 + index;
    tables.addMessage({ ...message, tenant, conversationId, clientId, seq, direction: 'outbound' });
    if (delivery === null) return;
    const row: Delivery = {
      tenant,
      id: delivery.id,
      messageId: message.id,
      conversationId,
      clientId,
      transport: delivery.transport,
      type: message.type,
      seq,
      status: 'pending',
      reason: null,
      attempts: 0,
      attemptsThisRun: 0,
      nextAttemptAt: message.sendAt,
      expiresAt: delivery.expiresAt,
      createdAt: message.createdAt,
      settledAt: null,
    };
    tables.deliveries.put(row);
    tables.newest.deliveries.add(row);
    thread.deliveries.add(row);
    thread.pending.push(row.id);
  });
  reschedule(tables, conversationId);
}

export function cancelPending(
  tables: Tables,
  conversationId: string,
  { types, reason }: NonNullable<CommitParams['cancelDeliveries']>,
  now: number,
): void {
  for (const id of tables.thread(conversationId).pending) {
    const delivery = tables.deliveries.must(id);
    if (types.includes(delivery.type)) settle(tables, { ...delivery, status: 'cancelled', reason, settledAt: now });
  }
  reschedule(tables, conversationId);
}

/** Writes a delivery that is not pending any more. */
export function settle(tables: Tables, delivery: Delivery): void {
  const thread = tables.thread(delivery.conversationId);
  thread.pending = thread.pending.filter((id) => id !== delivery.id);
  tables.deliveries.put(delivery);
}

export function firstPending(tables: Tables, conversationId: string): Delivery | null {
  const id = tables.thread(conversationId).pending[0];
  return id === undefined ? null : tables.deliveries.must(id);
}

/**
 * Makes the `deliver` lane follow the first pending delivery. A lane that somebody holds is left alone: the holder is
 * sending, and looks at the rows again when that ends.
 */
export function reschedule(tables: Tables, conversationId: string): void {
  const lanes = tables.lanes.deliver;
  const lane = lanes.get(conversationId);
  if (lane !== undefined && lane.token !== null) return;
  const first = firstPending(tables, conversationId);
  if (first === null) lanes.remove(conversationId);
  else if (lane?.readyAt !== first.nextAttemptAt) lanes.put(conversationId, first.nextAttemptAt);
}
