import type { EventType, NewEvent } from '../model/event';
import type { Incident, IncidentEvidence } from '../model/incident';
import type { Policy } from '../model/policy';
import type { Ticket } from '../model/ticket';
import type { IncidentChange } from '../ports/storage-incidents';
import type { OutageSignal } from './signals';

/**
 * What can happen to an incident, and what follows. By the detector: `suspected`, `opened`, `joined`, `resolved`,
 * `reopened`. By people: `open`, `confirm`, `resolve`, `mute`, `merge`.
 *
 * | status    | opened, reopened              | confirm    | resolved, resolve, merge | who is told                     |
 * |-----------|-------------------------------|------------|--------------------------|---------------------------------|
 * | –         | open, or suspected            | –          | –                        | –                               |
 * | suspected | open, or stays                | open       | resolved                 | nobody                          |
 * | open      | stays                         | unlimited  | resolved                 | everybody affected, of the failure |
 * | resolved  | open, a new round, or suspected | –        | –                        | whoever was told, of its end    |
 *
 * A suspicion of the detector's that nothing comes of is resolved after an hour, when the detector has forgotten it, too.
 *
 * "Or" is the policy's: with `confirm: 'operator'` nothing the detector says opens an incident, and a muted one stays as it
 * is. A signal about an incident that was merged is one about the incident it was merged into, but for its end, since a
 * part that works again is not the whole.
 */
export interface LifeCycle {
  readonly tenant: string;
  readonly now: number;
  readonly policy: Policy['outage'];
  /** By id; those that the signals name, what those were merged into, and all that are not resolved. */
  readonly known: ReadonlyMap<string, Incident>;
  /** Ids of messages of the last minute, by client: what people look at first. */
  readonly examples: ReadonlyMap<string, string>;
  /** A ticket for the people who mend it. */
  readonly ticketFor: (incident: Incident) => Ticket;
}

const MOST_EXAMPLES = 20;
/** As long as the detector remembers a suspicion. */
const SUSPICION_MS = 3_600_000;

/** One change per incident that the signals change, in the order in which they first name it. */
export function afterSignals(signals: readonly OutageSignal[], cycle: LifeCycle): readonly IncidentChange[] {
  const changes = new Map<string, IncidentChange>();
  for (const signal of signals) {
    const id = target(signal, cycle, changes);
    const before = changes.get(id)?.incident ?? cycle.known.get(id) ?? null;
    const change = afterSignal(id === signal.incidentId ? signal : { ...signal, type: 'joined' }, before, cycle);
    if (change === null) continue;
    const earlier = changes.get(id);
    changes.set(id, earlier === undefined ? change : together(earlier, change));
  }
  return [...changes.values()];
}

/** The incident that a signal is about: itself, what it was merged into, or one that people opened before the detector. */
function target(signal: OutageSignal, { known }: LifeCycle, changes: ReadonlyMap<string, IncidentChange>): string {
  let id = signal.incidentId;
  for (let hops = 0; hops < 10; hops += 1) {
    const into = known.get(id)?.mergedInto ?? null;
    if (into === null) break;
    id = into;
  }
  if (id !== signal.incidentId) return signal.type === 'resolved' ? signal.incidentId : id;
  if (signal.type !== 'opened' || known.has(id) || changes.has(id)) return id;
  const same = [...known.values()].find(
    ({ source, status, scenarios, region }) =>
      source === 'operator' &&
      status === 'open' &&
      (region === null || region === signal.region) &&
      signal.scenarios.every((scenario) => scenarios.includes(scenario)),
  );
  return same?.id ?? id;
}

function afterSignal(signal: OutageSignal, before: Incident | null, cycle: LifeCycle): IncidentChange | null {
  switch (signal.type) {
    case 'suspected':
      return before === null ? changed(newIncident(signal, cycle), null, signal, 'incident.suspected') : null;
    case 'opened':
    case 'reopened':
      return opened(signal, before, cycle);
    case 'joined':
      return before === null || before.status === 'resolved' ? null : joined(signal, before, cycle);
    case 'resolved':
      return before === null || before.status === 'resolved' ? null : ended(signal, before, cycle);
  }
}

function opened(signal: OutageSignal, before: Incident | null, cycle: LifeCycle): IncidentChange | null {
  if (before?.status === 'open') return joined(signal, before, cycle);
  const { policy, now } = cycle;
  const known: Incident = {
    ...(before ?? newIncident(signal, cycle)),
    ...sighted(signal, before, cycle),
    level: 'confirmed',
  };
  const opens = policy.confirm === 'auto' && known.mutedBy === null;
  const again = before?.status === 'resolved';
  // The same, however late it is judged, and by whom.
  const opened = opens ? open(known, signal.at) : ({ ...known, status: 'suspected', resolvedAt: null } as const);
  const incident: Incident = { ...opened, updatedAt: now };
  const type = opens ? (again ? 'incident.reopened' : 'incident.opened') : 'incident.suspected';
  return withTicket(changed(incident, before, signal, type, opens ? 'all' : 'nobody'), cycle);
}

function joined(signal: OutageSignal, before: Incident, cycle: LifeCycle): IncidentChange {
  const scenarios = [...new Set([...before.scenarios, ...signal.scenarios])];
  const evidence = withExamples(before.evidence, signal.clientIds, before, cycle);
  const incident = { ...before, scenarios, evidence, updatedAt: cycle.now };
  return changed(incident, before, signal, 'incident.joined', before.status === 'open' ? 'added' : 'nobody');
}

/** The incident as it is open: a new round, in which everybody is told anew. */
export function open(incident: Incident, now: number): Incident {
  const round = incident.round + 1;
  return { ...incident, status: 'open', round, openedAt: now, resolvedAt: null, heldAt: null, updatedAt: now };
}

function ended({ at }: OutageSignal, before: Incident, { now }: LifeCycle): IncidentChange {
  const change = resolved(before, now, null);
  // People may have opened it in the minutes that were judged only now.
  const resolvedAt = Math.max(at, before.openedAt ?? at);
  return { ...change, incident: { ...change.incident, resolvedAt } };
}

/** The end of a suspicion that nothing came of; `null`: it is none, or still young. */
export function forgotten(before: Incident, now: number): IncidentChange | null {
  const isSuspicion = before.status === 'suspected' && before.level === 'suspected';
  return isSuspicion && now - before.createdAt >= SUSPICION_MS ? resolved(before, now, null) : null;
}

/** It is over, by the detector (`operatorId: null`) or by a person; its ticket is done with it. */
export function resolved(before: Incident, now: number, operatorId: string | null): IncidentChange {
  const incident: Incident = { ...before, status: 'resolved', resolvedAt: now, ticketId: null, updatedAt: now };
  const data = { incidentId: before.id, told: before.told, operatorId };
  return {
    ...unchanged(incident, before),
    announce: before.status === 'open' ? 'all' : 'nobody',
    updateTicket:
      before.ticketId === null
        ? null
        : {
            id: before.ticketId,
            status: 'resolved',
            resolvedAt: now,
            ...(operatorId === null ? {} : { assignee: operatorId }),
          },
    events: [event('incident.resolved', now, data)],
  };
}

/** With a ticket, unless there is one already. */
export function withTicket(
  change: IncidentChange,
  { ticketFor, now }: Pick<LifeCycle, 'ticketFor' | 'now'>,
): IncidentChange {
  if (change.incident.ticketId !== null) return change;
  const ticket = ticketFor(change.incident);
  const { id: ticketId, rule, priority } = ticket;
  return {
    ...change,
    incident: { ...change.incident, ticketId },
    openTicket: ticket,
    events: [
      ...change.events,
      event('ticket.opened', now, { ticketId, rule, priority, incidentId: change.incident.id }),
    ],
  };
}

/** A change that changes nothing but the row: people's steps are written on top of it. */
export function unchanged(incident: Incident, before: Incident | null): IncidentChange {
  return {
    ...{ expectedVersion: before?.version ?? null, incident, affected: [], announce: 'nobody', absorbs: null },
    ...{ openTicket: null, updateTicket: null, events: [] },
  };
}

function changed(
  incident: Incident,
  before: Incident | null,
  { clientIds, scenarios, region }: OutageSignal,
  type: EventType,
  announce: IncidentChange['announce'] = 'nobody',
): IncidentChange {
  const data = { incidentId: incident.id, scenarios, region, clients: clientIds.length, round: incident.round };
  return {
    ...unchanged(incident, before),
    affected: clientIds,
    announce,
    events: [event(type, incident.updatedAt, data)],
  };
}

function newIncident(signal: OutageSignal, cycle: LifeCycle): Incident {
  const { tenant, now } = cycle;
  return {
    ...{ tenant, id: signal.incidentId, status: 'suspected', round: 0, source: 'detector', level: signal.level },
    ...sighted(signal, null, cycle),
    ...{
      title: null,
      expectedAt: null,
      confirmedBy: null,
      heldAt: null,
      mutedBy: null,
      mergedInto: null,
      ticketId: null,
    },
    ...{ affected: 0, told: 0, openedAt: null, resolvedAt: null, createdAt: now, updatedAt: now, version: 1 },
  };
}

function sighted(
  { scenarios, region, evidence, clientIds }: OutageSignal,
  before: Incident | null,
  cycle: LifeCycle,
): Pick<Incident, 'scenarios' | 'region' | 'evidence'> {
  const known = evidence === null ? (before?.evidence ?? null) : { ...evidence, examples: [] };
  return { scenarios, region, evidence: withExamples(known, clientIds, before, cycle) };
}

/** The latest first: only messages of the minute that is judged are at hand, and it may be the first of many. */
function withExamples(
  evidence: IncidentEvidence | null,
  clientIds: readonly string[],
  before: Incident | null,
  { examples }: LifeCycle,
): IncidentEvidence | null {
  if (evidence === null) return null;
  const messages = clientIds.flatMap((clientId) => examples.get(clientId) ?? []);
  const known = before?.evidence?.examples ?? [];
  return { ...evidence, examples: [...new Set([...messages, ...known])].slice(0, MOST_EXAMPLES) };
}

/** Two changes of one incident, one after the other, written as one. */
function together(first: IncidentChange, then: IncidentChange): IncidentChange {
  return {
    ...then,
    expectedVersion: first.expectedVersion,
    affected: [...first.affected, ...then.affected],
    announce: first.announce === 'all' ? 'all' : then.announce === 'nobody' ? first.announce : then.announce,
    openTicket: then.openTicket ?? first.openTicket,
    updateTicket: then.updateTicket ?? first.updateTicket,
    events: [...first.events, ...then.events],
  };
}

export function event(type: EventType, at: number, data: NewEvent['data']): NewEvent {
  return { type, at, conversationId: null, data };
}
