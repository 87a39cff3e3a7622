import { FirstlineError } from '../errors';
import type { Incident } from '../model/incident';
import { afterSignals, event, forgotten, unchanged } from '../outage/life-cycle';
import { type OutageDetector, outageDetector } from '../outage/outage-detector';
import type { OutageDetectorOptions } from '../outage/settings';
import type { OutageSignal } from '../outage/signals';
import type { OutageSnapshot } from '../outage/snapshot';
import { isFull } from '../policies/incident-cover';
import { redactor } from '../policies/redaction/redact';
import type { DetectionClaim, IncidentChange, StoredReport } from '../ports/storage-incidents';
import type { EngineContext } from './context';
import { detectorOptions } from './detector-options';
import { incidentTicket } from './incident-ticket';
import { announce } from './wakeups';

type Claimed = Extract<DetectionClaim, { status: 'claimed' }>;

const MINUTE = 60_000;
/** How often the detector's memory is stored; between, the reports since are kept, from which it can be made again. */
const SNAPSHOT_MINUTES = 15;
/** People change an incident rarely. */
const MAX_CONFLICTS = 20;
/** The detector keeps single words for a while; none of them shall be somebody's number or address. */
const redacted = redactor();
/** Longer than `policy.outage.reopenWithin` may be. */
const LIVE_FOR_REOPENING_MS = 4 * 3_600_000;

/**
 * Judges every minute once, a moment after its end, whichever process comes first. What a judgement changes is written
 * in the transaction that says that the minute is judged, so a process may die at any point: the next one makes the detector
 * anew from its last snapshot and the reports since, and comes to the same conclusions.
 */
export class Detection {
  readonly #context: EngineContext;
  /** Names this process to the storage; unique. */
  readonly #token: string;
  /** The detector as it was after judgement number `version`. */
  #detector: { readonly version: number; readonly detector: OutageDetector; readonly stored: number } | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(context: EngineContext) {
    this.#context = context;
    this.#token = context.watchesOutages ? context.ids.next() : '';
  }

  /** When the next minute can be judged, epoch ms. */
  nextAt(now: number): number {
    const { graceMs } = this.#context.policy.outage;
    return (Math.floor((now - graceMs) / MINUTE) + 1) * MINUTE + graceMs;
  }

  /** Judges what can be judged now; resolves to the number of incidents that changed. */
  claimDue(): Promise<number> {
    const run = this.#run();
    this.#running = run.catch(() => undefined);
    return run;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<number> {
    if (!this.#context.watchesOutages) return 0;
    const { storage, tenant, clock, policy } = this.#context;
    const now = clock.now();
    const minute = Math.floor((now - policy.outage.graceMs) / MINUTE) - 1;
    const claim = await storage.claimDetection({
      tenant,
      now,
      minute,
      token: this.#token,
      until: now + policy.work.leaseMs,
      known: this.#detector?.version ?? null,
    });
    if (claim.status !== 'claimed') return 0;
    try {
      return await this.#judge(claim, minute, now);
    } catch (error) {
      // It has heard what is not written down as judged.
      this.#detector = null;
      throw error;
    }
  }

  async #judge(claim: Claimed, minute: number, now: number): Promise<number> {
    const { storage, tenant, wakeups, incidents } = this.#context;
    const { detector, stored } = this.#detectorFor(claim);
    for (const report of claim.reports) this.#observe(detector, report);
    const signals = detector.advance((minute + 1) * MINUTE);
    const takesSnapshot = minute - stored >= SNAPSHOT_MINUTES;
    const snapshot = takesSnapshot ? JSON.stringify(detector.snapshot()) : null;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const changes = await this.#changes(signals, claim.reports, now);
      const judged = await storage.finishDetection({ tenant, now, minute, token: this.#token, snapshot, changes });
      if (judged === 'conflict') continue;
      incidents.forget();
      this.#detector =
        judged === 'lost' ? null : { version: claim.version + 1, detector, stored: takesSnapshot ? minute : stored };
      if (judged === 'finished' && changes.length > 0) announce(wakeups, { announce: now });
      return judged === 'finished' ? changes.length : 0;
    }
    throw new FirstlineError('conflict', 'incidents kept changing while clients’ reports were being judged');
  }

  /** The one that made the last judgement, or one that has heard the same. */
  #detectorFor({ past }: Claimed): { readonly detector: OutageDetector; readonly stored: number } {
    if (past === null && this.#detector !== null) return this.#detector;
    const { snapshot = null, judged = null, reports = [] } = past ?? {};
    const options = detectorOptions(this.#context);
    const known = snapshot === null ? null : this.#restored(snapshot, options);
    const detector = known ?? outageDetector(options);
    let last = -Infinity;
    for (const report of reports) {
      if (report.judgedIn > last && last > -Infinity) detector.advance((last + 1) * MINUTE);
      last = report.judgedIn;
      this.#observe(detector, report);
    }
    if (judged !== null) detector.advance((judged + 1) * MINUTE);
    if (known === null || judged === null) return { detector, stored: -Infinity };
    // At the latest; where processes take turns, each would else store it anew.
    return { detector, stored: (reports[0]?.judgedIn ?? judged + 1) - 1 };
  }

  /** `null`: this version cannot read it, and the detector begins to learn anew. */
  #restored(snapshot: string, options: OutageDetectorOptions): OutageDetector | null {
    try {
      return outageDetector.restore(JSON.parse(snapshot) as OutageSnapshot, options);
    } catch {
      this.#context.logger.warn({}, 'the memory of outage detection cannot be read by this version; it learns anew');
      return null;
    }
  }

  #observe(detector: OutageDetector, { minute, scenario, clientId, region, messages, text }: StoredReport): void {
    const { scenarios } = this.#context;
    const { service = null } = scenarios.get(scenario) ?? {};
    const report = { at: minute * MINUTE, clientId, scenario, service, region };
    const words = text === null ? null : redacted(text);
    for (let said = 0; said < messages; said += 1) detector.observe({ ...report, text: words });
  }

  async #changes(
    signals: readonly OutageSignal[],
    reports: readonly StoredReport[],
    now: number,
  ): Promise<readonly IncidentChange[]> {
    const context = this.#context;
    const { storage, tenant, policy } = context;
    const live = await storage.liveIncidents({ tenant, resolvedSince: now - LIVE_FOR_REOPENING_MS });
    const known = new Map(live.map((incident) => [incident.id, incident]));
    await this.#learnOf(signals, known);
    const examples = new Map(reports.map(({ clientId, messageId }) => [clientId, messageId]));
    const ticketFor = (incident: Incident) => incidentTicket(context, incident, now);
    const cycle = { tenant, now, policy: policy.outage, known, examples, ticketFor };
    const changes = afterSignals(signals, cycle);
    const changed = new Set(changes.map(({ incident }) => incident.id));
    const others = live.filter(({ id }) => !changed.has(id));
    return [...changes, ...others.flatMap((incident) => forgotten(incident, now) ?? this.#held(incident, now))];
  }

  /** Incidents that signals name and that are not live, with what they were merged into. */
  async #learnOf(signals: readonly OutageSignal[], known: Map<string, Incident>): Promise<void> {
    const { storage, tenant } = this.#context;
    const wanted = signals.map(({ incidentId }) => incidentId);
    for (let incidentId = wanted.pop(); incidentId !== undefined; incidentId = wanted.pop()) {
      const incident = known.get(incidentId) ?? (await storage.incident({ tenant, incidentId }));
      if (incident === null) continue;
      known.set(incidentId, incident);
      if (incident.mergedInto !== null && !known.has(incident.mergedInto)) wanted.push(incident.mergedInto);
    }
  }

  /** Told once, when the limit is reached: whoever confirms lets the rest be told. */
  #held(incident: Incident, now: number): readonly IncidentChange[] {
    const waits = incident.status === 'open' && incident.heldAt === null && incident.affected > incident.told;
    if (!waits || incident.mutedBy !== null || !isFull(incident, this.#context.policy.outage)) return [];
    const { id: incidentId, told, affected } = incident;
    const events = [event('incident.held', now, { incidentId, told, affected })];
    return [{ ...unchanged({ ...incident, heldAt: now, updatedAt: now }, incident), events }];
  }
}
