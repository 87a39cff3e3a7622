import {
  FirstlineError,
  type ClaimedDelivery,
  type Conversation,
  type Delivery,
  type DeliveryPlace,
  type GateVerdict,
  type NewEvent,
  type OutboundMessage,
  type Storage,
  type WorkLease,
} from '@firstline/core';
import { appendEvents } from './append-events';
import { ClaimHealth, type Wait } from './claim-health';
import type { SqlExecutor } from './driver';
import { followDeliveries } from './follow-deliveries';
import type { SqlQueries } from './queries';
import { conversationOf } from './rows/conversation-row';
import { deliveryOf } from './rows/delivery-row';
import { outboundOf } from './rows/message-row';
import type { ConversationRow, DeliveryRow } from './tables';
import { claiming } from './work';

type ClaimParams = Parameters<Storage['claimDeliveries']>[0];
type Verdict<Action> = Extract<GateVerdict, { action: Action }>;

/** A delivery on its way out, with what is needed of its conversation. */
interface Ready {
  readonly delivery: Delivery;
  readonly channel: NonNullable<Conversation['channel']>;
  readonly place: DeliveryPlace;
}

/** What a look at leased lanes came to, by conversation; of those without an entry, nothing is due. */
interface Looked {
  readonly ready: ReadonlyMap<string, Ready>;
  readonly waiting: ReadonlyMap<string, Wait['verdict']>;
  /** Of all deliveries that were looked at. */
  readonly messages: ReadonlyMap<string, OutboundMessage>;
}

const NO_CHANNEL: Verdict<'settle'> = { action: 'settle', status: 'cancelled', reason: 'no_channel' };
/** A call that made so many lanes wait comes to its end, so that a long queue is worked off in pieces. */
const WAITS_AT_ONCE = 100;

/** Goes on until `limit` deliveries are found: lanes with nothing to send must not make the rest look like nothing. */
export async function claimDeliveries(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
): Promise<readonly ClaimedDelivery[]> {
  const claimed: ClaimedDelivery[] = [];
  let waits = 0;
  let isLast = false;
  while (!isLast) {
    const wanted = params.limit - claimed.length;
    const { leases, leasing } = await claiming(q, tx, { ...params, kind: 'deliver', limit: wanted });
    if (leases.length === 0) break;
    const [looked] = await Promise.all([look(q, tx, params, leases), leasing]);
    waits += looked.waiting.size;
    isLast = leases.length < wanted || looked.ready.size === wanted || waits >= WAITS_AT_ONCE;
    claimed.push(...(await begun(q, tx, params, leases, looked, isLast)));
  }
  return claimed;
}

async function begun(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
  leases: readonly WorkLease[],
  { ready, waiting, messages }: Looked,
  isLast: boolean,
): Promise<readonly ClaimedDelivery[]> {
  const { tenant } = params;
  const claimed = leases.flatMap((lease): ClaimedDelivery[] => {
    const found = ready.get(lease.conversationId);
    if (found === undefined) return [];
    const attempt = found.delivery.attempts + 1;
    const message = messages.get(found.delivery.messageId);
    if (message === undefined) throw new FirstlineError('internal', 'a delivery was read without its message');
    const { channel, place } = found;
    return [{ lease, attempt, message, channel, place, delivery: { ...found.delivery, attempts: attempt } }];
  });
  const ids = leases.map((lease) => lease.conversationId);
  const idle = ids.filter((id) => !ready.has(id) && !waiting.has(id));
  if (idle.length > 0) await followDeliveries(q, tx, tenant, idle, 'held');
  const writing = begin(q, tx, params, [...ready.values()]);
  for (const [conversationId, { until: readyAt, waitsFor }] of waiting) {
    const lane = { tenant, kind: 'deliver', conversationId, readyAt } as const;
    writing.push(waitsFor === null ? tx.run(q.lanes.put, lane) : tx.run(q.lanes.putWaiting, { ...lane, waitsFor }));
  }
  if (isLast) tx.ending();
  await Promise.all(writing);
  return claimed;
}

/** Asks the gate about the first pending delivery of each conversation, and about the next one where it settles it. */
async function look(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
  leases: readonly WorkLease[],
): Promise<Looked> {
  const { tenant, now } = params;
  const ids = leases.map((lease) => lease.conversationId);
  const [rows, earliest] = await Promise.all([
    tx.all(q.conversations.many, { tenant, ids: JSON.stringify(ids) }),
    firstOf(q, tx, tenant, ids),
  ]);
  const conversations = new Map(rows.map((row) => [row.id, { row, conversation: conversationOf(row) }]));
  const messages = new Map<string, OutboundMessage>();
  const [health] = await Promise.all([
    ClaimHealth.of(q, tx, tenant, [...conversations.values()]),
    readMessages(q, tx, tenant, earliest, messages),
  ]);
  const ready = new Map<string, Ready>();
  const waits = new Map<string, Wait>();
  let first = earliest;
  while (first.length > 0) {
    const settled: { readonly delivery: Delivery; readonly verdict: Verdict<'settle'> }[] = [];
    for (const row of first) {
      const found = conversations.get(row.conversation_id);
      if (found === undefined || row.next_attempt_at > now) continue;
      const delivery = deliveryOf(row);
      const { verdict, place } = await judged(params, health, row, found);
      if (verdict.action === 'settle') settled.push({ delivery, verdict });
      else if (verdict.action === 'wait') waits.set(row.conversation_id, { verdict, place });
      else if (found.conversation.channel !== null) {
        const possibleDuplicate = verdict.possibleDuplicate === true || delivery.possibleDuplicate === true;
        const { channel } = found.conversation;
        ready.set(row.conversation_id, { delivery: { ...delivery, possibleDuplicate }, channel, place });
      }
    }
    if (settled.length === 0) break;
    await settle(q, tx, params, settled);
    const left = settled.map(({ delivery }) => delivery.conversationId);
    first = await firstOf(q, tx, tenant, left);
    await readMessages(q, tx, tenant, first, messages);
  }
  return { ready, waiting: await stillWaiting(health, waits, now), messages };
}

/** What was made to wait by a row that is another one by now is looked at again, at once. */
async function stillWaiting(
  health: ClaimHealth,
  waits: ReadonlyMap<string, Wait>,
  now: number,
): Promise<Looked['waiting']> {
  const outdated = await health.outdated(waits);
  return new Map(
    [...waits].map(([id, { verdict }]) => {
      return [id, outdated.has(id) ? { action: 'wait', until: now, waitsFor: null } : verdict];
    }),
  );
}

function firstOf(q: SqlQueries, tx: SqlExecutor, tenant: string, ids: readonly string[]): Promise<DeliveryRow[]> {
  return tx.all(q.deliveries.firstOfEach, { tenant, ids: JSON.stringify(ids) });
}

/** Of nearly all that are looked at the message is needed, and asking beside something else is for nothing. */
async function readMessages(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  deliveries: readonly DeliveryRow[],
  messages: Map<string, OutboundMessage>,
): Promise<void> {
  if (deliveries.length === 0) return;
  const ids = JSON.stringify(deliveries.map((row) => row.message_id));
  for (const row of await tx.all(q.messages.many, { tenant, ids })) messages.set(row.id, outboundOf(row));
}

/** Asks again where the rows that the gate judged by have been changed by somebody else. */
async function judged(
  { gate }: ClaimParams,
  health: ClaimHealth,
  row: DeliveryRow,
  { row: { channel_key: key }, conversation }: { readonly row: ConversationRow; readonly conversation: Conversation },
): Promise<{ readonly verdict: GateVerdict; readonly place: DeliveryPlace }> {
  for (;;) {
    const place = health.place(key ?? '', conversation.channel?.transport, row.open_attempts);
    if (conversation.channel === null) return { verdict: NO_CHANNEL, place };
    const verdict = gate(deliveryOf(row), conversation, place);
    if (verdict.action !== 'send' || verdict.holds === undefined) return { verdict, place };
    if (await health.hold(verdict.holds)) {
      return { verdict, place: health.place(key ?? '', conversation.channel.transport, row.open_attempts) };
    }
  }
}

async function settle(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now }: ClaimParams,
  list: readonly { readonly delivery: Delivery; readonly verdict: Verdict<'settle'> }[],
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
function begin(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now }: ClaimParams,
  ready: readonly Ready[],
): Promise<unknown>[] {
  if (ready.length === 0) return [];
  const deliveries = ready.map(({ delivery }) => delivery);
  const writing: Promise<unknown>[] = [
    tx.runEach(
      q.attempts.begin,
      deliveries.map(({ id, attempts }) => ({ tenant, deliveryId: id, number: attempts + 1, startedAt: now })),
    ),
    tx.run(q.deliveries.begin, { tenant, ids: JSON.stringify(deliveries.map(({ id }) => id)) }),
  ];
  const twice = deliveries.filter(({ possibleDuplicate }) => possibleDuplicate === true).map(({ id }) => id);
  if (twice.length > 0) writing.push(tx.run(q.deliveries.markDuplicates, { tenant, ids: JSON.stringify(twice) }));
  return writing;
}
