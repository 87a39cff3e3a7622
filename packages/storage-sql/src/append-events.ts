import type { NewEvent } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';

export async function appendEvents(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  events: readonly NewEvent[],
): Promise<void> {
  const rows = events.map(({ type, at, conversationId, data }) => {
    return { tenant, type, at, conversationId, data: JSON.stringify(data) };
  });
  if (rows.length > 0) await tx.runEach(q.events.append, rows);
}
