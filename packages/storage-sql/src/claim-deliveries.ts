import {
  FirstlineError,
  type ClaimedDelivery,
  type Conversation,
  type Delivery,
  type GateVerdict,
  type NewEvent,
  type Storage,
  type WorkLease,
} from '@firstline/core';
import { appendEvents } from './append-events';
import type { SqlExecutor } from './driver';
import { followDeliveries } from './follow-deliveries';
import type { SqlQueries } from './queries';
import { conversationOf } from './rows/conversation-row';
import { deliveryOf } from './rows/delivery-row';
import { outboundOf } from './rows/message-row';
import { claim } from './work';

type ClaimParams = Parameters<Storage['claimDeliveries']>[0];
type Settled = Extract<GateVerdict, { action: 'settle' }>;

/** A delivery on its way out, with what is needed of its conversation. */
interface Ready {
  readonly delivery: Delivery;
  readonly channel: NonNullable<Conversation['channel']>;
}

const NO_CHANNEL: Settled = { action: 'settle', status: 'cancelled', reason: 'no_channel' };

/** Goes on until `limit` deliveries are found: lanes with nothing to send must not make the rest look like nothing. */
export async function claimDeliveries(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
): Promise<readonly ClaimedDelivery[]> {
  const claimed: ClaimedDelivery[] = [];
  for (let wanted = params.limit; wanted > 0; wanted = params.limit - claimed.length) {
    const leases = await claim(q, tx, { ...params, kind: 'deliver', limit: wanted });
    claimed.push(...(await claimLeased(q, tx, params, leases)));
    if (leases.length < wanted) break;
  }
  return claimed;
}

async function claimLeased(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
  leases: readonly WorkLease[],
): Promise<readonly ClaimedDelivery[]> {
  if (leases.length === 0) return [];
  const conversationIds = leases.map((lease) => lease.conversationId);
  const ready = await pick(q, tx, params, conversationIds);
  const idle = conversationIds.filter((conversationId) => !ready.has(conversationId));
  if (idle.length > 0) await followDeliveries(q, tx, params.tenant, idle, 'held');
  const messages = await begin(q, tx, params, [...ready.values()]);
  return leases.flatMap((lease): ClaimedDelivery[] => {
    const found = ready.get(lease.conversationId);
    if (found === undefined) return [];
    const attempt = found.delivery.attempts + 1;
    const message = messages.get(found.delivery.messageId);
    if (message === undefined) throw new FirstlineError('internal', 'a delivery was read without its message');
    return [{ lease, attempt, message, channel: found.channel, delivery: { ...found.delivery, attempts: attempt } }];
  });
}

/** Asks the gate about the first pending delivery of each conversation, and about the next one where it says no. */
async function pick(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
  conversationIds: readonly string[],
): Promise<ReadonlyMap<string, Ready>> {
  const { tenant, now, gate } = params;
  const rows = await tx.all(q.conversations.many, { tenant, ids: JSON.stringify(conversationIds) });
  const conversations = new Map(rows.map((row) => [row.id, conversationOf(row)]));
  const ready = new Map<string, Ready>();
  let asked = conversationIds;
  while (asked.length > 0) {
    const settled: { readonly delivery: Delivery; readonly verdict: Settled }[] = [];
    for (const row of await tx.all(q.deliveries.firstOfEach, { tenant, ids: JSON.stringify(asked) })) {
      const delivery = deliveryOf(row);
      const conversation = conversations.get(delivery.conversationId);
      if (conversation === undefined || delivery.nextAttemptAt > now) continue;
      const { channel } = conversation;
      const verdict = channel === null ? NO_CHANNEL : gate(delivery, conversation);
      if (verdict.action === 'settle') settled.push({ delivery, verdict });
      else if (channel !== null) ready.set(conversation.id, { delivery, channel });
    }
    await settle(q, tx, params, settled);
    asked = settled.map(({ delivery }) => delivery.conversationId);
  }
  return ready;
}

async function settle(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now }: ClaimParams,
  list: readonly { readonly delivery: Delivery; readonly verdict: Settled }[],
): Promise<void> {
  if (list.length === 0) return;
  await tx.runEach(
    q.deliveries.settle,
    list.map(({ delivery: { id }, verdict: { status, reason } }) => ({ tenant, now, id, status, reason })),
  );
  const events = list.map(({ delivery, verdict: { status, reason } }): NewEvent => {
    const { id: deliveryId, messageId, attempts: attempt } = delivery;
    const data = { deliveryId, messageId, status, attempt, code: reason };
    return { type: 'delivery.settled', at: now, conversationId: delivery.conversationId, data };
  });
  await appendEvents(q, tx, tenant, events);
}

/** Writes the attempts down before anything is sent. */
async function begin(q: SqlQueries, tx: SqlExecutor, { tenant, now }: ClaimParams, ready: readonly Ready[]) {
  if (ready.length === 0) return new Map<string, never>();
  const deliveries = ready.map(({ delivery }) => delivery);
  await tx.runEach(
    q.attempts.begin,
    deliveries.map(({ id, attempts }) => ({ tenant, deliveryId: id, number: attempts + 1, startedAt: now })),
  );
  await tx.run(q.deliveries.begin, { tenant, ids: JSON.stringify(deliveries.map(({ id }) => id)) });
  const messageIds = JSON.stringify(deliveries.map(({ messageId }) => messageId));
  const rows = await tx.all(q.messages.many, { tenant, ids: messageIds });
  return new Map(rows.map((row) => [row.id, outboundOf(row)]));
}
