import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';

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
  const due = first.map((row) => ({
    tenant,
    kind: 'deliver' as const,
    conversationId: row.conversation_id,
    readyAt: row.next_attempt_at,
  }));
  await tx.runEach(lanes === 'held' ? q.lanes.put : q.lanes.putUnheld, due);
  const pending = new Set(due.map((lane) => lane.conversationId));
  const idle = conversationIds
    .filter((conversationId) => !pending.has(conversationId))
    .map((conversationId) => ({ tenant, kind: 'deliver' as const, conversationId }));
  await tx.runEach(lanes === 'held' ? q.lanes.remove : q.lanes.removeUnheld, idle);
}
