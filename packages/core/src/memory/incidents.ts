import { FirstlineError } from '../errors';
import type { AffectedClient, Incident } from '../model/incident';
import type { CommitParams } from '../ports/storage-commit';
import type { IncidentChange, StorageIncidents } from '../ports/storage-incidents';
import type { Page } from '../ports/storage-reads';
import type { Tables } from './tables';
import { inOrder, Timeline } from './timeline';

type Params<Method extends keyof StorageIncidents> = Parameters<StorageIncidents[Method]>[0];

const MOST_LIVE = 500;

/** Whether one of the incidents changed since the changes were made. */
export function conflicting(tables: Tables, changes: readonly IncidentChange[]): boolean {
  return changes.some(({ incident, expectedVersion }) => {
    const version = tables.incidents.get(incident.id)?.version ?? null;
    return version !== expectedVersion;
  });
}

/** Writes changes that were found to conflict with nothing. */
export function writeChanges(tables: Tables, changes: readonly IncidentChange[], now: number): void {
  for (const { openTicket, updateTicket } of changes) {
    if (openTicket !== null) tables.tickets.checkNew(openTicket.id);
    // What an outage that began and ended before anybody judged it opens is done with at once.
    if (updateTicket !== null && updateTicket.id !== openTicket?.id) tables.tickets.must(updateTicket.id);
  }
  for (const change of changes) write(tables, change, now);
}

function write(tables: Tables, change: IncidentChange, now: number): void {
  const { incident, expectedVersion, affected, absorbs, openTicket, updateTicket, events } = change;
  tables.incidents.put(incident, (expectedVersion ?? 0) + 1);
  const added = affected.filter((clientId) => join(tables, incident.id, clientId, now));
  if (absorbs !== null) absorb(tables, incident, absorbs);
  announceTo(tables, change, added, now);
  if (openTicket !== null) {
    tables.tickets.put(openTicket);
    tables.newest.tickets.add(openTicket);
  }
  if (updateTicket !== null) {
    const { id, ...changed } = updateTicket;
    tables.tickets.put({ ...tables.tickets.must(id), ...changed, updatedAt: now });
  }
  tables.append(events);
}

/** Whether the client was not known to be affected; one who never wrote cannot be. */
function join(tables: Tables, incidentId: string, clientId: string, now: number): boolean {
  if (tables.incidents.affected(incidentId).has(clientId) || tables.clients.get(clientId) === undefined) return false;
  const conversationId = whereTold(tables, clientId);
  const told = { toldAt: null, toldRound: 0, resolvedRound: 0 };
  tables.incidents.putAffected({ incidentId, clientId, conversationId, joinedAt: now, ...told });
  return true;
}

/** Of the conversations that are not closed the one written in last; else the newest. */
function whereTold(tables: Tables, clientId: string): string | null {
  const { all, open } = tables.conversationsOf(clientId);
  const rows = [...open].map((id) => tables.conversations.must(id));
  rows.sort((a, b) => b.lastInboundAt - a.lastInboundAt || (a.id < b.id ? 1 : -1));
  return rows[0]?.id ?? all.ids().at(-1) ?? null;
}

/** Rounds differ from incident to incident: what counts is whether the client knows what is known here. */
function absorb(tables: Tables, into: Incident, from: string): void {
  const absorbed = tables.incidents.get(from);
  if (absorbed === null) throw new FirstlineError('internal', `there is no incident ${from}`);
  for (const row of tables.incidents.affected(from).values()) {
    const known = tables.incidents.affected(into.id).get(row.clientId);
    const told = row.toldRound === absorbed.round && absorbed.round > 0 && into.round > 0;
    const merged: AffectedClient = known ?? {
      ...row,
      incidentId: into.id,
      toldAt: null,
      toldRound: 0,
      resolvedRound: 0,
    };
    tables.incidents.putAffected(
      told && merged.toldRound < into.round ? { ...merged, toldAt: row.toldAt, toldRound: into.round } : merged,
    );
    tables.incidents.removeAffected(from, row.clientId);
  }
}

function announceTo(
  tables: Tables,
  { incident, announce }: IncidentChange,
  added: readonly string[],
  now: number,
): void {
  if (announce === 'nobody') return;
  const rows = [...tables.incidents.affected(incident.id).values()].filter((row) => isUntold(row, incident));
  const wanted = announce === 'all' ? rows : rows.filter(({ clientId }) => added.includes(clientId));
  const named = wanted.reverse().flatMap(({ conversationId }) => conversationId ?? []);
  // One that was pruned is named still.
  const conversations = [...new Set(named)].filter((id) => tables.conversations.get(id) !== undefined);
  // All of them are due, and none of them at the same time, so that the order holds.
  for (const [place, id] of conversations.entries()) tables.lanes.announce.put(id, now - conversations.length + place);
}

/** Whom a muted incident concerns are those who were told of it, and wait for its end. */
function isUntold({ toldRound, resolvedRound }: AffectedClient, { status, round, mutedBy }: Incident): boolean {
  if (mutedBy !== null) return round > 0 && toldRound === round;
  if (status === 'open') return toldRound < round;
  return status === 'resolved' && round > 0 && toldRound === round && resolvedRound < round;
}

/** Whether what a commit wants to tell may still be told. */
export function mayTell(tables: Tables, clientId: string, tell: NonNullable<CommitParams['tell']>): boolean {
  const { incidentId, phase, round, limit } = tell;
  const incident = tables.incidents.get(incidentId);
  if (incident === null || incident.status !== phase || incident.round !== round || incident.mutedBy !== null)
    return false;
  const row = tables.incidents.affected(incidentId).get(clientId);
  if (phase === 'resolved') return row?.toldRound === round && row.resolvedRound < round;
  return (row?.toldRound ?? 0) < round && (limit === null || incident.told < limit);
}

export function writeTold(tables: Tables, conversationId: string, clientId: string, params: CommitParams): void {
  const { now, tell } = params;
  if (tell === null) return;
  join(tables, tell.incidentId, clientId, now);
  const row = tables.incidents.affected(tell.incidentId).get(clientId);
  if (row === undefined) return;
  const told = tell.phase === 'open' ? { toldAt: now, toldRound: tell.round } : { resolvedRound: tell.round };
  tables.incidents.putAffected({ ...row, ...told, conversationId });
}

export function live(tables: Tables, resolvedSince: number): readonly Incident[] {
  return tables.incidents
    .all()
    .filter(({ status, resolvedAt }) => status !== 'resolved' || (resolvedAt ?? 0) >= resolvedSince)
    .sort((a, b) => inOrder(b, a))
    .slice(0, MOST_LIVE);
}

export function page(tables: Tables, params: Params<'incidents'>): Page<Incident> {
  const rows = new Map(tables.incidents.all().map((incident) => [incident.id, incident]));
  const timeline = new Timeline();
  for (const incident of rows.values()) timeline.add(incident);
  return timeline.page(
    params,
    (id) => rows.get(id),
    ({ status }) => params.status === undefined || status === params.status,
  );
}

/** In the order they joined, which is the other way round than everything else is listed. */
export function affectedPage(tables: Tables, params: Params<'affected'>): Page<AffectedClient> {
  const rows = new Map(tables.incidents.affected(params.incidentId));
  const timeline = new Timeline();
  for (const { clientId, joinedAt } of rows.values()) timeline.add({ id: clientId, createdAt: joinedAt });
  return timeline.forward(params, (id) => rows.get(id));
}

export function affectedBy(
  tables: Tables,
  { clientIds, incidentIds }: Params<'affectedBy'>,
): readonly AffectedClient[] {
  return [...new Set(incidentIds)].flatMap((incidentId) => {
    const clients = tables.incidents.affected(incidentId);
    return [...new Set(clientIds)].flatMap((clientId) => clients.get(clientId) ?? []);
  });
}

/** Incidents that are over go with the conversations that were affected. */
export function pruneIncidents(tables: Tables, before: number): void {
  for (const { id, status, resolvedAt } of tables.incidents.all()) {
    if (status === 'resolved' && (resolvedAt ?? 0) < before) tables.incidents.remove(id);
  }
}
