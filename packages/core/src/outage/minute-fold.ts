import { Expectation } from './expectation';
import { IncidentTracker, type TrackerSnapshot } from './incident-tracker';
import { LevelVariance } from './level-filter';
import type { MinuteTally, TallyEntry } from './minute-tally';
import { Regions } from './regions';
import { type Scope, scopesOf } from './scopes';
import type { OutageSettings } from './settings';
import type { OutageSignal } from './signals';
import { Topic, type TopicSnapshot } from './topic';
import { ShareTotals } from './topic-share';
import { TUNING } from './tuning';
import { Volume, type VolumeSnapshot } from './volume';

/** Topic of reports whose scenario nobody defined. */
const UNLISTED = '';
const NOBODY: ReadonlyMap<string, TallyEntry> = new Map();
const HOUR = 60;
const DAY = 1_440;
const WEEK = 10_080;
/** Before the first hour is over there is nothing to compare with. */
const FIRST_MINUTES = 60;
const USUAL_REPORTS = 4_000;
const USUAL_FALSE_ALARMS = 0.2;

/** The detector's memory as a fold over minutes: whoever has a {@link MinuteTally}, collected or stored, can run it. */
export class MinuteFold {
  readonly #settings: OutageSettings;
  readonly #topics: readonly Topic[];
  readonly #failures: readonly Topic[];
  readonly #byId: ReadonlyMap<string, Topic>;
  readonly #unlisted: Topic;
  readonly #expectation: Expectation;
  readonly #totals = new ShareTotals();
  readonly #volume = new Volume();
  readonly #variance = new LevelVariance();
  readonly #regions = new Regions();
  readonly #tracker: IncidentTracker;
  #scopes: readonly Scope[];

  constructor(settings: OutageSettings) {
    this.#settings = settings;
    const count = settings.scenarios.length + 1;
    this.#unlisted = new Topic(UNLISTED, null, false, count);
    const listed = settings.scenarios.map(({ id, service, outage }) => new Topic(id, service, outage, count));
    this.#topics = [...listed, this.#unlisted];
    this.#failures = listed.filter(({ outage }) => outage);
    this.#byId = new Map(this.#topics.map((topic) => [topic.id, topic]));
    this.#scopes = scopesOf(this.#failures);
    this.#expectation = new Expectation(settings.utcOffset);
    this.#tracker = new IncidentTracker(settings);
  }

  topicOf(scenario: string, service: string | null): Topic {
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
    this.#count(tally);
    const total = this.#expectation.at(minute);
    this.#volume.step(this.#topics, total);
    for (const topic of this.#topics) topic.mean = total * topic.share.share * this.#volume.ratioOf(topic);
    for (const topic of this.#failures) {
      topic.means.push(topic.mean + this.#tracker.spillTo(topic));
      topic.remember(minute);
    }
    // Evidence only grows with reports: a minute without any of a failure costs next to nothing.
    const news = this.#failures.some(({ fresh }) => fresh.length > 0);
    const signals = this.#tracker.step({
      minute,
      scopes: this.#scopes,
      failures: this.#failures,
      volume: this.#volume,
      variance: this.#variance,
      regions: this.#regions,
      need: news ? this.#need() : Infinity,
      doubt: news ? this.#expectation.doubt(minute) : 1,
      relieved: relievedIn(tally),
      detecting: news && this.#expectation.learned >= FIRST_MINUTES,
    });
    this.#learn(minute);
    return signals;
  }

  /** Distinct clients per topic who count. Failures first: who reports one is not ordinary volume within the hour. */
  #count({ minute, topics }: MinuteTally): void {
    for (const topic of this.#failures) {
      topic.clients.purge(minute);
      topic.fresh = [];
      for (const [clientId, { messages, region, words, over }] of topics.get(topic.id) ?? NOBODY) {
        // No report of a failure, whatever it was taken for.
        if (over) continue;
        if (!topic.clients.take(clientId, minute, messages)) continue;
        const incident = this.#tracker.explains(topic, clientId, region);
        topic.fresh.push({ minute, clientId, region, words, incident });
      }
      topic.count = topic.fresh.length;
    }
    for (const topic of this.#topics) {
      if (topic.outage) continue;
      topic.clients.purge(minute);
      topic.count = 0;
      for (const [clientId, { messages, region }] of topics.get(topic.id) ?? NOBODY) {
        if (!topic.clients.take(clientId, minute, messages)) continue;
        if (this.#failures.some(({ clients }) => clients.has(clientId))) continue;
        topic.count += 1;
        this.#regions.learn(region);
      }
    }
  }

  /**
   * Evidence that opening takes: −ln of the acceptable chance per report (Bonferroni), so that the number of false alarms
   * a week does not grow with the number of reports.
   */
  #need(): number {
    const learned = this.#failures.reduce((sum, { share }) => sum + share.learned, 0);
    const perWeek = Math.max(1, learned * (WEEK / TUNING.slowShareMemory));
    const folds = Math.log(perWeek / USUAL_REPORTS);
    const need =
      TUNING.need +
      folds * (folds < 0 ? TUNING.needPerFold : TUNING.needPerFoldMore) -
      Math.log(this.#settings.falseAlarmsPerWeek / USUAL_FALSE_ALARMS);
    return Math.max(TUNING.needLeast, need);
  }

  #learn(minute: number): void {
    let all = 0;
    for (const topic of this.#topics) {
      const { mean, count } = topic;
      const times = topic.outage ? TUNING.believedFailures : TUNING.believedOrdinary;
      const believed = topic.share.believe(count, times * mean);
      all += believed;
      if (!topic.outage) continue;
      topic.level.step(minute, believed, mean, this.#variance.value);
      topic.hourCount += believed;
      topic.hourMean += mean;
      for (const { incident, words } of topic.fresh) if (incident === 0 && words.length > 0) topic.words.learn(words);
    }
    this.#totals.add(all);
    this.#expectation.learn(minute, all);
    if (minute % HOUR === 0) this.#settle();
  }

  /** Once an hour. */
  #settle(): void {
    for (const topic of this.#topics) {
      topic.share.settle(this.#totals, this.#topics.length, topic.outage);
      if (!topic.outage) continue;
      const quiet = this.#expectation.learned > DAY && !this.#tracker.isOpenFor(topic);
      if (quiet) this.#variance.learn(topic.hourCount, topic.hourMean);
      topic.hourCount = topic.hourMean = 0;
      topic.words.fade();
    }
    this.#totals.fade();
    this.#regions.fade();
  }

  snapshot(): FoldSnapshot {
    return {
      topics: this.#topics.map((topic) => topic.snapshot()),
      expectation: this.#expectation.snapshot(),
      totals: [this.#totals.slow, this.#totals.fast],
      volume: this.#volume.snapshot(),
      variance: this.#variance.snapshot(),
      regions: this.#regions.snapshot(),
      tracker: this.#tracker.snapshot(),
    };
  }

  restore(snapshot: FoldSnapshot): void {
    for (const topic of snapshot.topics) this.#byId.get(topic.id)?.restore(topic);
    this.#scopes = scopesOf(this.#failures);
    this.#expectation.restore(snapshot.expectation);
    [this.#totals.slow = 0, this.#totals.fast = 0] = snapshot.totals;
    this.#volume.restore(snapshot.volume);
    this.#variance.restore(snapshot.variance);
    this.#regions.restore(snapshot.regions);
    this.#tracker.restore(snapshot.tracker, this.#byId);
  }
}

/** Clients who say that it works again. */
function relievedIn({ topics }: MinuteTally): readonly string[] {
  return [...topics.values()].flatMap((clients) =>
    [...clients].flatMap(([clientId, { over }]) => (over ? [clientId] : [])),
  );
}

export interface FoldSnapshot {
  readonly topics: TopicSnapshot[];
  readonly expectation: number[][];
  readonly totals: number[];
  readonly volume: VolumeSnapshot;
  readonly variance: number[];
  readonly regions: { readonly reports: number; readonly counts: [string, number][] };
  readonly tracker: TrackerSnapshot;
}
