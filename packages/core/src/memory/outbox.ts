import type { Conversation } from '../model/conversation';
import type { Delivery } from '../model/delivery';
import type { NewEvent } from '../model/event';
import type { CommitParams, NewOutbound } from '../ports/storage-commit';
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
      possibleDuplicate: false,
      createdAt: message.createdAt,
      settledAt: null,
    };
    tables.deliveries.put(row);
    tables.newest.deliveries.add(row);
    thread.deliveries.add(row);
    thread.pending.push(row.id);
  });
  // One that is there already may wait for its turn; what is new does not change that.
  if (tables.lanes.deliver.get(conversationId) === undefined) reschedule(tables, conversationId);
}

/** Cancels what this commit replaces or makes wrong to say; returns what the feed is told of it. */
export function cancelPending(tables: Tables, params: CommitParams): readonly NewEvent[] {
  const { now, conversationId, supersede, cancelDeliveries } = params;
  const events: NewEvent[] = [];
  const cancel = (reason: string, wanted: (delivery: Delivery) => boolean): void => {
    for (const id of tables.thread(conversationId).pending) {
      const delivery = tables.deliveries.must(id);
      if (!wanted(delivery)) continue;
      const cancelled: Delivery = { ...delivery, status: 'cancelled', reason, settledAt: now };
      settle(tables, cancelled);
      events.push(settledEvent(cancelled, now));
    }
  };
  if (supersede.length > 0) cancel('superseded', ({ id }) => supersede.includes(id));
  if (cancelDeliveries !== null) cancel(cancelDeliveries.reason, ({ type }) => cancelDeliveries.types.includes(type));
  if (events.length > 0) reschedule(tables, conversationId);
  return events;
}

/** The same members as the events the engine writes when an attempt settles a delivery. */
export function settledEvent(delivery: Delivery, at: number): NewEvent {
  const { id: deliveryId, messageId, conversationId, status, attempts: attempt, reason: code } = delivery;
  return { type: 'delivery.settled', at, conversationId, data: { deliveryId, messageId, status, attempt, code } };
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
 * sending, and looks at the rows again when that ends. `waitsFor`: what the lane may be woken by before its time.
 */
export function reschedule(tables: Tables, conversationId: string, waitsFor?: string): void {
  const lanes = tables.lanes.deliver;
  const lane = lanes.get(conversationId);
  if (lane !== undefined && lane.token !== null) return;
  const first = firstPending(tables, conversationId);
  if (first === null) lanes.remove(conversationId);
  else if (lane?.readyAt !== first.nextAttemptAt) lanes.put(conversationId, first.nextAttemptAt, waitsFor);
}
