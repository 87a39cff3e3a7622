import { Incident, type IncidentSnapshot } from './incident';
import { type Finding, lookBack, type LookBackInput } from './look-back';
import { narrow, type NarrowScope, unexplainedSince, withCompanions } from './narrowing';
import type { Scope } from './scopes';
import type { OutageSettings } from './settings';
import type { OutageEvidence, OutageSignal } from './signals';
import type { Topic } from './topic';
import { TUNING } from './tuning';

const MINUTE = 60_000;
/** A suspicion that nothing came of for so long is forgotten. */
const SUSPICION_MINUTES = 60;
const CURVE_MINUTES = 60;
/** So long after an outage words are no evidence. */
const AFTERMATH_MINUTES = 120;
const MOST_OPEN = 100;
const BEGINNING_MINUTES = 15;

/** What the tracker asks of the minute it judges. */
export type MinuteView = Pick<LookBackInput, 'minute' | 'volume' | 'variance' | 'regions' | 'doubt'> & {
  readonly scopes: readonly Scope[];
  readonly failures: readonly Topic[];
  /** Clients who say that it works again. */
  readonly relieved: readonly string[];
  /** Nats that opening an incident takes. */
  readonly need: number;
  /** Whether there is anything new to judge, and enough known to judge it by. */
  readonly detecting: boolean;
};

interface Suspicion {
  readonly id: string;
  readonly topics: readonly string[];
  readonly minute: number;
}

interface Candidate {
  readonly finding: Finding;
  /** What it had to exceed, and what it would go on from. */
  readonly floor: number;
  readonly reopens: Incident | null;
}

/**
 * Incidents from suspicion to closing. Hysteresis: opening takes the full evidence, widening and reopening half of it,
 * closing a test of its own. Levels by amount of evidence as in Kleinberg's automaton (2002): up costs, down is free.
 */
export class IncidentTracker {
  readonly #settings: OutageSettings;
  #open: Incident[] = [];
  #closed: Incident[] = [];
  #suspicions: Suspicion[] = [];
  #number = 0;
  #lastClosed = -AFTERMATH_MINUTES;

  constructor(settings: OutageSettings) {
    this.#settings = settings;
  }

  isOpenFor(topic: Topic): boolean {
    return this.#open.some((incident) => incident.topics.includes(topic));
  }

  /** Number of the incident that explains a report, or 0: the client's, or that of the report's scope. */
  explains(topic: Topic, clientId: string, region: string | null): number {
    for (const incident of this.#open) if (incident.covers(topic, region)) return incident.number;
    for (const incident of this.#open) if (incident.knows(clientId)) return incident.number;
    for (const incident of this.#closed) if (incident.knows(clientId)) return incident.number;
    return 0;
  }

  /** Reports a minute that open incidents are expected to add to another topic, by wrong labels. */
  spillTo(topic: Topic): number {
    let spill = 0;
    for (const incident of this.#open) {
      if (incident.topics.includes(topic)) continue;
      spill += (incident.isKin(topic) ? TUNING.mislabelledKin : TUNING.mislabelled) * incident.excess;
    }
    return spill;
  }

  step(view: MinuteView): OutageSignal[] {
    const signals: OutageSignal[] = [];
    for (const incident of this.#open) this.#link(incident, view.minute, signals);
    if (view.detecting) this.#detect(view, signals);
    this.#close(view, signals);
    return signals;
  }

  #link(incident: Incident, minute: number, signals: OutageSignal[]): void {
    const clientIds = incident.link(
      incident.topics.flatMap((topic) =>
        topic.fresh.filter(({ region }) => incident.covers(topic, region)).map(({ clientId }) => clientId),
      ),
    );
    incident.joined = clientIds.length;
    if (clientIds.length > 0) signals.push(signalOf('joined', incident, minute, clientIds));
  }

  #detect(view: MinuteView, signals: OutageSignal[]): void {
    let best: Candidate | null = null;
    for (const scope of view.scopes) {
      const candidate = this.#candidate(scope, view);
      if (candidate === null) continue;
      if (best === null || candidate.finding.nats - candidate.floor > best.finding.nats - best.floor) best = candidate;
    }
    if (best === null) return;
    const { finding, reopens } = best;
    if (reopens !== null) return this.#reopen(reopens, finding, view, signals);

    const scope = narrow(finding, view.minute, view.regions);
    const wider = this.#open.find((incident) => isSame(incident, scope, finding));
    if (wider !== undefined) return widen(wider, scope, view.minute, signals);
    if (finding.nats >= view.need) {
      const all = withCompanions(scope, finding, view.minute, view.failures, view.regions);
      const begun = this.#open.find((incident) => isBeginning(incident, all, view.minute));
      if (begun === undefined) this.#openNew(all, finding, view.minute, signals);
      else widen(begun, all, view.minute, signals);
    } else if (this.#settings.suspected) this.#suspect(scope, finding, view.minute, signals);
  }

  #candidate(scope: Scope, view: MinuteView): Candidate | null {
    if (!scope.topics.some(({ fresh }) => fresh.some(({ incident }) => incident === 0))) return null;
    const single = scope.kind === 'topic';
    // Part of a group being explained, the rest is looked at topic by topic; a region being explained, by region.
    for (const { topics, region } of this.#open) {
      if ((!single || region === null) && topics.some((topic) => scope.topics.includes(topic))) return null;
    }
    const lately =
      scope.kind === 'everything'
        ? undefined
        : this.#closed.find(({ topics }) => scope.topics.every((topic) => topics.includes(topic)));
    const kin = single && this.#open.some((incident) => scope.topics.some((topic) => incident.isKin(topic)));
    const share = lately !== undefined ? TUNING.reopenShare : kin ? TUNING.widenShare : 1;
    const discount = this.#settings.suspected ? TUNING.suspectedDiscount : 0;
    const floor = share < 1 ? share * view.need : view.need - discount;
    const minClients = lately !== undefined ? TUNING.reopenClients : this.#settings.minClients;
    const finding = lookBack({ ...view, scope, floor, minClients, byWord: this.#calmAt(view.minute) });
    if (finding === null) return null;
    if (lately === undefined) return { finding, floor, reopens: null };
    const sameRegion = lately.region === null || finding.region === null || lately.region === finding.region;
    if (sameRegion) return { finding, floor, reopens: lately };
    const enough = finding.nats >= view.need && finding.clients >= this.#settings.minClients;
    return enough ? { finding, floor: view.need, reopens: null } : null;
  }

  #openNew(scope: NarrowScope, finding: Finding, minute: number, signals: OutageSignal[]): void {
    if (this.#open.length >= MOST_OPEN) return;
    this.#number += 1;
    const names = scope.topics.map(({ id }) => id);
    const suspicion = this.#suspicions.find(({ topics }) => topics.some((id) => names.includes(id)));
    this.#suspicions = this.#suspicions.filter((other) => other !== suspicion);
    const id = suspicion?.id ?? this.#idAt(minute);
    const incident = new Incident({ ...scope, number: this.#number, id, minute });
    const clientIds = incident.link(scope.clientIds);
    const evidence = evidenceOf(finding, scope, minute);
    for (const topic of scope.topics) {
      for (const report of unexplainedSince(topic, minute - finding.window)) report.incident = incident.number;
    }
    this.#open.push(incident);
    signals.push({ ...signalOf('opened', incident, minute, clientIds), evidence });
  }

  #suspect(scope: NarrowScope, finding: Finding, minute: number, signals: OutageSignal[]): void {
    const topics = scope.topics.map(({ id }) => id);
    if (this.#suspicions.some((known) => known.topics.some((id) => topics.includes(id)))) return;
    this.#number += 1;
    const id = this.#idAt(minute);
    this.#suspicions.push({ id, topics, minute });
    signals.push({
      ...{ type: 'suspected', incidentId: id, at: (minute + 1) * MINUTE, level: 'suspected' },
      ...{ scenarios: topics, region: scope.region, clientIds: [...scope.clientIds] },
      evidence: evidenceOf(finding, scope, minute),
    });
  }

  #reopen(incident: Incident, finding: Finding, { minute, regions }: MinuteView, signals: OutageSignal[]): void {
    this.#closed = this.#closed.filter((other) => other !== incident);
    this.#open.push(incident);
    incident.reopen(minute);
    const since = minute - finding.window;
    const reports = incident.topics.flatMap((topic) =>
      unexplainedSince(topic, since).filter(({ region }) => incident.covers(topic, region)),
    );
    const clientIds = incident.link(reports.map(({ clientId }) => clientId));
    const evidence = evidenceOf(finding, narrow(finding, minute, regions), minute);
    signals.push({ ...signalOf('reopened', incident, minute, clientIds), evidence });
  }

  #close({ minute, regions, relieved }: MinuteView, signals: OutageSignal[]): void {
    if (this.#open.length + this.#closed.length + this.#suspicions.length === 0) return;
    for (const incident of [...this.#open]) {
      if (!incident.step(minute, regions, relieved)) continue;
      incident.closedAt = this.#lastClosed = minute;
      this.#closed.push(incident);
      // Looked back at again, the outage that is over would reopen itself.
      for (const topic of incident.topics) topic.reports = [];
      signals.push(signalOf('resolved', incident, minute, []));
    }
    this.#open = this.#open.filter(({ closedAt }) => closedAt === null);
    this.#closed = this.#closed.filter(({ closedAt }) => minute - (closedAt ?? 0) < this.#settings.reopenMinutes);
    this.#suspicions = this.#suspicions.filter((suspicion) => minute - suspicion.minute < SUSPICION_MINUTES);
  }

  /** During an outage and after it many use the same words, of the wrong topic or to say that it works again. */
  #calmAt(minute: number): boolean {
    return this.#open.length === 0 && minute - this.#lastClosed >= AFTERMATH_MINUTES;
  }

  #idAt(minute: number): string {
    return `outage-${(minute + 1) * MINUTE}-${this.#number}`;
  }

  snapshot(): TrackerSnapshot {
    return {
      number: this.#number,
      lastClosed: this.#lastClosed,
      open: this.#open.map((incident) => incident.snapshot()),
      closed: this.#closed.map((incident) => incident.snapshot()),
      suspicions: this.#suspicions.map(({ id, topics, minute }) => ({ id, topics: [...topics], minute })),
    };
  }

  restore(snapshot: TrackerSnapshot, topics: ReadonlyMap<string, Topic>): void {
    const known = (from: IncidentSnapshot) => from.topics.flatMap((id) => topics.get(id) ?? []);
    const restored = (from: readonly IncidentSnapshot[]) =>
      from.filter((incident) => known(incident).length > 0).map((one) => Incident.restore(one, known(one)));
    this.#number = snapshot.number;
    this.#lastClosed = snapshot.lastClosed;
    this.#open = restored(snapshot.open);
    this.#closed = restored(snapshot.closed);
    this.#suspicions = snapshot.suspicions.map((suspicion) => ({ ...suspicion }));
  }
}

export interface TrackerSnapshot {
  readonly number: number;
  readonly lastClosed: number;
  readonly open: IncidentSnapshot[];
  readonly closed: IncidentSnapshot[];
  readonly suspicions: { readonly id: string; readonly topics: string[]; readonly minute: number }[];
}

/** Whether a finding is more of an open incident: of the same service, or by clients who also report the incident. */
function isSame(incident: Incident, scope: NarrowScope, { explained, clients }: Finding): boolean {
  const elsewhere = incident.region !== null && scope.region !== null && incident.region !== scope.region;
  if (elsewhere) return false;
  return scope.topics.some((topic) => incident.isKin(topic)) || explained >= TUNING.mergeShare * (explained + clients);
}

/** Whether an incident that has just begun is the first of an outage of several services that now shows. */
function isBeginning(incident: Incident, { topics, region }: NarrowScope, minute: number): boolean {
  if (incident.region !== region || minute - incident.openedAt > BEGINNING_MINUTES) return false;
  return new Set(topics.map(({ service }) => service)).size > 1;
}

function widen(incident: Incident, scope: NarrowScope, minute: number, signals: OutageSignal[]): void {
  incident.widen(scope.topics, scope.excess);
  const clientIds = incident.link(scope.clientIds);
  signals.push(signalOf('joined', incident, minute, clientIds));
}

function signalOf(
  type: OutageSignal['type'],
  { id, topics, region }: Incident,
  minute: number,
  clientIds: string[],
): OutageSignal {
  return {
    ...{ type, incidentId: id, at: (minute + 1) * MINUTE, level: 'confirmed' as const },
    ...{ scenarios: topics.map((topic) => topic.id), region, clientIds, evidence: null },
  };
}

function evidenceOf(finding: Finding, { topics, region }: NarrowScope, minute: number): OutageEvidence {
  const minutes = Math.min(finding.window, CURVE_MINUTES);
  const curve = Array.from({ length: minutes }, () => 0);
  for (const report of topics.flatMap((topic) => unexplainedSince(topic, minute - minutes))) {
    if (region !== null && report.region !== region) continue;
    const place = report.minute - (minute - minutes) - 1;
    curve[place] = (curve[place] ?? 0) + 1;
  }
  const { clients, expected, window: windowMinutes, nats, word: symptom } = finding;
  return { clients, expected, windowMinutes, nats, symptom, curve };
}
