import type { FeedEvent, Storage } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import { eventOf } from './rows/event-row';

/**
 * The feed as far as it is complete: what a reader has passed must stay as it was. Where writers number their entries
 * concurrently, that is up to the last number taken, or to where somebody is still writing, whichever comes first; what
 * was written by then is there when the entries are read once more. A feed without anything new costs one look.
 */
export async function feed(
  { events: q }: SqlQueries,
  tx: SqlExecutor,
  params: Parameters<Storage['events']>[0],
): Promise<readonly FeedEvent[]> {
  const rows = await tx.all(q.after, params);
  if (q.kind === 'serial' || rows.length === 0) return rows.map(eventOf);
  const taken = await tx.first(q.taken, {});
  const open = await tx.first(q.open, {});
  const end = Math.min(taken?.seq ?? 0, open?.seq ?? Number.MAX_SAFE_INTEGER);
  const complete = await tx.all(q.after, params);
  return complete.filter(({ seq }) => seq <= end).map(eventOf);
}
