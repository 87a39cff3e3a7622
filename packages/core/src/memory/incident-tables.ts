import type { AffectedClient, Incident, IncidentStatus } from '../model/incident';
import type { StoredReport } from '../ports/storage-incidents';
import { snapshot } from './snapshot';

/** A report that nobody has judged has no `judgedIn` yet. */
export type Report = Omit<StoredReport, 'judgedIn' | 'text'> & { readonly judgedIn: number | null };

/** How far outage detection has come, and who is at it. */
export interface DetectionState {
  readonly version: number;
  readonly judged: number | null;
  readonly snapshot: string | null;
  readonly token: string | null;
  readonly until: number;
}

/** What is kept about mass outages. */
export class IncidentTables {
  /** By minute, scenario and client, together as JSON. */
  readonly reports = new Map<string, Report>();
  detection: DetectionState = { version: 0, judged: null, snapshot: null, token: null, until: 0 };
  readonly #incidents = new Map<string, Incident>();
  /** By incident, then by client, in the order they joined. */
  readonly #affected = new Map<string, Map<string, AffectedClient>>();

  get(id: string): Incident | null {
    const incident = this.#incidents.get(id);
    return incident === undefined ? null : this.#counted(incident);
  }

  all(): readonly Incident[] {
    return [...this.#incidents.values()].map((incident) => this.#counted(incident));
  }

  count(status: IncidentStatus): number {
    return [...this.#incidents.values()].filter((incident) => incident.status === status).length;
  }

  /** With the next version, whatever the row says. */
  put(incident: Incident, version: number): void {
    this.#incidents.set(incident.id, snapshot({ ...incident, version }));
  }

  affected(incidentId: string): ReadonlyMap<string, AffectedClient> {
    return this.#affected.get(incidentId) ?? new Map<string, AffectedClient>();
  }

  putAffected(row: AffectedClient): void {
    const clients = this.#affected.get(row.incidentId) ?? new Map<string, AffectedClient>();
    this.#affected.set(row.incidentId, clients);
    clients.set(row.clientId, snapshot(row));
  }

  removeAffected(incidentId: string, clientId: string): void {
    this.#affected.get(incidentId)?.delete(clientId);
  }

  remove(id: string): void {
    this.#incidents.delete(id);
    this.#affected.delete(id);
  }

  /** Takes a client out of everything. */
  forget(clientId: string): void {
    for (const clients of this.#affected.values()) clients.delete(clientId);
    for (const [key, report] of this.reports) if (report.clientId === clientId) this.reports.delete(key);
  }

  #counted(incident: Incident): Incident {
    const clients = [...this.affected(incident.id).values()];
    const { round } = incident;
    const told = round === 0 ? 0 : clients.filter(({ toldRound }) => toldRound === round).length;
    return snapshot({ ...incident, affected: clients.length, told });
  }
}
