import type { Incident } from '../../model/incident';
import type { IncidentChange } from '../../ports/storage-incidents';
import { given } from './assert';
import type { Fixture } from './fixture';

/** An incident with everything filled in that a case does not care about. */
export function incidentOf(fixture: Fixture, row: Partial<Incident> = {}): Incident {
  const { tenant, now } = fixture;
  return {
    ...{ tenant, id: fixture.id(), status: 'open', round: 1, source: 'detector', level: 'confirmed' },
    ...{ scenarios: ['BROKEN', 'СВЯЗЬ'], region: 'north "1"', title: null, expectedAt: null },
    evidence: {
      clients: 9,
      expected: 0.1 + 0.2,
      windowMinutes: 6,
      nats: 17.5,
      symptom: 'wifi',
      curve: [1, 0, 8],
      examples: ['m'],
    },
    ...{ confirmedBy: null, heldAt: null, mutedBy: null, mergedInto: null, ticketId: null },
    ...{ affected: 0, told: 0, openedAt: now, resolvedAt: null, createdAt: now, updatedAt: now, version: 1 },
    ...row,
  };
}

/** A change that makes an incident, or changes one, and nothing else unless told. */
export function changeOf(incident: Incident, changes: Partial<IncidentChange> = {}): IncidentChange {
  return {
    ...{ expectedVersion: null, incident, affected: [], announce: 'nobody', absorbs: null },
    ...{ openTicket: null, updateTicket: null, events: [], ...changes },
  };
}

/** Makes an incident with clients who have written before. */
export async function openIncident(
  fixture: Fixture,
  clients: readonly string[] = [],
  row: Partial<Incident> = {},
  changes: Partial<IncidentChange> = {},
): Promise<Incident> {
  const incident = incidentOf(fixture, row);
  await change(fixture, changeOf(incident, { affected: clients, ...changes }));
  return incidentNow(fixture, incident.id);
}

export async function change(fixture: Fixture, ...changes: readonly IncidentChange[]): Promise<void> {
  const { storage, tenant, now } = fixture;
  const result = await storage.changeIncidents({ tenant, now, changes });
  if (result !== 'changed') throw new Error(`expected a change of incidents, got ${result}`);
}

export async function incidentNow({ storage, tenant }: Fixture, incidentId: string): Promise<Incident> {
  return given(await storage.incident({ tenant, incidentId }), 'the incident');
}

/** Clients of an incident, with what they were told. */
export async function clientsOf({ storage, tenant }: Fixture, incidentId: string) {
  return (await storage.affected({ tenant, incidentId, limit: 500 })).items;
}
