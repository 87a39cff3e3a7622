import type { ConversationState, Draft, Storage, WorkKind, WorkLease } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';
import { clientOf } from './rows/client-row';
import { conversationOf } from './rows/conversation-row';
import { decisionOf } from './rows/decision-row';
import { inboundOf, outboundOf } from './rows/message-row';
import { reminderOf } from './rows/reminder-row';
import { ticketOf } from './rows/ticket-row';

type ClaimParams = Omit<Parameters<Storage['claim']>[0], 'kind'> & { readonly kind: WorkKind };
type ReleaseParams = Parameters<Storage['release']>[0];

export async function claim(q: SqlQueries, tx: SqlExecutor, params: ClaimParams): Promise<readonly WorkLease[]> {
  const { leases, leasing } = await claiming(q, tx, params);
  tx.ending();
  await leasing;
  return leases;
}

/** What can be claimed is locked; `leasing` is the writing of it down, which may be waited for together with other things. */
export async function claiming(
  q: SqlQueries,
  tx: SqlExecutor,
  params: ClaimParams,
): Promise<{ readonly leases: readonly WorkLease[]; readonly leasing: Promise<unknown> | null }> {
  const { tenant, kind, token, until } = params;
  const due = await claimable(q, tx, params);
  const leases = due.map(({ conversation_id: conversationId, claims }): WorkLease => {
    return { kind, conversationId, token, until, claims: claims + 1 };
  });
  if (leases.length === 0) return { leases, leasing: null };
  const ids = JSON.stringify(leases.map((lease) => lease.conversationId));
  return { leases, leasing: tx.run(q.lanes.lease, { tenant, kind, token, until, ids }) };
}

function claimable(q: SqlQueries, tx: SqlExecutor, params: ClaimParams) {
  const { conversationId } = params;
  if (conversationId !== undefined) return tx.all(q.lanes.claimableOne, { ...params, conversationId });
  return tx.all(params.kind === 'deliver' ? q.lanes.claimableDeliveries : q.lanes.claimable, params);
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
  const messages = grouped(await tx.all(q.messages.undecidedOfEach, key), (row) => row.conversation_id);
  const reminders = byKey(await tx.all(q.reminders.pendingOfEach, key), (row) => row.conversation_id);
  const ticketIds = [...conversations.values()].flatMap((row) => row.ticket_id ?? []);
  const tickets =
    ticketIds.length === 0 ? [] : await tx.all(q.tickets.many, { tenant, ids: JSON.stringify(ticketIds) });
  const ticketsById = byKey(tickets, (row) => row.id);
  return conversationIds.flatMap((id) => {
    const conversation = conversations.get(id);
    const client = conversation === undefined ? undefined : clients.get(conversation.client_id);
    if (conversation === undefined || client === undefined) return [];
    const [message = null, ...following] = (messages.get(id) ?? []).map(inboundOf);
    const reminder = reminders.get(id);
    const ticket = ticketsById.get(conversation.ticket_id ?? '');
    return {
      conversation: conversationOf(conversation),
      client: clientOf(client),
      message,
      following,
      reminder: reminder === undefined ? null : reminderOf(reminder),
      ticket: ticket === undefined ? null : ticketOf(ticket),
    };
  });
}

export async function drafts(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, conversationId }: Parameters<Storage['drafts']>[0],
): Promise<readonly Draft[]> {
  const rows = await tx.all(q.deliveries.drafts, { tenant, conversationId });
  const replies = rows.map((row) => ({
    deliveryId: row.delivery_id,
    reply: outboundOf(row),
    decision: row.record === null ? null : decisionOf({ record: row.record }),
  }));
  const ids = [...new Set(replies.flatMap(({ decision }) => decision?.answers ?? []))];
  const messages = ids.length === 0 ? [] : await tx.all(q.messages.many, { tenant, ids: JSON.stringify(ids) });
  const heard = messages.filter(({ direction }) => direction === 'inbound').map(inboundOf);
  heard.sort((a, b) => a.seq - b.seq);
  return replies.map((draft) => ({
    ...draft,
    answers: heard.filter(({ id }) => draft.decision?.answers.includes(id)),
  }));
}

/**
 * The lane goes only if there is nothing to do indeed. Whoever gives it back looked at its rows in an earlier
 * transaction; what came after that found the lane held and left it alone, so the rows are asked again.
 */
export async function release(q: SqlQueries, tx: SqlExecutor, params: ReleaseParams): Promise<boolean> {
  const { tenant, dueAt } = params;
  const { kind, conversationId, token } = params.lease;
  const held = await tx.first(q.lanes.holder, { tenant, kind, conversationId });
  // Removed at the very moment at which somebody had something to announce in it: nobody else takes the lane away.
  if (held === undefined) return (await tx.run(q.lanes.removeLeft, { tenant, kind, conversationId, token })) === 1;
  if (held.token !== token) return false;
  // Nothing but its holder knows whether there is something to watch or to announce; who knows better takes the lane from the holder.
  const since =
    kind === 'watch' || kind === 'announce' ? dueAt : await dueSince(q, tx, { tenant, kind, conversationId });
  if (since === null) await tx.run(q.lanes.remove, { tenant, kind, conversationId });
  else await tx.run(q.lanes.release, { tenant, kind, conversationId, readyAt: dueAt ?? since });
  return true;
}

/** Since when, or from when on, there is something to do; `null`: there is not. */
async function dueSince(
  q: SqlQueries,
  tx: SqlExecutor,
  lane: {
    readonly tenant: string;
    readonly kind: Exclude<WorkKind, 'watch' | 'announce'>;
    readonly conversationId: string;
  },
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

function grouped<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}
