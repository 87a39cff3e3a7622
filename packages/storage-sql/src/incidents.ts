import {
  FirstlineError,
  type AffectedClient,
  type CommitParams,
  type Incident,
  type IncidentChange,
  type Page,
  type Storage,
  type StorageMethod,
} from '@firstline/core';
import { appendEvents } from './append-events';
import { newestCursor, parseNewestCursor } from './cursor';
import type { SqlExecutor } from './driver';
import { checkedLimit } from './newest-first';
import type { SqlQueries } from './queries';
import { affectedOf, incidentOf } from './rows/incident-row';
import { NO_CONVERSATION } from './rows/ticket-row';

type Params<K extends StorageMethod> = Parameters<Storage[K]>[0];

const MOST_LIVE = 500;
/** Incidents removed in one go; each may have thousands of clients. */
const REMOVED_AT_ONCE = 20;

/** False where one of the incidents changed meanwhile; the caller undoes what was written. */
export async function writeChanges(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  changes: readonly IncidentChange[],
  now: number,
): Promise<boolean> {
  for (const change of changes) if (!(await write(q, tx, tenant, change, now))) return false;
  await appendEvents(
    q,
    tx,
    tenant,
    changes.flatMap(({ events }) => events),
  );
  return true;
}

async function write(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  change: IncidentChange,
  now: number,
): Promise<boolean> {
  const { incident, expectedVersion, absorbs } = change;
  const evidence = incident.evidence === null ? null : JSON.stringify(incident.evidence);
  const row = { ...incident, tenant, scenarios: JSON.stringify(incident.scenarios), evidence };
  const written =
    expectedVersion === null
      ? await tx.run(q.incidents.insert, row)
      : await tx.run(q.incidents.update, { ...row, expectedVersion });
  if (written !== 1) return false;
  const added = await join(q, tx, tenant, change, now);
  if (absorbs !== null) await absorb(q, tx, tenant, incident, absorbs);
  await announce(q, tx, tenant, change, added, now);
  await writeTicket(q, tx, tenant, change, now);
  return true;
}

/** Conversations of those who were not known to be affected, in the order in which they were given. */
async function join(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  { incident, affected }: IncidentChange,
  now: number,
): Promise<readonly string[]> {
  if (affected.length === 0) return [];
  const clientIds = JSON.stringify([...new Set(affected)]);
  const rows = await tx.all(q.incidentClients.join, { tenant, incidentId: incident.id, clientIds, now });
  const byClient = new Map(rows.map((row) => [row.client_id, row.conversation_id]));
  return affected.flatMap((clientId) => byClient.get(clientId) ?? []);
}

async function absorb(q: SqlQueries, tx: SqlExecutor, tenant: string, into: Incident, from: string): Promise<void> {
  const absorbed = await tx.first(q.incidents.get, { tenant, id: from });
  if (absorbed === undefined) throw new FirstlineError('internal', `there is no incident ${from}`);
  const { id: incidentId, round } = into;
  await tx.run(q.incidentClients.absorb, { tenant, incidentId, round, from, fromRound: absorbed.round });
  await tx.run(q.incidentClients.removeOf, { tenant, ids: JSON.stringify([from]) });
}

async function announce(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  { incident, announce: whom }: IncidentChange,
  added: readonly string[],
  now: number,
): Promise<void> {
  const { id: incidentId, status, round, mutedBy } = incident;
  if (whom === 'nobody' || (status === 'suspected' && mutedBy === null) || round === 0) return;
  const wanted = [...added].reverse();
  if (whom === 'all') {
    const { untold, untoldOver, toldOf } = q.incidentClients;
    const concerned = mutedBy !== null ? toldOf : status === 'open' ? untold : untoldOver;
    for (const { conversation_id: id } of await tx.all(concerned, { tenant, incidentId, round })) {
      if (id !== null) wanted.push(id);
    }
  }
  const conversations = [...new Set(wanted)];
  // All of them are due, and none of them at the same time, so that the order holds.
  await tx.runEach(
    q.lanes.announce,
    conversations.map((conversationId, place) => ({
      tenant,
      conversationId,
      readyAt: now - conversations.length + place,
    })),
  );
}

async function writeTicket(
  q: SqlQueries,
  tx: SqlExecutor,
  tenant: string,
  { openTicket, updateTicket }: IncidentChange,
  now: number,
): Promise<void> {
  if (openTicket !== null) {
    await tx.run(q.tickets.insert, {
      ...{ ...openTicket, tenant, conversationId: NO_CONVERSATION, clientId: NO_CONVERSATION },
      attachments: JSON.stringify(openTicket.attachments),
      pauses: JSON.stringify(openTicket.pauses),
      breaches: JSON.stringify(openTicket.breaches),
    });
  }
  if (updateTicket === null) return;
  const { id, status, resolvedAt, priority = null, assignee } = updateTicket;
  const assigned = { assign: assignee === undefined ? 0 : 1, assignee: assignee ?? null };
  const updated = await tx.run(q.incidentClients.updateTicket, {
    ...{ tenant, id, status, resolvedAt, priority, now },
    ...assigned,
  });
  if (updated !== 1) throw new FirstlineError('internal', 'there is no such ticket of an incident');
}

/** Writes whom a commit tells of an incident; false where it may not be told any more. */
export async function tell(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, now, conversationId, clientId, tell: telling }: CommitParams,
): Promise<boolean> {
  if (telling === null) return true;
  const { incidentId, phase, round, limit } = telling;
  const locked = limit === null ? q.incidents.telling : q.incidents.tellingLimited;
  const incident = await tx.first(locked, { tenant, id: incidentId });
  if (incident?.status !== phase || incident.round !== round || incident.muted_by !== null) return false;
  const told = { tenant, incidentId, clientId, conversationId, round, now };
  if (phase === 'resolved') return (await tx.run(q.incidentClients.tellOver, told)) === 1;
  if (limit !== null) {
    const others = await tx.all(q.incidentClients.told, { tenant, incidentId, round, limit });
    if (others.length >= limit) return false;
  }
  return (await tx.run(q.incidentClients.tell, told)) === 1;
}

export async function liveIncidents(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, resolvedSince }: Params<'liveIncidents'>,
): Promise<readonly Incident[]> {
  const unresolved = await tx.all(q.incidents.unresolved, { tenant });
  const lately = await tx.all(q.incidents.resolvedSince, { tenant, since: resolvedSince });
  return [...unresolved, ...lately]
    .map(incidentOf)
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, MOST_LIVE);
}

export async function affectedPage(
  q: SqlQueries,
  tx: SqlExecutor,
  params: Params<'affected'>,
): Promise<Page<AffectedClient>> {
  const limit = checkedLimit(params);
  const after = params.cursor === undefined ? { at: -1, id: '' } : parseNewestCursor(params.cursor);
  const { tenant, incidentId } = params;
  const place = { tenant, incidentId, afterAt: after.at, afterId: after.id, limit: limit + 1 };
  const rows = await tx.all(q.incidentClients.page, place);
  const items = rows.slice(0, limit).map(affectedOf);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, cursor: last === undefined ? null : newestCursor({ at: last.joinedAt, id: last.clientId }) };
}

export async function affectedBy(
  q: SqlQueries,
  tx: SqlExecutor,
  { tenant, clientIds, incidentIds }: Params<'affectedBy'>,
): Promise<readonly AffectedClient[]> {
  if (clientIds.length === 0 || incidentIds.length === 0) return [];
  const ids = { clientIds: JSON.stringify(clientIds), incidentIds: JSON.stringify(incidentIds) };
  return (await tx.all(q.incidentClients.of, { tenant, ...ids })).map(affectedOf);
}

/** Incidents that are over go with their clients and tickets. */
export async function pruneIncidents(q: SqlQueries, tx: SqlExecutor, tenant: string, before: number): Promise<void> {
  const old = await tx.all(q.incidents.resolvedBefore, { tenant, before, limit: REMOVED_AT_ONCE });
  if (old.length === 0) return;
  const of = { tenant, ids: JSON.stringify(old.map(({ id }) => id)) };
  await tx.run(q.incidentClients.removeOf, of);
  await tx.run(q.incidentClients.removeTickets, of);
  await tx.run(q.incidents.remove, of);
}
