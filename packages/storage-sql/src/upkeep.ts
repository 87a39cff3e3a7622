import type { ClientArchive, InboundMessage, NewEvent, Storage, StorageMethod } from '@firstline/core';
import { dayOf } from './active-day';
import { appendAround, appendEvents } from './append-events';
import type { SqlExecutor } from './driver';
import { pruneIncidents } from './incidents';
import type { SqlQueries } from './queries';
import { removalEvents, removeConversations } from './removal';
import { clientOf } from './rows/client-row';
import { conversationOf } from './rows/conversation-row';
import { decisionOf } from './rows/decision-row';
import { attemptOf, deliveryOf } from './rows/delivery-row';
import { affectedOf } from './rows/incident-row';
import { inboundOf, messageOf } from './rows/message-row';
import { noteOf } from './rows/note-row';
import { reminderOf } from './rows/reminder-row';
import { ticketOf } from './rows/ticket-row';

/** Reports that nobody judged within a day are no news any more. */
const REPORT_MINUTES = 1_440;
const MINUTE = 60_000;

type Params<K extends StorageMethod> = Parameters<Storage[K]>[0];

export async function correct(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, messageId, scenario, operatorId }: Params<'correct'>,
): Promise<InboundMessage | null> {
  const row = await tx.first(q.messages.correct, { tenant, messageId, scenario });
  if (row === undefined) return null;
  const data = { messageId, scenario, operatorId };
  const event: NewEvent = { type: 'message.corrected', at: now, conversationId: row.conversation_id, data };
  await appendEvents(q, tx, tenant, [event]);
  return inboundOf(row);
}

export async function putTemplate(q: SqlQueries, tx: SqlExecutor, params: Params<'putTemplate'>): Promise<void> {
  const { tenant, now, key, locale, text, event } = params;
  if (text === null) await tx.run(q.templates.remove, { tenant, key, locale });
  else await tx.run(q.templates.put, { tenant, key, locale, text, updatedAt: now });
  await appendEvents(q, tx, tenant, [event]);
}

export async function archive(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, clientId, operatorId }: Params<'archive'>,
): Promise<ClientArchive | null> {
  // Locked, so that all of it is from one moment.
  const client = await tx.first(q.clients.lock, { tenant, clientId });
  if (client === undefined) return null;
  const conversations = await tx.all(q.conversations.lockOfClient, { tenant, clientId });
  const of = { tenant, ids: JSON.stringify(conversations.map(({ id }) => id)) };
  const exported = conversations.map(({ id }): NewEvent => ({
    type: 'conversation.exported',
    at: now,
    conversationId: id,
    data: { operatorId },
  }));
  await appendEvents(q, tx, tenant, exported);
  const decisions = (await tx.all(q.archive.decisions, of)).map(decisionOf);
  const attempts = (await tx.all(q.archive.attempts, of)).map(attemptOf);
  return {
    client: clientOf(client),
    conversations: conversations.map(conversationOf),
    messages: (await tx.all(q.archive.messages, of)).map(messageOf),
    decisions: decisions.sort((a, b) => a.decidedAt - b.decidedAt || (a.id < b.id ? -1 : 1)),
    tickets: (await tx.all(q.archive.tickets, of)).map(ticketOf),
    notes: (await tx.all(q.archive.notes, of)).map(noteOf),
    incidents: (await tx.all(q.incidentClients.ofClient, { tenant, clientId })).map(affectedOf),
    reminders: (await tx.all(q.archive.reminders, of)).map(reminderOf),
    deliveries: (await tx.all(q.archive.deliveries, of)).map((row) => ({
      delivery: deliveryOf(row),
      attempts: attempts.filter(({ deliveryId }) => deliveryId === row.id),
    })),
  };
}

export async function erase(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, clientId, operatorId }: Params<'erase'>,
): Promise<{ readonly conversations: number; readonly messages: number } | null> {
  const client = await tx.first(q.clients.lock, { tenant, clientId });
  if (client === undefined) return null;
  const ids = (await tx.all(q.conversations.lockOfClient, { tenant, clientId })).map(({ id }) => id);
  const told = removalEvents(ids, { at: now, reason: 'erased', operatorId });
  return appendAround(q, tx, tenant, told, async () => {
    const messages = await removeConversations(q, tx, tenant, ids);
    await tx.run(q.clients.remove, { tenant, clientId });
    await tx.run(q.incidentClients.forget, { tenant, clientId });
    await tx.run(q.outage.forget, { tenant, clientId });
    return { conversations: ids.length, messages };
  });
}

export async function prune(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, conversationsBefore, eventsBefore, limit, operatorId = null }: Params<'prune'>,
): ReturnType<Storage['prune']> {
  const old = conversationsBefore === null ? [] : await lockOld(q, tx, tenant, conversationsBefore, limit);
  const ids = old.map(({ id }) => id);
  const told = removalEvents(ids, { at: now, reason: 'retention', operatorId });
  return appendAround(q, tx, tenant, told, async () => {
    await removeConversations(q, tx, tenant, ids);
    if (conversationsBefore !== null) await pruneIncidents(q, tx, tenant, conversationsBefore);
    await tx.run(q.outage.removeOld, { tenant, beforeMinute: Math.floor(now / MINUTE) - REPORT_MINUTES });
    // A client comes with its first conversation and is as old: only here may one be left without any.
    const clients = { tenant, ids: JSON.stringify([...new Set(old.map((row) => row.client_id))]) };
    return {
      conversations: old.length,
      clients: old.length === 0 ? 0 : await tx.run(q.retention.clients, clients),
      events: eventsBefore === null ? 0 : await pruneEvents(q, tx, tenant, eventsBefore, limit),
      idempotencyKeys: await tx.run(q.retention.idempotencyKeys, { tenant, now, limit }),
    };
  });
}

/**
 * Conversations that are old enough, locked with their clients against whoever writes to them just now. Those that
 * somebody else has locked are left for the next time, and what came until the lock was got is looked at again.
 */
async function lockOld(q: SqlQueries, tx: SqlExecutor, tenant: string, before: number, limit: number) {
  const day = dayOf(before);
  const found = await tx.all(q.retention.conversations, { tenant, before, day, limit });
  if (found.length === 0) return [];
  const clientIds = JSON.stringify([...new Set(found.map((row) => row.client_id))]);
  const clients = new Set((await tx.all(q.retention.lockClients, { tenant, ids: clientIds })).map(({ id }) => id));
  const ids = JSON.stringify(found.filter((row) => clients.has(row.client_id)).map(({ id }) => id));
  const locked = await tx.all(q.retention.lockConversations, { tenant, ids });
  const lockedIds = JSON.stringify(locked.map(({ id }) => id));
  return tx.all(q.retention.stillOld, { tenant, before, day, ids: lockedIds });
}

/** From the oldest on, up to the first that is young enough; their times grow with their numbers, so no index is needed. */
async function pruneEvents(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  before: number,
  limit: number,
): Promise<number> {
  // One more than may go: the newest entry stays, since the next one's number follows from it.
  const first = await tx.all(q.retention.events, { tenant, limit: limit + 1 });
  const firstYoung = first.findIndex(({ at }) => at >= before);
  const count = firstYoung === -1 ? first.length - 1 : Math.min(firstYoung, limit);
  const last = first[count - 1];
  if (last === undefined) return 0;
  return tx.run(q.retention.eventsUpTo, { tenant, seq: last.seq });
}
