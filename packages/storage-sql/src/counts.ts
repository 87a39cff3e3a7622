import type { Storage, StorageCounts } from '@firstline/core';
import type { SqlExecutor } from './driver';
import type { SqlQueries } from './queries';

const NO_CONVERSATIONS = { open: 0, waiting_on_person: 0, waiting_on_incident: 0, closed: 0 };
const NO_DECISIONS = { answered: 0, escalated: 0, held: 0 };
const NO_TICKETS = { open: 0, in_progress: 0, resolved: 0 };
const NO_DELIVERIES = { pending: 0, sent: 0, dead: 0, cancelled: 0, expired: 0, unknown: 0 };
const NO_REMINDERS = { pending: 0, sent: 0, cancelled: 0, skipped: 0, expired: 0 };
const NO_INCIDENTS = { suspected: 0, open: 0, resolved: 0 };
const NO_WORK = { process: 0, deliver: 0, remind: 0, watch: 0, announce: 0 };

export async function counts(
  { counts: q }: SqlQueries,
  tx: SqlExecutor,
  params: Parameters<Storage['counts']>[0],
): Promise<StorageCounts> {
  const clients = await tx.first(q.clients, params);
  const messages = await tx.first(q.messages, params);
  const inbound = Number(messages?.inbound ?? 0);
  return {
    clients: Number(clients?.count ?? 0),
    conversations: filled(NO_CONVERSATIONS, await tx.all(q.conversations, params)),
    messages: { inbound, outbound: Number(messages?.messages ?? 0) - inbound },
    decisions: filled(NO_DECISIONS, await tx.all(q.decisions, params)),
    tickets: filled(NO_TICKETS, await tx.all(q.tickets, params)),
    incidents: filled(NO_INCIDENTS, await tx.all(q.incidents, params)),
    deliveries: filled(NO_DELIVERIES, await tx.all(q.deliveries, params)),
    reminders: filled(NO_REMINDERS, await tx.all(q.reminders, params)),
    work: filled(NO_WORK, await tx.all(q.work, params)),
  };
}

/** Numbers come as text from databases whose counts are wider than ours. */
function filled<K extends string>(
  none: Readonly<Record<K, number>>,
  rows: readonly { readonly key: K; readonly count: number }[],
): Record<K, number> {
  const counted: Record<K, number> = { ...none };
  for (const { key, count } of rows) counted[key] = Number(count);
  return counted;
}
