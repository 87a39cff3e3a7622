import type { FailureReport, FailureTopic } from './failure-topic';
import { Recovery, type RecoverySnapshot } from './recovery';
import { RunningTotal } from './running-total';
import { SymptomShares } from './symptom-shares';
import { TUNING } from './tuning';
import type { WordCountsSnapshot } from './word-counts';

/** Clients of one incident that are remembered; those beyond are named again when they write again after an hour. */
const MOST_CLIENTS = 20_000;
/** An incident has at least a report of its own for two usual ones. */
const LEAST_ODDS = 0.5;

export interface IncidentStart {
  readonly number: number;
  readonly id: string;
  readonly topics: readonly FailureTopic[];
  readonly region: string | null;
  readonly minute: number;
  /** Minutes that were looked back at. */
  readonly window: number;
  /** New clients a minute above the expected. */
  readonly excess: number;
}

/** An outage from its opening until nothing of it is to be expected any more. */
export class Incident {
  readonly number: number;
  readonly id: string;
  readonly region: string | null;
  topics: readonly FailureTopic[];
  closedAt: number | null = null;
  /** Of this minute's clients who were not known before: how many times likelier their words are of the outage. */
  #ratios: number[] = [];
  #openedAt: number;
  readonly #beganAt: number;
  readonly #recovery: Recovery;
  /** New clients above the expected: of all its topics, and of each. */
  readonly #excess = new RunningTotal();
  readonly #excesses = new Map<FailureTopic, RunningTotal>();
  /** What is reported of it. */
  readonly #words = new SymptomShares();
  readonly #clients = new Set<string>();
  /** Clients who also reported a topic that is not part of it. */
  readonly #confused = new Map<FailureTopic, number>();

  constructor({ number, id, topics, region, minute, window, excess }: IncidentStart) {
    this.number = number;
    this.id = id;
    this.topics = topics;
    this.region = region;
    this.#openedAt = minute;
    this.#beganAt = minute - window;
    this.#recovery = new Recovery(excess, window);
    for (let each = minute - window + 1; each <= minute; each += 1) this.#excess.add(each, excess);
  }

  /** Minutes since it opened for the first time, and those that were looked back at then. */
  ageAt(minute: number): number {
    return minute - this.#beganAt;
  }

  knows(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  covers(topic: FailureTopic, region: string | null): boolean {
    return (this.region === null || this.region === region) && this.topics.includes(topic);
  }

  isKin(topic: FailureTopic): boolean {
    return topic.service !== null && this.topics.some(({ service }) => service === topic.service);
  }

  /** Those of the clients who are new to the incident. */
  link(clientIds: Iterable<string>, minute: number): string[] {
    const added: string[] = [];
    for (const clientId of clientIds) {
      if (this.#clients.has(clientId)) continue;
      if (this.#clients.size < MOST_CLIENTS) this.#clients.add(clientId);
      this.#recovery.returning.watch(clientId, minute);
      added.push(clientId);
    }
    return added;
  }

  /** Takes in reports of a topic within the latest minutes, of which `usual` were to be expected, when it becomes one of its own. */
  adopt(topic: FailureTopic, reports: readonly FailureReport[], usual: number, minute: number, window: number): void {
    for (const { words } of reports) this.#words.learn(words);
    if (this.#excesses.has(topic)) return;
    const excess = new RunningTotal();
    const each = Math.max(0, reports.length - usual) / window;
    for (let at = minute - window + 1; at <= minute; at += 1) excess.add(at, each);
    this.#excesses.set(topic, excess);
  }

  /** Takes in this minute's reports of its scope by clients who are new to it, by whose number the end is judged. */
  take(topic: FailureTopic, reports: readonly FailureReport[], usual: number, minute: number): void {
    const odds = this.rateOf(topic, minute - 1) / usual;
    for (const report of reports) {
      this.#ratios.push(pureRatio(this.ratioOf(report, topic), odds));
      this.#words.learn(report.words);
    }
    this.#excesses.get(topic)?.add(minute, reports.length - usual);
  }

  /** All reports of the minute are taken in. */
  taken(usual: number, minute: number): void {
    this.#excess.add(minute, this.#ratios.length - usual);
  }

  /** New clients a minute above the expected who report a topic of it, lately. */
  rateOf(topic: FailureTopic, minute: number): number {
    const minutes = Math.max(1, Math.min(TUNING.linkMinutes, this.ageAt(minute)));
    return Math.max(0, this.#excesses.get(topic)?.sum(minutes) ?? 0) / minutes;
  }

  /** How many times likelier the words are of a report of the incident than of a usual one. */
  ratioOf({ words }: FailureReport, topic: FailureTopic): number {
    return this.#words.ratioOf(words, topic.words);
  }

  /** Somebody wrote; `failure`: to report a failure. */
  hear(clientId: string, minute: number, failure: boolean): void {
    this.#recovery.returning.hear(clientId, minute, failure);
  }

  /** A client says that it works again. */
  relieve(clientId: string): void {
    if (this.#clients.has(clientId)) this.#recovery.relieve(clientId);
  }

  widen(topics: readonly FailureTopic[], excess: number): void {
    this.topics = [...new Set([...this.topics, ...topics])];
    this.#recovery.widen(excess);
  }

  reopen(minute: number): void {
    this.closedAt = null;
    this.#openedAt = minute;
    this.#recovery.reopen();
  }

  /** Takes in the minute and says whether the outage is over. `usual`: what is expected of its scope without one. */
  step(minute: number, usual: number): boolean {
    const open = minute - this.#openedAt;
    const ratios = this.#ratios;
    this.#ratios = [];
    if (open === 0) return false;
    return this.#recovery.step({
      ...{ minute, ratios, usual, open, age: this.ageAt(minute) },
      wordless: this.topics.every(({ words }) => words.isEmpty),
    });
  }

  /** Lets a minute pass after closing. */
  rest(minute: number): void {
    if (this.closedAt !== minute) this.#excess.add(minute, 0);
  }

  /** A client of the incident reported another topic as well. */
  confuse(topic: FailureTopic): void {
    if (!this.topics.includes(topic)) this.#confused.set(topic, (this.#confused.get(topic) ?? 0) + 1);
  }

  /**
   * Reports that it is expected to add to another topic in the latest minutes, by wrong labels: as large a share as of
   * its clients reported that topic too, with a beta prior.
   */
  spillTo(topic: FailureTopic, minutes: number): number {
    if (this.topics.includes(topic)) return 0;
    const prior = TUNING.confusedPrior;
    const first = this.isKin(topic) ? TUNING.confusedKin : TUNING.confused;
    const share = ((this.#confused.get(topic) ?? 0) + prior * first) / (this.#clients.size + prior);
    return share * Math.max(0, this.#excess.sum(minutes));
  }

  snapshot(): IncidentSnapshot {
    return {
      ...{ number: this.number, id: this.id, region: this.region, closedAt: this.closedAt },
      topics: this.topics.map(({ id }) => id),
      clients: [...this.#clients],
      state: [this.#openedAt, this.#beganAt],
      recovery: this.#recovery.snapshot(),
      excess: this.#excess.snapshot(),
      excesses: [...this.#excesses].map(([topic, excess]) => [topic.id, excess.snapshot()]),
      words: this.#words.snapshot(),
      confused: [...this.#confused].map(([topic, count]) => [topic.id, count]),
    };
  }

  static restore(snapshot: IncidentSnapshot, known: ReadonlyMap<string, FailureTopic>): Incident {
    const topics = snapshot.topics.flatMap((id) => known.get(id) ?? []);
    const { number, id, region, closedAt, state, clients, confused } = snapshot;
    const [openedAt = 0, beganAt = 0] = state;
    const incident = new Incident({ number, id, topics, region, minute: beganAt, window: 0, excess: 0 });
    incident.closedAt = closedAt;
    incident.#openedAt = openedAt;
    incident.#excess.restore(snapshot.excess);
    for (const [topicId, values] of snapshot.excesses) {
      const topic = known.get(topicId);
      if (topic === undefined) continue;
      const excess = new RunningTotal();
      excess.restore(values);
      incident.#excesses.set(topic, excess);
    }
    incident.#words.restore(snapshot.words);
    for (const clientId of clients) incident.#clients.add(clientId);
    incident.#recovery.restore(snapshot.recovery);
    for (const [topicId, count] of confused) {
      const topic = known.get(topicId);
      if (topic !== undefined) incident.#confused.set(topic, count);
    }
    return incident;
  }
}

/**
 * What is reported of an incident is mixed with what is usual: the ratio of words in the outage's own reports, by how many
 * of those it has for each usual one.
 */
function pureRatio(mixed: number, odds: number): number {
  if (mixed === 1) return 1;
  return Math.max(TUNING.leastRatioOfWords, mixed + (mixed - 1) / Math.max(odds, LEAST_ODDS));
}

export interface IncidentSnapshot {
  readonly number: number;
  readonly id: string;
  readonly region: string | null;
  readonly topics: string[];
  readonly closedAt: number | null;
  readonly clients: string[];
  readonly state: number[];
  readonly recovery: RecoverySnapshot;
  readonly excess: number[];
  readonly excesses: [string, number[]][];
  readonly words: WordCountsSnapshot;
  readonly confused: [string, number][];
}
