import type { FailureTopic } from './failure-topic';
import { Recovery, type RecoverySnapshot } from './recovery';
import { RunningTotal } from './running-total';
import { TUNING } from './tuning';

/** Clients of one incident that are remembered; those beyond are named again when they write again after an hour. */
const MOST_CLIENTS = 20_000;

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
  /** Clients of this minute who were not known before. */
  #joined = 0;
  #openedAt: number;
  readonly #beganAt: number;
  readonly #recovery: Recovery;
  /** New clients above the expected. */
  readonly #excess = new RunningTotal();
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

  /**
   * Takes in this minute's clients of its scope, by whose number the end is judged. Returned are those who are new, if more
   * likely affected than not: more than half of such reports are above the `usual` ones these minutes.
   */
  join(clientIds: Iterable<string>, minute: number, usual: number): string[] {
    const added = this.link(clientIds, minute);
    this.#joined = added.length;
    this.#excess.add(minute, this.#joined - usual);
    return this.#rateAt(minute) > usual ? added : [];
  }

  /** Clients a minute above the expected, lately. */
  #rateAt(minute: number): number {
    const minutes = Math.max(1, Math.min(TUNING.linkMinutes, this.ageAt(minute)));
    return Math.max(0, this.#excess.sum(minutes)) / minutes;
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
    if (open === 0) return false;
    return this.#recovery.step({
      ...{ minute, joined: this.#joined, usual, open, age: this.ageAt(minute) },
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
      state: [this.#openedAt, this.#beganAt, this.#joined],
      recovery: this.#recovery.snapshot(),
      excess: this.#excess.snapshot(),
      confused: [...this.#confused].map(([topic, count]) => [topic.id, count]),
    };
  }

  static restore(snapshot: IncidentSnapshot, known: ReadonlyMap<string, FailureTopic>): Incident {
    const topics = snapshot.topics.flatMap((id) => known.get(id) ?? []);
    const { number, id, region, closedAt, state, clients, confused } = snapshot;
    const [openedAt = 0, beganAt = 0, joined = 0] = state;
    const incident = new Incident({ number, id, topics, region, minute: beganAt, window: 0, excess: 0 });
    incident.closedAt = closedAt;
    incident.#openedAt = openedAt;
    incident.#joined = joined;
    incident.#excess.restore(snapshot.excess);
    for (const clientId of clients) incident.#clients.add(clientId);
    incident.#recovery.restore(snapshot.recovery);
    for (const [topicId, count] of confused) {
      const topic = known.get(topicId);
      if (topic !== undefined) incident.#confused.set(topic, count);
    }
    return incident;
  }
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
  readonly confused: [string, number][];
}
