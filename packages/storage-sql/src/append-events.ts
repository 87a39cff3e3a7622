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
