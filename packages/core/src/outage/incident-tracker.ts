import type { FailureTopic } from './failure-topic';
import { Incident, type IncidentSnapshot } from './incident';
import { type Finding, lookBack, type UsualTraffic } from './look-back';
import { adopt, nameReporters, type Usual, usualOf } from './naming';
import {
  isElevated,
  isWidespread,
  narrow,
  type NarrowScope,
  reportsIn,
  unexplainedSince,
  withCompanions,
} from './narrowing';
import type { Scope } from './scopes';
import type { OutageSettings } from './settings';
import type { OutageEvidence, OutageSignal } from './signals';
import { TUNING } from './tuning';

const MINUTE = 60_000;
/** A suspicion that nothing came of for so long is forgotten. */
const SUSPICION_MINUTES = 60;
const CURVE_MINUTES = 60;
/** So long after an outage its clients and wrong labels explain reports, and words are no evidence. */
const AFTERMATH_MINUTES = 120;
const MOST_OPEN = 100;

/** What the tracker asks of the minute it judges. */
export interface MinuteView {
  readonly minute: number;
  readonly traffic: UsualTraffic;
  readonly scopes: readonly Scope[];
  readonly failures: readonly FailureTopic[];
  /** Nats that opening an incident takes. */
  readonly need: number;
  /** Whether there is anything new to judge, and enough known to judge it by. */
  readonly detecting: boolean;
}

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
  /** The latest minute in which something looked like the beginning of a flood. */
  #waitsAt = -AFTERMATH_MINUTES;

  constructor(settings: OutageSettings) {
    this.#settings = settings;
  }

  isOpenFor(topic: FailureTopic): boolean {
    return this.#open.some((incident) => incident.topics.includes(topic));
  }

  /** Minutes since the open incident of a topic began; `null`: there is none. */
  ageFor(topic: FailureTopic, minute: number): number | null {
    const incident = this.#open.find(({ topics }) => topics.includes(topic));
    return incident === undefined ? null : incident.ageAt(minute);
  }

  /** Number of the incident that explains a report, or 0: the client's, or that of the report's scope. */
  explains(topic: FailureTopic, clientId: string, region: string | null): number {
    for (const incident of this.#open) if (incident.covers(topic, region)) return incident.number;
    const its = (incident: Incident) => incident.knows(clientId);
    const incident = this.#open.find(its) ?? this.#closed.find(its);
    incident?.confuse(topic);
    return incident?.number ?? 0;
  }

  /** Somebody wrote; `failure`: to report a failure. Open incidents learn from those who come back. */
  hear(clientId: string, minute: number, failure: boolean): void {
    for (const incident of this.#open) incident.hear(clientId, minute, failure);
  }

  /** Somebody says that it works again. */
  relieve(clientId: string): void {
    for (const incident of this.#open) incident.relieve(clientId);
  }

  /** Whether nothing is going on that minutes without reports would change. */
  get idle(): boolean {
    return this.#open.length + this.#closed.length + this.#suspicions.length === 0;
  }

  /** Whether there is more to be judged after `minute`, though nothing new may be reported. */
  waitsAfter(minute: number): boolean {
    return minute - this.#waitsAt < TUNING.recheck;
  }

  step(view: MinuteView): OutageSignal[] {
    const signals: OutageSignal[] = [];
    if (this.idle && !view.detecting) return signals;
    const usual = new Map(this.#open.map((incident) => [incident, usualOf(incident, view.minute, view.traffic)]));
    for (const [incident, expected] of usual) this.#link(incident, expected, view, signals);
    if (view.detecting) this.#detect(view, signals);
    this.#close(view, usual, signals);
    return signals;
  }

  /** Reports within the window that incidents are expected to add to another topic, by wrong labels. */
  #spill(topic: FailureTopic, window: number): number {
    let spill = 0;
    for (const incident of this.#open) spill += incident.spillTo(topic, window);
    for (const incident of this.#closed) spill += incident.spillTo(topic, window);
    return spill;
  }

  #link(incident: Incident, usual: Usual, view: MinuteView, signals: OutageSignal[]): void {
    const others = view.failures.filter((topic) => topic.fresh.length > 0 && !this.isOpenFor(topic));
    const clientIds = nameReporters(incident, usual, others, view);
    if (clientIds.length > 0) signals.push(signalOf('joined', incident, view.minute, clientIds));
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

    const scope = narrow(finding, view.minute, view.traffic);
    const wider = this.#open.find((incident) => this.#isPartOf(incident, scope, finding, view));
    if (wider !== undefined) return widen(wider, scope, finding, view, signals);
    if (finding.nats >= view.need)
      this.#openNew(withCompanions(scope, finding, view.minute, view.failures, view.traffic), finding, view, signals);
    else if (this.#settings.suspected) this.#suspect(scope, finding, view.minute, signals);
  }

  #candidate(scope: Scope, view: MinuteView): Candidate | null {
    if (!scope.topics.some((topic) => topic.unexplainedSince(view.minute - TUNING.recheck, 1) > 0)) return null;
    const single = scope.kind === 'topic';
    // Part of a group being explained, the rest is looked at topic by topic; a region being explained, by region.
    for (const { topics, region } of this.#open) {
      if ((!single || region === null) && topics.some((topic) => scope.topics.includes(topic))) return null;
    }
    const lately =
      scope.kind === 'everything'
        ? undefined
        : this.#closed.find(
            ({ topics, closedAt }) =>
              view.minute - (closedAt ?? 0) < this.#settings.reopenMinutes &&
              scope.topics.every((topic) => topics.includes(topic)),
          );
    const kin = single && this.#open.some((incident) => scope.topics.some((topic) => incident.isKin(topic)));
    const share = lately !== undefined ? TUNING.reopenShare : kin ? TUNING.widenShare : 1;
    const discount = this.#settings.suspected ? TUNING.suspectedDiscount : 0;
    const floor = share < 1 ? share * view.need : view.need - discount;
    const minClients = lately !== undefined ? TUNING.reopenClients : this.#settings.minClients;
    const { minute, traffic } = view;
    let reports = 0;
    for (const topic of scope.topics) reports += topic.unexplainedSince(minute - scope.longest, minClients);
    if (reports < minClients) return null;
    const spill = (topic: FailureTopic, window: number) => this.#spill(topic, window);
    const byWord = this.#calmAt(minute);
    const { finding, wait } = lookBack({ scope, minute, traffic, spill, floor, minClients, byWord });
    if (wait) this.#waitsAt = minute;
    if (finding === null) return null;
    if (lately === undefined) return { finding, floor, reopens: null };
    const sameRegion = lately.region === null || finding.region === null || lately.region === finding.region;
    if (sameRegion) return { finding, floor, reopens: lately };
    const enough = finding.nats >= view.need && finding.clients >= this.#settings.minClients;
    return enough ? { finding, floor: view.need, reopens: null } : null;
  }

  #openNew(scope: NarrowScope, finding: Finding, view: MinuteView, signals: OutageSignal[]): void {
    const { minute, traffic } = view;
    if (this.#open.length >= MOST_OPEN) return;
    this.#number += 1;
    const names = scope.topics.map(({ id }) => id);
    const suspicion = this.#suspicions.find(({ topics }) => topics.some((id) => names.includes(id)));
    this.#suspicions = this.#suspicions.filter((other) => other !== suspicion);
    const id = suspicion?.id ?? this.#idAt(minute);
    const incident = new Incident({ ...scope, number: this.#number, id, minute, window: finding.window });
    const clientIds = adopt(incident, scope, finding, view);
    const evidence = evidenceOf(finding, scope, minute);
    for (const topic of scope.topics) {
      for (const report of unexplainedSince(topic, minute - finding.window)) report.incident = incident.number;
    }
    this.#open.push(incident);
    unlearn(incident, minute - finding.window, traffic);
    signals.push({ ...signalOf('opened', incident, minute, clientIds), evidence });
  }

  /** Whether a finding is more of an open incident: of the same service, by its clients, or of an outage of everything. */
  #isPartOf(incident: Incident, scope: NarrowScope, finding: Finding, view: MinuteView): boolean {
    if (incident.region !== null && scope.region !== null && incident.region !== scope.region) return false;
    if (scope.topics.some((topic) => incident.isKin(topic))) return true;
    if (finding.explained >= TUNING.mergeShare * (finding.explained + finding.clients)) return true;
    const window = Math.min(incident.ageAt(view.minute), TUNING.history);
    const elevated = view.failures.filter(
      (topic) => !incident.topics.includes(topic) && isElevated(topic, view, window, this.#spill(topic, window)),
    );
    return isWidespread([...incident.topics, ...scope.topics, ...elevated]);
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

  #reopen(incident: Incident, finding: Finding, { minute, traffic }: MinuteView, signals: OutageSignal[]): void {
    this.#closed = this.#closed.filter((other) => other !== incident);
    this.#open.push(incident);
    incident.reopen(minute);
    const since = minute - finding.window;
    unlearn(incident, since, traffic);
    const reports = incident.topics.flatMap((topic) =>
      unexplainedSince(topic, since).filter(({ region }) => incident.covers(topic, region)),
    );
    const clientIds = incident.link(
      reports.map(({ clientId }) => clientId),
      minute,
    );
    const evidence = evidenceOf(finding, narrow(finding, minute, traffic), minute);
    signals.push({ ...signalOf('reopened', incident, minute, clientIds), evidence });
  }

  #close({ minute }: MinuteView, usual: ReadonlyMap<Incident, Usual>, signals: OutageSignal[]): void {
    if (this.idle) return;
    for (const incident of [...this.#open]) {
      if (!incident.step(minute, usual.get(incident)?.all ?? 0)) continue;
      incident.closedAt = this.#lastClosed = minute;
      this.#closed.push(incident);
      // Looked back at again, the outage that is over would reopen itself.
      for (const topic of incident.topics) topic.reports = [];
      signals.push(signalOf('resolved', incident, minute, []));
    }
    this.#open = this.#open.filter(({ closedAt }) => closedAt === null);
    for (const incident of this.#closed) incident.rest(minute);
    const memory = Math.max(AFTERMATH_MINUTES, this.#settings.reopenMinutes);
    this.#closed = this.#closed.filter(({ closedAt }) => minute - (closedAt ?? 0) < memory);
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
      waitsAt: this.#waitsAt,
      open: this.#open.map((incident) => incident.snapshot()),
      closed: this.#closed.map((incident) => incident.snapshot()),
      suspicions: this.#suspicions.map(({ id, topics, minute }) => ({ id, topics: [...topics], minute })),
    };
  }

  restore(snapshot: TrackerSnapshot, topics: ReadonlyMap<string, FailureTopic>): void {
    const known = (from: IncidentSnapshot) => from.topics.flatMap((id) => topics.get(id) ?? []);
    const restored = (from: readonly IncidentSnapshot[]) =>
      from.filter((incident) => known(incident).length > 0).map((one) => Incident.restore(one, topics));
    this.#number = snapshot.number;
    this.#lastClosed = snapshot.lastClosed;
    this.#waitsAt = snapshot.waitsAt;
    this.#open = restored(snapshot.open);
    this.#closed = restored(snapshot.closed);
    this.#suspicions = snapshot.suspicions.map((suspicion) => ({ ...suspicion }));
  }
}

export interface TrackerSnapshot {
  readonly number: number;
  readonly lastClosed: number;
  readonly waitsAt: number;
  readonly open: IncidentSnapshot[];
  readonly closed: IncidentSnapshot[];
  readonly suspicions: { readonly id: string; readonly topics: string[]; readonly minute: number }[];
}

/** What was learned of its topics since it began was not how things are. */
function unlearn({ topics }: Incident, begin: number, { variance }: UsualTraffic): void {
  for (const { level } of topics) level.rewind(begin, variance.value);
}

function widen(
  incident: Incident,
  scope: NarrowScope,
  finding: Finding,
  view: MinuteView,
  signals: OutageSignal[],
): void {
  const { minute, traffic } = view;
  incident.widen(scope.topics, scope.excess);
  unlearn(incident, minute - finding.window, traffic);
  signals.push(signalOf('joined', incident, minute, adopt(incident, scope, finding, view)));
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
  for (const report of topics.flatMap((topic) => reportsIn(topic, minute - minutes, region))) {
    const place = report.minute - (minute - minutes) - 1;
    curve[place] = (curve[place] ?? 0) + 1;
  }
  const { clients, expected, window: windowMinutes, nats, word: symptom } = finding;
  return { clients, expected, windowMinutes, nats, symptom, curve };
}
