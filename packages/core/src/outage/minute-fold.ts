import { FailureTopic, type FailureTopicSnapshot } from './failure-topic';
import { IncidentTracker, type TrackerSnapshot } from './incident-tracker';
import { LevelVariance } from './level-variance';
import type { UsualTraffic } from './look-back';
import type { MinuteTally, TallyEntry } from './minute-tally';
import { RecentClients } from './recent-clients';
import { Regions } from './regions';
import { type Scope, scopesOf } from './scopes';
import { ServiceSurges, type ServiceSurgesSnapshot } from './service-surge';
import type { OutageSettings } from './settings';
import type { OutageSignal } from './signals';
import { TUNING } from './tuning';
import { UsualTopic, type UsualTopicSnapshot } from './usual-topic';
import { UsualVolume, type UsualVolumeSnapshot } from './usual-volume';

/** Topic of reports whose scenario nobody defined. */
const UNLISTED = '';
const NONE: OutageSignal[] = [];
const HALF_HOUR = 30;
const HOUR = 60;
const DAY = 1_440;
const WEEK = 10_080;
/** Before the first hour is over there is nothing to compare with. */
const FIRST_MINUTES = 60;
/** Minutes without a report are taken in together, so many at most. */
const MOST_IDLE = 10;

/** The detector's memory as a fold over minutes: whoever has a {@link MinuteTally}, collected or stored, can run it. */
export class MinuteFold {
  readonly #usual: readonly UsualTopic[];
  readonly #failures: readonly FailureTopic[];
  readonly #byId: ReadonlyMap<string, UsualTopic | FailureTopic>;
  readonly #unlisted: UsualTopic;
  /** Where all scenarios are failures, they are the volume too: an outage of one does not move what is common to them. */
  readonly #mirrors: ReadonlyMap<string, UsualTopic>;
  readonly #clients = new RecentClients();
  readonly #traffic: UsualTraffic;
  readonly #tracker: IncidentTracker;
  /** Evidence that opening takes. */
  readonly #need: number;
  #scopes: readonly Scope[];
  #minute: number | null = null;
  /** The latest minute with a failure report. */
  #failedAt = -Infinity;

  constructor(settings: OutageSettings) {
    const { scenarios, falseAlarmsPerWeek, utcOffset } = settings;
    const count = scenarios.length + 1;
    const ordinary = scenarios.filter(({ outage }) => !outage);
    this.#unlisted = new UsualTopic(UNLISTED, null, count);
    const listed = (ordinary.length === 0 ? scenarios : ordinary).map(
      // A mirrored failure is no question about its service: an outage would pass for a billing day.
      ({ id, service }) => new UsualTopic(id, ordinary.length === 0 ? null : service, count),
    );
    this.#mirrors = new Map(ordinary.length === 0 ? listed.map((topic) => [topic.id, topic]) : []);
    this.#usual = [...listed, this.#unlisted];
    this.#failures = scenarios.flatMap(({ id, service, outage }) =>
      outage ? [new FailureTopic(id, service, count)] : [],
    );
    this.#byId = new Map([...this.#usual, ...this.#failures].map((topic) => [topic.id, topic]));
    this.#scopes = scopesOf(this.#failures);
    this.#traffic = {
      volume: new UsualVolume(this.#usual, utcOffset),
      surges: new ServiceSurges(),
      variance: new LevelVariance(),
      regions: new Regions(),
    };
    this.#tracker = new IncidentTracker(settings);
    // The mean time between false alarms of a scope is at least e to the evidence asked for, in minutes.
    const scopes = Math.max(1, this.#failures.length);
    this.#need = Math.log((WEEK * scopes) / falseAlarmsPerWeek) - TUNING.boundSlack;
  }

  topicOf(scenario: string, service: string | null): { readonly id: string; readonly outage: boolean } {
    const topic = this.#byId.get(scenario) ?? this.#unlisted;
    if (service !== null && topic.service === null && topic !== this.#unlisted) {
      topic.service = service;
      if (topic.outage) this.#scopes = scopesOf(this.#failures);
    }
    return topic;
  }

  /** Judges one minute by what was known before it, then learns from it. Minutes come in order. */
  step(tally: MinuteTally): OutageSignal[] {
    const { minute } = tally;
    if (tally.topics.size === 0 && this.#mayIdle(minute)) return NONE;
    const { volume, surges } = this.#traffic;
    const before = volume.total;
    this.#count(tally);
    volume.step(minute);
    surges.step(minute, volume.total - before, this.#usual);
    this.#minute = minute;
    for (const topic of this.#failures) {
      if (topic.fresh.length === 0) continue;
      this.#failedAt = minute;
      // What came since the last time was nothing.
      this.#learnLevel(topic, minute - 1, 0, volume.total - volume.sum(1));
      topic.remember(minute);
    }
    const signals = this.#tracker.step({
      minute,
      scopes: this.#scopes,
      failures: this.#failures,
      traffic: this.#traffic,
      need: this.#need + TUNING.firstDaysNeed * volume.doubt,
      detecting: (this.#failedAt === minute || this.#tracker.waitsAfter(minute - 1)) && volume.learned >= FIRST_MINUTES,
    });
    this.#learn(minute);
    return signals;
  }

  /** Evidence only grows with reports: minutes without any cost next to nothing. */
  #mayIdle(minute: number): boolean {
    if (this.#minute === null || minute - this.#minute >= MOST_IDLE || minute % HALF_HOUR === 0) return false;
    return this.#tracker.idle && !this.#tracker.waitsAfter(minute - 1);
  }

  /** Distinct clients per topic who count. Failures first: who reports one is not ordinary volume within the hour. */
  #count({ minute, topics }: MinuteTally): void {
    this.#clients.purge(minute);
    for (const topic of this.#usual) topic.count = 0;
    for (const topic of this.#failures) {
      topic.clients.purge(minute);
      if (topic.fresh.length > 0) topic.fresh = [];
    }
    for (const [id, clients] of topics) {
      const topic = this.#byId.get(id);
      if (topic?.outage === true) this.#countFailure(topic, minute, clients);
    }
    for (const [id, clients] of topics) {
      const topic = this.#mirrors.get(id) ?? this.#byId.get(id);
      if (topic?.outage === false) this.#countUsual(topic, minute, clients);
    }
  }

  #countFailure(topic: FailureTopic, minute: number, clients: ReadonlyMap<string, TallyEntry>): void {
    for (const [clientId, { messages, region, words, over }] of clients) {
      this.#clients.take(clientId, minute);
      if (over) {
        // No report of a failure, whatever it was taken for.
        this.#tracker.relieve(clientId);
        continue;
      }
      this.#tracker.hear(clientId, minute, true);
      if (!topic.clients.take(clientId, minute, messages)) continue;
      const incident = this.#tracker.explains(topic, clientId, region);
      topic.fresh.push({ minute, clientId, region, words, incident });
    }
  }

  #countUsual(topic: UsualTopic, minute: number, clients: ReadonlyMap<string, TallyEntry>): void {
    const mirrored = this.#mirrors.size > 0;
    for (const [clientId, { region, over }] of clients) {
      if (over) this.#tracker.relieve(clientId);
      else if (!mirrored) this.#tracker.hear(clientId, minute, false);
      if (!this.#clients.take(clientId, minute) && !mirrored) continue;
      topic.count += 1;
      this.#traffic.regions.learn(region);
    }
  }

  #learn(minute: number): void {
    const settling = minute % HALF_HOUR === 0;
    for (const topic of this.#failures) {
      if (topic.fresh.length === 0 && !settling) continue;
      this.#learnLevel(topic, minute, topic.fresh.length, this.#traffic.volume.total);
      for (const { incident, words } of topic.fresh) if (incident === 0 && words.length > 0) topic.words.learn(words);
    }
    if (minute % HOUR === 0) this.#settle();
  }

  #learnLevel(topic: FailureTopic, minute: number, count: number, total: number): void {
    const { volume, surges, variance } = this.#traffic;
    // While an outage is known, little is learned from it; if it lasts for days, it is how things are now.
    const age = this.#tracker.ageFor(topic, minute);
    const most = age === null ? TUNING.believed : TUNING.believedInOutage + (TUNING.believedPerDay * age) / DAY;
    const savedMinutes = age === null ? TUNING.savedMinutes : TUNING.savedInOutage;
    const surge = surges.of(topic.service).factor;
    const doubt = volume.variance;
    topic.level.learn({ minute, count, total, doubt, surge, usual: variance.value, most, savedMinutes });
  }

  /** Once an hour. */
  #settle(): void {
    const { volume, surges, variance, regions } = this.#traffic;
    volume.settle();
    surges.settle(this.#usual);
    for (const topic of this.#failures) {
      const { count, expected } = topic.level.hour();
      if (volume.learned > DAY && !this.#tracker.isOpenFor(topic)) variance.learn(count, expected);
      topic.words.fade();
    }
    regions.fade();
  }

  snapshot(): FoldSnapshot {
    const { volume, surges, variance, regions } = this.#traffic;
    return {
      minutes: [this.#minute, Number.isFinite(this.#failedAt) ? this.#failedAt : null],
      usual: this.#usual.map((topic) => topic.snapshot()),
      failures: this.#failures.map((topic) => topic.snapshot()),
      clients: this.#clients.snapshot(),
      volume: volume.snapshot(),
      surges: surges.snapshot(),
      variance: variance.snapshot(),
      regions: regions.snapshot(),
      tracker: this.#tracker.snapshot(),
    };
  }

  restore(snapshot: FoldSnapshot): void {
    const { volume, surges, variance, regions } = this.#traffic;
    const usual = new Map(this.#usual.map((topic) => [topic.id, topic]));
    const failures = new Map(this.#failures.map((topic) => [topic.id, topic]));
    this.#minute = snapshot.minutes[0] ?? null;
    this.#failedAt = snapshot.minutes[1] ?? -Infinity;
    for (const topic of snapshot.usual) usual.get(topic.id)?.restore(topic);
    // What is reported of scenarios that are gone counts as unlisted from now on.
    for (const topic of snapshot.usual) if (!usual.has(topic.id)) this.#unlisted.absorb(topic);
    for (const topic of snapshot.failures) failures.get(topic.id)?.restore(topic);
    this.#scopes = scopesOf(this.#failures);
    this.#clients.restore(snapshot.clients);
    volume.restore(snapshot.volume);
    surges.restore(snapshot.surges);
    variance.restore(snapshot.variance);
    regions.restore(snapshot.regions);
    this.#tracker.restore(snapshot.tracker, failures);
  }
}

export interface FoldSnapshot {
  readonly minutes: (number | null)[];
  readonly usual: UsualTopicSnapshot[];
  readonly failures: FailureTopicSnapshot[];
  readonly clients: [string, number][];
  readonly volume: UsualVolumeSnapshot;
  readonly surges: ServiceSurgesSnapshot;
  readonly variance: number[];
  readonly regions: { readonly reports: number; readonly counts: [string, number][] };
  readonly tracker: TrackerSnapshot;
}
