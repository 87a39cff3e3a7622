import { z } from 'zod';
import { FirstlineError } from '../errors';
import type { AffectedClient, Incident, IncidentStatus } from '../model/incident';
import type { NewEvent } from '../model/event';
import { event, open, resolved, unchanged, withTicket } from '../outage/life-cycle';
import { zodIssues } from '../policies/define-scenarios';
import type { IncidentChange } from '../ports/storage-incidents';
import type { Page } from '../ports/storage-reads';
import type { EngineContext } from './context';
import { incidentTicket } from './incident-ticket';
import type { OperatorParams } from './operators';
import { type ListParams, pageSize } from './reads';
import { announce } from './wakeups';

/** What people say of an incident when they open it or know more. */
export interface IncidentDetails {
  /** What does not work, in words that clients may read; `null` takes it away. */
  readonly title?: string | null;
  /** When it is expected to be over, epoch ms; `null`: nobody knows. */
  readonly expectedAt?: number | null;
}

export interface OpenIncidentParams extends OperatorParams, IncidentDetails {
  /** Ids of the scenarios it shows in; each must say `outage: true`. */
  readonly scenarios: readonly string[];
  /** Default: everywhere. */
  readonly region?: string;
  /** Clients who are affected for certain; others are told when they write. */
  readonly clientIds?: readonly string[];
}

/**
 * Mass outages. The detector opens and resolves them; people may at any time, too. Steps throw `not_found` for an unknown
 * incident and `conflict` where its state does not allow the step. All of them are in the feed.
 */
export interface Incidents {
  /** `null`: no such incident. */
  get(incidentId: string): Promise<Incident | null>;
  /** Newest first. */
  list(params?: ListParams & { readonly status?: IncidentStatus }): Promise<Page<Incident>>;
  /** Who is affected, and what they were told, in the order they joined; empty for an unknown incident. */
  affected(incidentId: string, params?: ListParams): Promise<Page<AffectedClient>>;
  /**
   * Opens an incident that the detector does not see yet. Whoever reports it from now on is told of it instead of being
   * helped to search for the fault. It stays open until it is resolved by hand.
   *
   * @throws FirstlineError `invalid_input`; `conflict` where an open incident has the same scope
   */
  open(params: OpenIncidentParams): Promise<Incident>;
  /**
   * A suspected incident is one: everybody affected is told. An open one may be told to any number of clients, and a muted
   * one again.
   */
  confirm(incidentId: string, params?: OperatorParams): Promise<Incident>;
  /** Says what is known: used by what is told from now on. */
  update(incidentId: string, details: IncidentDetails & OperatorParams): Promise<Incident>;
  /** It is over, or never was: whoever was told of it is told so. */
  resolve(incidentId: string, params?: OperatorParams): Promise<Incident>;
  /** Nobody is told anything of it any more, not even its end; messages about it are answered like any other. */
  mute(incidentId: string, params?: OperatorParams): Promise<Incident>;
  /** An incident turns out to be a part of an open one, `into`: its clients become that one's, and it is resolved in silence. */
  merge(incidentId: string, params: OperatorParams & { readonly into: string }): Promise<Incident>;
}

const MAX_CONFLICTS = 20;

const detailsSchema = {
  title: z.string().trim().min(1, 'is empty; null takes it away').max(200).nullish(),
  expectedAt: z.int().nonnegative().nullish(),
  operatorId: z.string().min(1).max(255).optional(),
};
const openSchema = z.strictObject({
  ...detailsSchema,
  scenarios: z.array(z.string()).min(1, 'names none'),
  region: z.string().trim().min(1).max(200).optional(),
  clientIds: z.array(z.string().min(1).max(255)).max(10_000).optional(),
});
const updateSchema = z.strictObject(detailsSchema);

export function incidentDesk(context: EngineContext): Incidents {
  const { storage, tenant } = context;
  return {
    get: (incidentId) => storage.incident({ tenant, incidentId }),
    list: (params = {}) => storage.incidents({ ...params, tenant, limit: pageSize(params) }),
    affected: (incidentId, params = {}) => storage.affected({ ...params, tenant, incidentId, limit: pageSize(params) }),
    open: (params) => openByHand(context, params),
    confirm: (incidentId, params = {}) => step(context, incidentId, params, confirmed),
    update: (incidentId, details) => updateDetails(context, incidentId, details),
    resolve: (incidentId, params = {}) => step(context, incidentId, params, over),
    mute: (incidentId, params = {}) => step(context, incidentId, params, muted),
    merge: (incidentId, params) => merge(context, incidentId, params),
  };
}

type Step = (incident: Incident, operatorId: string, now: number, context: EngineContext) => IncidentChange | null;

/** Makes a step on the incident as it is, again as often as somebody else was quicker; `null`: nothing to change. */
async function step(
  context: EngineContext,
  incidentId: string,
  { operatorId = 'operator' }: OperatorParams,
  change: Step,
): Promise<Incident> {
  const { storage, tenant, clock } = context;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const incident = await storage.incident({ tenant, incidentId });
    if (incident === null) throw notFound(incidentId);
    const changed = change(incident, operatorId, clock.now(), context);
    if (changed === null || (await written(context, [changed]))) return existing(context, incidentId);
  }
  throw tooManyConflicts();
}

async function written(context: EngineContext, changes: readonly IncidentChange[]): Promise<boolean> {
  const { storage, tenant, clock, wakeups, incidents } = context;
  const now = clock.now();
  const result = await storage.changeIncidents({ tenant, now, changes });
  incidents.forget();
  if (result === 'changed') announce(wakeups, { announce: now });
  return result === 'changed';
}

const confirmed: Step = (incident, operatorId, now, context) => {
  if (incident.status === 'resolved') throw new FirstlineError('conflict', 'confirm: the incident is resolved');
  if (incident.confirmedBy !== null && incident.mutedBy === null && incident.status === 'open') return null;
  const known: Incident = { ...incident, confirmedBy: operatorId, mutedBy: null, level: 'confirmed', updatedAt: now };
  const opens = incident.status === 'suspected';
  const after = opens ? open(known, now) : { ...known, heldAt: null };
  const ticketFor = (of: Incident) => incidentTicket(context, of, now);
  const data = { incidentId: incident.id, operatorId, round: after.round };
  const events = [event(opens ? 'incident.opened' : 'incident.updated', now, data)];
  return withTicket({ ...unchanged(after, incident), announce: 'all', events }, { ticketFor, now });
};

const over: Step = (incident, operatorId, now) =>
  incident.status === 'resolved' ? null : resolved(incident, now, operatorId);

const muted: Step = (incident, operatorId, now) => {
  if (incident.mutedBy !== null) return null;
  const data = { incidentId: incident.id, operatorId, muted: true };
  const after = { ...incident, mutedBy: operatorId, updatedAt: now };
  return { ...unchanged(after, incident), announce: 'all', events: [event('incident.updated', now, data)] };
};

async function updateDetails(
  context: EngineContext,
  incidentId: string,
  details: IncidentDetails & OperatorParams,
): Promise<Incident> {
  const { title, expectedAt, operatorId } = checked(updateSchema, details);
  if (title === undefined && expectedAt === undefined) {
    throw new FirstlineError('invalid_input', 'there is nothing to change: give a title or expectedAt');
  }
  return step(context, incidentId, operatorId === undefined ? {} : { operatorId }, (incident, by, now) => {
    const after = {
      ...incident,
      title: title === undefined ? incident.title : title,
      expectedAt: expectedAt === undefined ? incident.expectedAt : expectedAt,
      updatedAt: now,
    };
    if (after.title === incident.title && after.expectedAt === incident.expectedAt) return null;
    const data = { incidentId, operatorId: by, expectedAt: after.expectedAt };
    return { ...unchanged(after, incident), events: [event('incident.updated', now, data)] };
  });
}

async function openByHand(context: EngineContext, params: OpenIncidentParams): Promise<Incident> {
  const given = checked(openSchema, params);
  const { scenarios, storage, tenant, clock, ids } = context;
  const unknown = given.scenarios.findIndex((id) => scenarios.get(id)?.outage !== true);
  if (unknown !== -1) {
    const path = `scenarios[${unknown}]`;
    throw new FirstlineError('invalid_input', `${path}: is no scenario with outage: true`, { path });
  }
  const now = clock.now();
  const region = given.region ?? null;
  const live = await storage.liveIncidents({ tenant, resolvedSince: now });
  const same = live.find(
    (incident) =>
      incident.status === 'open' &&
      incident.region === region &&
      given.scenarios.every((id) => incident.scenarios.includes(id)),
  );
  if (same !== undefined) throw new FirstlineError('conflict', `open: incident ${same.id} is open for this already`);
  const operatorId = given.operatorId ?? 'operator';
  const incident = open(
    {
      ...{ tenant, id: ids.next(), status: 'suspected', round: 0, source: 'operator', level: 'confirmed' },
      ...{ scenarios: [...new Set(given.scenarios)], region },
      ...{ title: given.title ?? null, expectedAt: given.expectedAt ?? null, evidence: null },
      ...{ confirmedBy: operatorId, heldAt: null, mutedBy: null, mergedInto: null, ticketId: null },
      ...{ affected: 0, told: 0, openedAt: null, resolvedAt: null, createdAt: now, updatedAt: now, version: 1 },
    },
    now,
  );
  const data: NewEvent['data'] = { incidentId: incident.id, operatorId, scenarios: given.scenarios, region, round: 1 };
  const change: IncidentChange = {
    ...unchanged(incident, null),
    affected: given.clientIds ?? [],
    announce: 'all',
    events: [event('incident.opened', now, data)],
  };
  const ticketFor = (of: Incident) => incidentTicket(context, of, now);
  if (!(await written(context, [withTicket(change, { ticketFor, now })]))) throw tooManyConflicts();
  return existing(context, incident.id);
}

async function merge(
  context: EngineContext,
  incidentId: string,
  { into, operatorId = 'operator' }: OperatorParams & { readonly into: string },
): Promise<Incident> {
  if (into === incidentId) throw new FirstlineError('invalid_input', 'into: is the incident itself', { path: 'into' });
  const { clock } = context;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const [from, target] = [await existing(context, incidentId), await existing(context, into)];
    if (from.mergedInto !== null) throw new FirstlineError('conflict', 'merge: the incident was merged already');
    if (target.status !== 'open') throw new FirstlineError('conflict', `merge: ${into} is ${target.status}, not open`);
    const now = clock.now();
    const data = { incidentId, into, operatorId };
    const quiet = { ...resolved(from, now, operatorId), announce: 'nobody' } as const;
    const changes: readonly IncidentChange[] = [
      { ...quiet, incident: { ...quiet.incident, mergedInto: into } },
      {
        ...unchanged(
          {
            ...target,
            scenarios: [...new Set([...target.scenarios, ...from.scenarios])],
            region: target.region === from.region ? target.region : null,
            updatedAt: now,
          },
          target,
        ),
        ...{ absorbs: incidentId, announce: 'all', events: [event('incident.updated', now, data)] },
      },
    ];
    if (await written(context, changes)) return existing(context, into);
  }
  throw tooManyConflicts();
}

async function existing({ storage, tenant }: EngineContext, incidentId: string): Promise<Incident> {
  const incident = await storage.incident({ tenant, incidentId });
  if (incident === null) throw notFound(incidentId);
  return incident;
}

function checked<T>(schema: z.ZodType<T>, given: unknown): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issues = zodIssues('', result.error);
  const { path = '', message = 'is not valid' } = issues[0] ?? {};
  throw new FirstlineError('invalid_input', `${path || 'input'}: ${message}`, { path, issues });
}

function notFound(incidentId: string): FirstlineError {
  return new FirstlineError('not_found', `there is no incident ${incidentId}`, { path: 'incidentId' });
}

function tooManyConflicts(): FirstlineError {
  return new FirstlineError('conflict', 'the incident kept changing; try again', { retryAfterMs: 1_000 });
}
