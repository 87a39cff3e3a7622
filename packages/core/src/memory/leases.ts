import type { Storage } from '../ports/storage';
import type { WorkKind, WorkLease } from '../ports/storage-work';
import { firstPending } from './outbox';
import type { Tables } from './tables';

type ClaimParams = Parameters<Storage['claim']>[0];
type ReleaseParams = Parameters<Storage['release']>[0];

export function claim(tables: Tables, params: ClaimParams): readonly WorkLease[] {
  const { kind, now, token, until, limit, conversationId } = params;
  const lanes = tables.lanes[kind];
  if (conversationId !== undefined) {
    const lane = lanes.get(conversationId);
    const free = lane !== undefined && (lane.token === null || lane.readyAt <= now);
    return free && limit > 0 ? [lanes.lease(conversationId, token, until)] : [];
  }
  const found: string[] = [];
  if (limit > 0) {
    for (const lane of lanes.claimable(now)) {
      if (found.push(lane.conversationId) === limit) break;
    }
  }
  return found.map((id) => lanes.lease(id, token, until));
}

/**
 * The lane goes only if there is nothing to do indeed: a message that arrived between the holder's look and this call
 * found the lane held, and would be forgotten with it.
 */
export function release(tables: Tables, { lease, dueAt }: ReleaseParams): boolean {
  const lanes = tables.lanes[lease.kind];
  if (!lanes.holds(lease)) return false;
  // Nothing but its holder knows whether there is something to watch or to announce; who knows better takes the lane from the holder.
  const { kind } = lease;
  const since = kind === 'watch' || kind === 'announce' ? dueAt : dueSince(tables, kind, lease.conversationId);
  if (since === null) lanes.remove(lease.conversationId);
  else lanes.release(lease.conversationId, dueAt ?? since);
  return true;
}

export function nextDueAt(tables: Tables, kinds: readonly WorkKind[]): number | null {
  const times = kinds.flatMap((kind) => tables.lanes[kind].earliest() ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** Since when or from when on there is something to do; `null`: there is not. */
function dueSince(
  tables: Tables,
  kind: Exclude<WorkKind, 'watch' | 'announce'>,
  conversationId: string,
): number | null {
  const { undecided, pendingReminder } = tables.thread(conversationId);
  switch (kind) {
    case 'process':
      return undecided[0] === undefined ? null : tables.messages.must(undecided[0]).createdAt;
    case 'remind':
      return pendingReminder === null ? null : tables.reminders.must(pendingReminder).dueAt;
    case 'deliver':
      return firstPending(tables, conversationId)?.nextAttemptAt ?? null;
  }
}
