import type { Regions } from './regions';
import type { Topic } from './topic';
import { TUNING } from './tuning';

/** Clients of one incident that are remembered; those beyond are named again when they write again after an hour. */
const MOST_CLIENTS = 20_000;
const RATE_MINUTES = 20;
const FEWEST_MINUTES = 4;
const HOUR = 60;
const SEVERAL_SERVICES = 3;
/** New clients a minute below which an outage cannot be told from its end within the hour. */
const LEAST_EXCESS = 0.03;
const LEAST_BASE = 0.002;

export interface IncidentStart {
  readonly number: number;
  readonly id: string;
  readonly topics: readonly Topic[];
  readonly region: string | null;
  readonly minute: number;
  /** New clients a minute above the expected. */
  readonly excess: number;
}

/** An outage from its opening until it can no longer be reopened. */
export class Incident {
  readonly number: number;
  readonly id: string;
  readonly region: string | null;
  topics: readonly Topic[];
  /** Clients of this minute who were not named before. */
  joined = 0;
  closedAt: number | null = null;
  #openedAt: number;
  #firstOpenedAt: number;
  #excess: number;
  #peak: number;
  #gone = 0;
  /** It spread in the minute that is judged; never over the end of one. */
  #grows = false;
  readonly #excesses: number[] = [];
  readonly #clients = new Set<string>();
  /** Of them those who said that it works again. */
  readonly #relieved = new Set<string>();

  constructor({ number, id, topics, region, minute, excess }: IncidentStart) {
    this.number = number;
    this.id = id;
    this.topics = topics;
    this.region = region;
    this.#openedAt = this.#firstOpenedAt = minute;
    this.#excess = this.#peak = Math.max(LEAST_EXCESS, TUNING.openingExcess * excess);
  }

  /** New clients a minute above the expected, lately. */
  get excess(): number {
    return this.closedAt === null ? this.#excess : 0;
  }

  get openedAt(): number {
    return this.#openedAt;
  }

  knows(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  covers(topic: Topic, region: string | null): boolean {
    return (this.region === null || this.region === region) && this.topics.includes(topic);
  }

  /**
   * Of the service that carries it: what it spilled into by wrong labels may be down for a reason of its own. An outage of
   * several services is akin to all of them.
   */
  isKin(topic: Topic): boolean {
    if (topic.service === null) return false;
    const services = new Set(this.topics.map(({ service }) => service));
    return services.size >= SEVERAL_SERVICES ? services.has(topic.service) : this.topics[0]?.service === topic.service;
  }

  /** Those of the clients who were not named before. */
  link(clientIds: Iterable<string>): string[] {
    const added: string[] = [];
    for (const clientId of clientIds) {
      if (this.#clients.has(clientId)) continue;
      if (this.#clients.size < MOST_CLIENTS) this.#clients.add(clientId);
      added.push(clientId);
    }
    return added;
  }

  widen(topics: readonly Topic[], excess: number): void {
    this.topics = [...new Set([...this.topics, ...topics])];
    this.#excess += excess;
    this.#peak = Math.max(this.#peak, this.#excess);
    this.#grows = true;
  }

  reopen(minute: number): void {
    this.closedAt = null;
    this.#openedAt = minute;
    this.#gone = 0;
  }

  /**
   * Takes in the minute and says whether the outage is over: a reverse CUSUM (Page 1954) of "it has ended" against "half
   * of it goes on". Only clients who are new to it count as reports; those of its clients who write that it
   * works again speak for the end, each once, by the log-likelihood ratio of saying so after it and during it.
   */
  step(minute: number, regions: Regions, relieved: readonly string[]): boolean {
    const relief = this.#relieve(relieved);
    const share = regions.shareOf(this.region);
    const base = Math.max(LEAST_BASE, share * this.topics.reduce((sum, { mean }) => sum + mean, 0));
    this.#excesses.push(this.joined - base);
    if (this.#excesses.length > RATE_MINUTES) this.#excesses.shift();
    const age = minute - this.#openedAt;
    if (age === 0) return false;
    const lately = this.#excesses.slice(-age);
    if (age >= FEWEST_MINUTES) this.#excess = Math.max(0, lately.reduce((sum, x) => sum + x, 0) / lately.length);
    this.#peak = Math.max(this.#peak * TUNING.keepPeak, this.#excess);
    if (this.#grows) {
      // Whatever looked like its end before was none, and those it spread to are not among this minute's `joined`.
      this.#grows = false;
      this.#gone = 0;
      return false;
    }
    const goesOn = base + Math.max(TUNING.goesOnShare * this.#peak, LEAST_EXCESS);
    this.#gone = Math.max(0, this.#gone + (goesOn - base) - this.joined * Math.log(goesOn / base) + relief);
    // What has lasted long goes on for long: a pause of a day's outage is less likely to be its end.
    const least = this.topics.every(({ words }) => words.isEmpty) ? TUNING.closeNeedWordless : TUNING.closeNeed;
    const need = least + TUNING.closeNeedPerFold * Math.log1p((minute - this.#firstOpenedAt) / HOUR);
    return this.#gone > need && age > TUNING.shortestIncident;
  }

  /** Evidence that it is over, by clients of it who say so for the first time. */
  #relieve(clientIds: readonly string[]): number {
    let fresh = 0;
    for (const clientId of clientIds) {
      if (!this.#clients.has(clientId) || this.#relieved.has(clientId)) continue;
      this.#relieved.add(clientId);
      fresh += 1;
    }
    return fresh * TUNING.reliefNats;
  }

  snapshot(): IncidentSnapshot {
    return {
      ...{ number: this.number, id: this.id, region: this.region, closedAt: this.closedAt },
      topics: this.topics.map(({ id }) => id),
      clients: [...this.#clients],
      relieved: [...this.#relieved],
      state: [this.#openedAt, this.#firstOpenedAt, this.#excess, this.#peak, this.#gone],
      excesses: [...this.#excesses],
    };
  }

  static restore(snapshot: IncidentSnapshot, topics: readonly Topic[]): Incident {
    const { number, id, region, closedAt, state, excesses, clients, relieved } = snapshot;
    const [openedAt = 0, firstOpenedAt = 0, excess = 0, peak = 0, gone = 0] = state;
    const incident = new Incident({ number, id, topics, region, minute: openedAt, excess });
    incident.closedAt = closedAt;
    incident.#firstOpenedAt = firstOpenedAt;
    incident.#excess = excess;
    incident.#peak = peak;
    incident.#gone = gone;
    incident.#excesses.push(...excesses);
    incident.link(clients);
    for (const clientId of relieved) incident.#relieved.add(clientId);
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
  readonly relieved: string[];
  readonly state: number[];
  readonly excesses: number[];
}
