import type { NewEvent } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';

export async function appendEvents(
  { events: q }: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const entries = events.map(({ type, at, conversationId, data }) => {
    return { type, at, conversationId, data: JSON.stringify(data) };
  });
  if (q.kind === 'concurrent') await tx.run(q.appendAll, { tenant, entries: JSON.stringify(entries) });
  else
    await tx.runEach(
      q.append,
      entries.map((entry) => ({ ...entry, tenant })),
    );
}

/**
 * Appends what a longer work is told as. Last, since readers of the feed wait for whoever has numbered entries and not committed;
 * but first where numbers follow from the newest entry, which the work may remove.
 */
export async function appendAround<T>(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  events: readonly NewEvent[],
  work: () => Promise<T>,
): Promise<T> {
  if (q.events.kind === 'serial') await appendEvents(q, tx, tenant, events);
  const result = await work();
  if (q.events.kind === 'concurrent') await appendEvents(q, tx, tenant, events);
  return result;
}
