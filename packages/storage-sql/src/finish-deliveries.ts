import type { Delivery, DeliveryResult, DeliveryStatus, NewEvent, Storage } from '@firstline/core';
import { appendEvents } from './append-events';
import type { SqlExecutor } from './driver';
import { followDeliveries, followFirst } from './follow-deliveries';
import type { SqlQueries } from './queries';
import { deliveryOf } from './rows/delivery-row';
import type { DeliveryRow } from './tables';

type FinishParams = Parameters<Storage['finishDeliveries']>[0];
type ReplayParams = Parameters<Storage['replayDelivery']>[0];

export async function finishDeliveries(
  q: SqlQueries,
  tx: SqlExecutor,
  params: FinishParams,
): Promise<readonly string[]> {
  const { tenant, now } = params;
  if (params.results.length === 0) return [];
  if (params.results.some(({ move }) => move !== undefined)) await lockClients(q, tx, params);
  // What becomes of a delivery is read behind the lock of its conversation, so it stays as it is.
  const [results, statuses] = await Promise.all([inForce(q, tx, params), statusesOf(q, tx, params)]);
  if (results.length === 0) return [];
  const written = results.filter(({ deliveryId, next }) => isStillWanted(statuses.get(deliveryId), next.status));
  const writing: Promise<unknown>[] = [
    tx.runEach(
      q.attempts.finish,
      results.map(({ deliveryId, attempt, outcome }) => ({
        tenant,
        deliveryId,
        number: attempt,
        finishedAt: now,
        outcome: outcome.class,
        code: outcome.code ?? null,
        status: outcome.status ?? null,
        detail: outcome.detail ?? null,
      })),
    ),
    tx.runEach(
      q.deliveries.finish,
      written.map(({ deliveryId, next }) => ({
        tenant,
        id: deliveryId,
        status: next.status,
        reason: next.reason,
        nextAttemptAt: next.status === 'pending' ? next.nextAttemptAt : null,
        counts: next.counts ? 1 : 0,
        settledAt: next.status === 'pending' ? null : now,
        possibleDuplicate: next.possibleDuplicate === true ? (1 as const) : null,
      })),
    ),
  ];
  for (const { lease, move } of results) {
    if (move !== undefined) writing.push(moveConversation(q, tx, tenant, lease.conversationId, move));
  }
  const conversationIds = results.map(({ lease }) => lease.conversationId);
  const waitsFor = results.flatMap(({ lease, next }): (readonly [string, string])[] =>
    next.waitsFor === undefined ? [] : [[lease.conversationId, next.waitsFor]],
  );
  const ids = JSON.stringify(conversationIds);
  const [first] = await Promise.all([tx.all(q.deliveries.firstOfEach, { tenant, ids }), ...writing]);
  const told = written.flatMap(({ events }) => events);
  const last = Promise.all([
    followFirst(q, tx, tenant, conversationIds, first, 'held', new Map(waitsFor)),
    appendEvents(q, tx, tenant, told),
  ]);
  tx.ending();
  await last;
  return written.map(({ deliveryId }) => deliveryId);
}

/** The results whose lane is still held by those who report them; a lane is held for one delivery. */
async function inForce(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, results }: FinishParams,
): Promise<readonly DeliveryResult[]> {
  const ids = JSON.stringify(results.map(({ lease }) => lease.conversationId));
  const lanes = await tx.all(q.lanes.holders, { tenant, kind: 'deliver', ids });
  const holders = new Map(lanes.map((lane) => [lane.conversation_id, lane.token]));
  return results.filter(({ lease }) => {
    if (holders.get(lease.conversationId) !== lease.token) return false;
    holders.delete(lease.conversationId);
    return true;
  });
}

/**
 * Whoever opens a conversation holds its client, so where one is opened at the new address it is waited for, and found. All of the
 * batch's clients, in one order: they are locked before conversations.
 */
async function lockClients(q: SqlQueries, tx: SqlExecutor, { tenant, results }: FinishParams): Promise<void> {
  const ids = JSON.stringify(results.map(({ lease }) => lease.conversationId));
  await tx.all(q.clients.lockOfConversations, { tenant, ids });
}

/** Where the client writes from there already, the other conversation stays the one that is found by the key. */
async function moveConversation(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  id: string,
  { channel, channelKey }: NonNullable<DeliveryResult['move']>,
): Promise<void> {
  const move = { tenant, id, channel: JSON.stringify(channel), channelKey };
  if ((await tx.run(q.conversations.move, move)) === 0) await tx.run(q.conversations.redirect, move);
}

async function statusesOf(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, results }: FinishParams,
): Promise<ReadonlyMap<string, DeliveryStatus>> {
  const ids = JSON.stringify(results.map(({ deliveryId }) => deliveryId));
  const rows = await tx.all(q.deliveries.statuses, { tenant, ids });
  return new Map(rows.map((row) => [row.id, row.status]));
}

/** What was cancelled while it was being sent stays cancelled, unless it has arrived or may have. */
function isStillWanted(now: DeliveryStatus | undefined, next: DeliveryStatus): boolean {
  return now === 'pending' || next === 'sent' || next === 'unknown';
}

export async function replayDelivery(q: SqlQueries, tx: SqlExecutor, params: ReplayParams): Promise<Delivery | null> {
  const [row] = await replay(q, tx, params, [params.deliveryId]);
  return row === undefined ? null : deliveryOf(row);
}

/** Resolves to those of them that there are, as they are then. The feed is told in the order in which they were given. */
export async function replay(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, operatorId }: Pick<ReplayParams, 'tenant' | 'now' | 'operatorId'>,
  ids: readonly string[],
): Promise<readonly DeliveryRow[]> {
  const rows = await tx.all(q.deliveries.lock, { tenant, ids: JSON.stringify(ids) });
  const ended = rows.filter(({ status }) => status === 'dead' || status === 'expired' || status === 'unknown');
  if (ended.length === 0) return rows;
  const endedIds = JSON.stringify(ended.map(({ id }) => id));
  const replayed = await tx.all(q.deliveries.replay, { tenant, now, ids: endedIds });
  const conversationIds = [...new Set(replayed.map((row) => row.conversation_id))];
  await followDeliveries(q, tx, tenant, conversationIds, 'unheld');
  const byId = new Map(replayed.map((row) => [row.id, row]));
  const told = ids.flatMap((deliveryId): readonly NewEvent[] => {
    const row = byId.get(deliveryId);
    if (row === undefined) return [];
    const data = { deliveryId, messageId: row.message_id, operatorId };
    return [{ type: 'delivery.replayed', at: now, conversationId: row.conversation_id, data }];
  });
  await appendEvents(q, tx, tenant, told);
  return rows.map((row) => byId.get(row.id) ?? row);
}
