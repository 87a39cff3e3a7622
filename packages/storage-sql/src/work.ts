import type { ConversationState, Storage, WorkKind, WorkLease } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import { clientOf } from './rows/client-row';
import { conversationOf } from './rows/conversation-row';
import { inboundOf } from './rows/message-row';
import { reminderOf } from './rows/reminder-row';

type ClaimParams = Omit<Parameters<Storage['claim']>[0], 'kind'> & { readonly kind: WorkKind };
type ReleaseParams = Parameters<Storage['release']>[0];

export async function claim(q: SqlQueries, tx: SqlExecutor, params: ClaimParams): Promise<readonly WorkLease[]> {
  const { tenant, kind, token, until, conversationId } = params;
  const due =
    conversationId === undefined
      ? await tx.all(q.lanes.claimable, params)
      : await tx.all(q.lanes.claimableOne, { ...params, conversationId });
  if (due.length === 0) return [];
  const ids = JSON.stringify(due.map((lane) => lane.conversation_id));
  await tx.run(q.lanes.lease, { tenant, kind, token, until, ids });
  return due.map((lane) => ({
    kind,
    conversationId: lane.conversation_id,
    token,
    until,
    claims: lane.claims + 1,
  }));
}

export async function states(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, conversationIds }: Parameters<Storage['states']>[0],
): Promise<readonly ConversationState[]> {
  if (conversationIds.length === 0) return [];
  const key = { tenant, ids: JSON.stringify(conversationIds) };
  const conversations = byKey(await tx.all(q.conversations.many, key), (row) => row.id);
  const clients = byKey(await tx.all(q.conversations.clientsOf, key), (row) => row.id);
  const messages = byKey(await tx.all(q.messages.undecidedOfEach, key), (row) => row.conversation_id);
  const reminders = byKey(await tx.all(q.reminders.pendingOfEach, key), (row) => row.conversation_id);
  return conversationIds.flatMap((id) => {
    const conversation = conversations.get(id);
    const client = conversation === undefined ? undefined : clients.get(conversation.client_id);
    if (conversation === undefined || client === undefined) return [];
    const message = messages.get(id);
    const reminder = reminders.get(id);
    return {
      conversation: conversationOf(conversation),
      client: clientOf(client),
      message: message === undefined ? null : inboundOf(message),
      reminder: reminder === undefined ? null : reminderOf(reminder),
    };
  });
}

/**
 * The lane goes only if there is nothing to do indeed. Whoever gives it back looked at its rows in an earlier
 * transaction; what came after that found the lane held and left it alone, so the rows are asked again.
 */
export async function release(q: SqlQueries, tx: SqlExecutor, params: ReleaseParams): Promise<boolean> {
  const { tenant, dueAt } = params;
  const { kind, conversationId, token } = params.lease;
  const held = await tx.first(q.lanes.holder, { tenant, kind, conversationId });
  if (held?.token !== token) return false;
  const since = await dueSince(q, tx, { tenant, kind, conversationId });
  if (since === null) await tx.run(q.lanes.remove, { tenant, kind, conversationId });
  else await tx.run(q.lanes.release, { tenant, kind, conversationId, readyAt: dueAt ?? since });
  return true;
}

/** Since when, or from when on, there is something to do; `null`: there is not. */
async function dueSince(
  q: SqlQueries,
  tx: SqlExecutor,
  lane: { readonly tenant: string; readonly kind: WorkKind; readonly conversationId: string },
): Promise<number | null> {
  switch (lane.kind) {
    case 'process':
      return (await tx.first(q.messages.undecided, lane))?.created_at ?? null;
    case 'remind':
      return (await tx.first(q.reminders.pending, lane))?.due_at ?? null;
    case 'deliver': {
      const first = { tenant: lane.tenant, ids: JSON.stringify([lane.conversationId]) };
      return (await tx.first(q.deliveries.firstOfEach, first))?.next_attempt_at ?? null;
    }
  }
}

export async function nextDueAt(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, kinds }: Parameters<Storage['nextDueAt']>[0],
): Promise<number | null> {
  let earliest: number | null = null;
  for (const kind of new Set(kinds)) {
    const lane = await tx.first(q.lanes.earliest, { tenant, kind });
    if (lane !== undefined && (earliest === null || lane.ready_at < earliest)) earliest = lane.ready_at;
  }
  return earliest;
}

function byKey<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [key(row), row]));
}
