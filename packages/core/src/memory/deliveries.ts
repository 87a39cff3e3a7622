import type { Delivery, DeliveryAttempt } from '../model/delivery';
import type { OutboundMessage } from '../model/message';
import type { ClaimedDelivery, DeliveryGate, DeliveryResult, Storage } from '../ports/storage';
import type { WorkLease } from '../ports/storage-work';
import { reschedule, settle, settledEvent } from './outbox';
import { snapshot } from './snapshot';
import type { Tables } from './tables';

type ClaimParams = Parameters<Storage['claimDeliveries']>[0];
type FinishParams = Parameters<Storage['finishDeliveries']>[0];

/** What a look at one due lane came to. Nothing is written while looking, since the gate is foreign code and may throw. */
interface Look {
  readonly conversationId: string;
  readonly settled: readonly Delivery[];
  /** To be sent now. */
  readonly ready: Delivery | null;
}

export function claimDeliveries(tables: Tables, params: ClaimParams): readonly ClaimedDelivery[] {
  const looks: Look[] = [];
  let ready = 0;
  // A lane that turns out to have nothing to send does not use up the limit, or a batch of them would look like the end.
  if (params.limit > 0) {
    for (const lane of tables.lanes.deliver.claimable(params.now)) {
      const look = lookAt(tables, lane.conversationId, params.gate, params.now);
      looks.push(look);
      if (look.ready !== null && ++ready === params.limit) break;
    }
  }
  return looks.flatMap((look) => begin(tables, look, params) ?? []);
}

function lookAt(tables: Tables, conversationId: string, gate: DeliveryGate, now: number): Look {
  const conversation = tables.conversations.must(conversationId);
  const settled: Delivery[] = [];
  for (const id of tables.thread(conversationId).pending) {
    const delivery = tables.deliveries.must(id);
    if (delivery.nextAttemptAt > now) break;
    const verdict = gate(delivery, conversation);
    if (verdict.action === 'send') return { conversationId, settled, ready: delivery };
    settled.push({ ...delivery, status: verdict.status, reason: verdict.reason, settledAt: now });
  }
  return { conversationId, settled, ready: null };
}

function begin(tables: Tables, look: Look, { now, token, until }: ClaimParams): ClaimedDelivery | null {
  const { conversationId, ready } = look;
  for (const delivery of look.settled) {
    settle(tables, delivery);
    tables.append([settledEvent(delivery, now)]);
  }
  const { channel } = tables.conversations.must(conversationId);
  if (ready === null || channel === null) {
    tables.lanes.deliver.remove(conversationId);
    reschedule(tables, conversationId);
    return null;
  }
  const attempt = ready.attempts + 1;
  const delivery = tables.deliveries.put({ ...ready, attempts: attempt });
  const started: DeliveryAttempt = {
    tenant: tables.tenant,
    deliveryId: ready.id,
    number: attempt,
    startedAt: now,
    finishedAt: null,
    outcome: null,
    code: null,
    status: null,
    detail: null,
  };
  tables.attempts.set(ready.id, [...(tables.attempts.get(ready.id) ?? []), snapshot(started)]);
  const lease = tables.lanes.deliver.lease(conversationId, token, until);
  return { delivery, message: tables.messages.must(ready.messageId) as OutboundMessage, channel, lease, attempt };
}

export function finishDeliveries(tables: Tables, { now, results }: FinishParams): readonly string[] {
  const written: string[] = [];
  for (const result of results) {
    const delivery = tables.deliveries.get(result.deliveryId);
    if (delivery === undefined || !isCurrent(tables, delivery, result.lease, result.attempt)) continue;
    endAttempt(tables, result, now);
    if (endDelivery(tables, delivery, result, now)) {
      tables.append(result.events);
      written.push(delivery.id);
    }
    tables.lanes.deliver.remove(delivery.conversationId);
    reschedule(tables, delivery.conversationId);
  }
  return written;
}

function isCurrent(tables: Tables, delivery: Delivery, lease: WorkLease, attempt: number): boolean {
  const held = lease.kind === 'deliver' && tables.lanes.deliver.holds(lease);
  return held && delivery.conversationId === lease.conversationId && delivery.attempts === attempt;
}

function endAttempt(tables: Tables, { deliveryId, attempt, outcome }: DeliveryResult, now: number): void {
  const attempts = tables.attempts.get(deliveryId) ?? [];
  const ended = attempts.map((row) =>
    row.number !== attempt
      ? row
      : snapshot({
          ...row,
          finishedAt: now,
          outcome: outcome.class,
          code: outcome.code ?? null,
          status: outcome.status ?? null,
          detail: outcome.detail ?? null,
        }),
  );
  tables.attempts.set(deliveryId, ended);
}

/**
 * A delivery that was cancelled while it was under way stays cancelled, unless it has arrived or may have: what the
 * client saw is the truth.
 */
function endDelivery(tables: Tables, delivery: Delivery, { next }: DeliveryResult, now: number): boolean {
  if (delivery.status !== 'pending' && next.status !== 'sent' && next.status !== 'unknown') return false;
  const { status, reason } = next;
  const attemptsThisRun = delivery.attemptsThisRun + (next.counts ? 1 : 0);
  if (status === 'pending') {
    tables.deliveries.put({ ...delivery, reason, attemptsThisRun, nextAttemptAt: next.nextAttemptAt });
  } else {
    settle(tables, { ...delivery, status, reason, attemptsThisRun, settledAt: now });
  }
  return true;
}

export function replayDelivery(tables: Tables, params: Parameters<Storage['replayDelivery']>[0]) {
  const { now, deliveryId, operatorId } = params;
  const delivery = tables.deliveries.get(deliveryId);
  if (delivery === undefined) return null;
  if (!['dead', 'expired', 'unknown'].includes(delivery.status)) return delivery;
  const fresh = { reason: null, attemptsThisRun: 0, nextAttemptAt: now, expiresAt: null, settledAt: null };
  const replayed = tables.deliveries.put({ ...delivery, ...fresh, status: 'pending' });
  const thread = tables.thread(delivery.conversationId);
  const seqOf = (id: string): number => tables.deliveries.must(id).seq;
  thread.pending = [...thread.pending, deliveryId].sort((a, b) => seqOf(a) - seqOf(b));
  reschedule(tables, delivery.conversationId);
  const data = { deliveryId, messageId: delivery.messageId, operatorId };
  tables.append([{ type: 'delivery.replayed', at: now, conversationId: delivery.conversationId, data }]);
  return replayed;
}
