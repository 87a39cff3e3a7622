import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import type { DeliveryRow } from './tables';

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * Makes the `deliver` lanes of conversations agree with their deliveries: due when the first pending one is, gone where
 * none is pending. `unheld`: a lane that somebody holds is left to its holder, who comes here with `held` at the end.
 */
export async function followDeliveries(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  conversationIds: readonly string[],
  lanes: 'held' | 'unheld',
): Promise<void> {
  const first = await tx.all(q.deliveries.firstOfEach, { tenant, ids: JSON.stringify(conversationIds) });
  await followFirst(q, tx, tenant, conversationIds, first, lanes);
}

/**
 * The same for whoever has the first pending delivery of each at hand. `waitsFor`: what lanes that are held may be woken by before
 * their time, by conversation.
 */
export async function followFirst(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  conversationIds: readonly string[],
  first: readonly DeliveryRow[],
  lanes: 'held' | 'unheld',
  waitsFor: ReadonlyMap<string, string> = NOTHING,
): Promise<void> {
  const due = first.map((row) => ({
    tenant,
    kind: 'deliver' as const,
    conversationId: row.conversation_id,
    readyAt: row.next_attempt_at,
  }));
  const free = due.filter((lane) => !waitsFor.has(lane.conversationId));
  const waiting = due.flatMap((lane) => {
    const woken = waitsFor.get(lane.conversationId);
    return woken === undefined ? [] : [{ ...lane, waitsFor: woken }];
  });
  const pending = new Set(due.map((lane) => lane.conversationId));
  const idle = conversationIds
    .filter((conversationId) => !pending.has(conversationId))
    .map((conversationId) => ({ tenant, kind: 'deliver' as const, conversationId }));
  await Promise.all([
    tx.runEach(lanes === 'held' ? q.lanes.put : q.lanes.putUnheld, free),
    ...waiting.map((lane) => tx.run(q.lanes.putWaiting, lane)),
    tx.runEach(lanes === 'held' ? q.lanes.remove : q.lanes.removeUnheld, idle),
  ]);
}
