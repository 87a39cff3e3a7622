import type { Delivery, DeliveryAttempt } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import type { OutboundMessage } from '../model/message';
import type { ClaimedDelivery, DeliveryPlace, DeliveryResult, GateVerdict, Storage } from '../ports/storage';
import type { WorkLease } from '../ports/storage-work';
import { reschedule, settle, settledEvent } from './outbox';
import { snapshot } from './snapshot';
import type { Tables } from './tables';

type ClaimParams = Parameters<Storage['claimDeliveries']>[0];
type FinishParams = Parameters<Storage['finishDeliveries']>[0];

type Verdict<Action> = Extract<GateVerdict, { action: Action }>;

/** What a look at one due lane came to. Nothing is written while looking, since the gate is foreign code and may throw. */
interface Look {
  readonly conversationId: string;
  readonly settled: readonly Delivery[];
  /** To be sent now. */
  readonly ready: {
    readonly delivery: Delivery;
    readonly place: DeliveryPlace;
    readonly possibleDuplicate: boolean;
  } | null;
  readonly wait: Verdict<'wait'> | null;
}

/** A call that made so many lanes wait comes to its end, so that a long queue is worked off in pieces. */
const WAITS_AT_ONCE = 100;

export function claimDeliveries(tables: Tables, params: ClaimParams): readonly ClaimedDelivery[] {
  const looks: Look[] = [];
  const holds = new Map<string, Endpoint>();
  let ready = 0;
  let waits = 0;
  // A lane that turns out to have nothing to send does not use up the limit, or a batch of them would look like the end.
  if (params.limit > 0) {
    for (const lane of tables.lanes.deliver.claimable(params.now)) {
      const look = lookAt(tables, lane.conversationId, params, holds);
      looks.push(look);
      if (look.ready !== null && ++ready === params.limit) break;
      if (look.wait !== null && ++waits === WAITS_AT_ONCE) break;
    }
  }
  for (const endpoint of holds.values()) tables.endpoints.set(endpoint.key, snapshot(endpoint));
  return looks.flatMap((look) => begin(tables, look, params) ?? []);
}

/** `holds`: the rows the gate wants written, which count from then on. */
function lookAt(
  tables: Tables,
  conversationId: string,
  { gate, now }: Pick<ClaimParams, 'gate' | 'now'>,
  holds: Map<string, Endpoint>,
): Look {
  const conversation = tables.conversations.must(conversationId);
  const row = (key: string | undefined): Endpoint | null =>
    key === undefined ? null : (holds.get(key) ?? tables.endpoints.get(key) ?? null);
  const settled: Delivery[] = [];
  for (const id of tables.thread(conversationId).pending) {
    const delivery = tables.deliveries.must(id);
    if (delivery.nextAttemptAt > now) break;
    const key = tables.thread(conversationId).channelKey ?? '';
    const place = { key, own: row(key), transport: row(conversation.channel?.transport) };
    const verdict = gate(delivery, conversation, { ...place, openAttempts: tables.openAttempts.get(id) ?? 0 });
    switch (verdict.action) {
      case 'send': {
        const outdated = (verdict.holds ?? []).some(({ key: held, version }) => row(held)?.version !== version - 1);
        if (outdated) return lookAt(tables, conversationId, { gate, now }, holds);
        for (const endpoint of verdict.holds ?? []) holds.set(endpoint.key, endpoint);
        const held = { ...place, own: row(key), transport: row(conversation.channel?.transport) };
        const { possibleDuplicate = false } = verdict;
        const ready = {
          delivery,
          place: { ...held, openAttempts: tables.openAttempts.get(id) ?? 0 },
          possibleDuplicate,
        };
        return { conversationId, settled, ready, wait: null };
      }
      case 'wait':
        return { conversationId, settled, ready: null, wait: verdict };
      case 'settle':
        settled.push({ ...delivery, status: verdict.status, reason: verdict.reason, settledAt: now });
    }
  }
  return { conversationId, settled, ready: null, wait: null };
}

function begin(tables: Tables, look: Look, { now, token, until }: ClaimParams): ClaimedDelivery | null {
  const { conversationId, wait } = look;
  for (const delivery of look.settled) {
    settle(tables, delivery);
    tables.append([settledEvent(delivery, now)]);
  }
  if (wait !== null) {
    tables.lanes.deliver.put(conversationId, wait.until, wait.waitsFor);
    return null;
  }
  const { channel } = tables.conversations.must(conversationId);
  if (look.ready === null || channel === null) {
    tables.lanes.deliver.remove(conversationId);
    reschedule(tables, conversationId);
    return null;
  }
  const { delivery: ready, place, possibleDuplicate } = look.ready;
  const attempt = ready.attempts + 1;
  const delivery = tables.deliveries.put({
    ...ready,
    attempts: attempt,
    possibleDuplicate: possibleDuplicate || ready.possibleDuplicate === true,
  });
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
  tables.openAttempts.set(ready.id, place.openAttempts + 1);
  const lease = tables.lanes.deliver.lease(conversationId, token, until);
  const message = tables.messages.must(ready.messageId) as OutboundMessage;
  return { delivery, message, channel, lease, attempt, place };
}

export function finishDeliveries(tables: Tables, { now, results }: FinishParams): readonly string[] {
  const written: string[] = [];
  for (const result of results) {
    const delivery = tables.deliveries.get(result.deliveryId);
    if (delivery === undefined || !isCurrent(tables, delivery, result.lease, result.attempt)) continue;
    endAttempt(tables, result, now);
    if (result.move !== undefined) move(tables, delivery.conversationId, result.move);
    if (endDelivery(tables, delivery, result, now)) {
      tables.append(result.events);
      written.push(delivery.id);
    }
    tables.lanes.deliver.remove(delivery.conversationId);
    reschedule(tables, delivery.conversationId, result.next.waitsFor);
  }
  return written;
}

/** Where the client writes from there already, the other conversation stays the one that is found by the key. */
function move(tables: Tables, conversationId: string, to: NonNullable<DeliveryResult['move']>): void {
  const conversation = tables.conversations.must(conversationId);
  const { open } = tables.conversationsOf(conversation.clientId);
  const taken = [...open].some((id) => id !== conversationId && tables.thread(id).channelKey === to.channelKey);
  if (!taken || conversation.status === 'closed') tables.thread(conversationId).channelKey = to.channelKey;
  tables.putConversation({ ...conversation, channel: to.channel });
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
  tables.openAttempts.delete(deliveryId);
}

/**
 * A delivery that was cancelled while it was under way stays cancelled, unless it has arrived or may have: what the
 * client saw is the truth.
 */
function endDelivery(tables: Tables, delivery: Delivery, { next }: DeliveryResult, now: number): boolean {
  if (delivery.status !== 'pending' && next.status !== 'sent' && next.status !== 'unknown') return false;
  const { status, reason } = next;
  const attemptsThisRun = delivery.attemptsThisRun + (next.counts ? 1 : 0);
  const possibleDuplicate = next.possibleDuplicate === true || delivery.possibleDuplicate === true;
  const ended = { ...delivery, reason, attemptsThisRun, possibleDuplicate };
  if (status === 'pending') tables.deliveries.put({ ...ended, nextAttemptAt: next.nextAttemptAt });
  else settle(tables, { ...ended, status, settledAt: now });
  return true;
}

export function replayDelivery(tables: Tables, params: Parameters<Storage['replayDelivery']>[0]) {
  const { now, deliveryId, operatorId } = params;
  const delivery = tables.deliveries.get(deliveryId);
  if (delivery === undefined) return null;
  if (!['dead', 'expired', 'unknown'].includes(delivery.status)) return delivery;
  const fresh = { reason: null, attemptsThisRun: 0, nextAttemptAt: now, expiresAt: null, settledAt: null };
  const replayed = tables.deliveries.put({ ...delivery, ...fresh, status: 'pending' });
  tables.openAttempts.delete(deliveryId);
  const thread = tables.thread(delivery.conversationId);
  const seqOf = (id: string): number => tables.deliveries.must(id).seq;
  thread.pending = [...thread.pending, deliveryId].sort((a, b) => seqOf(a) - seqOf(b));
  reschedule(tables, delivery.conversationId);
  const data = { deliveryId, messageId: delivery.messageId, operatorId };
  tables.append([{ type: 'delivery.replayed', at: now, conversationId: delivery.conversationId, data }]);
  return replayed;
}
