/** What one client wrote on one topic within one minute. */
export interface TallyEntry {
  messages: number;
  region: string | null;
  words: readonly string[];
  /** Says that it works again. */
  over: boolean;
}

/** A minute of reports: distinct clients per topic. It could as well be read from stored counts. */
export interface MinuteTally {
  readonly minute: number;
  /** By topic id, then by client. */
  readonly topics: ReadonlyMap<string, ReadonlyMap<string, TallyEntry>>;
}

type OpenTally = Map<string, Map<string, TallyEntry>>;
const NOTHING: OpenTally = new Map();

/** More distinct clients on one topic within one minute are not told apart. */
const MOST_CLIENTS = 5_000;
const MOST_MINUTES = 200;
/** What comes later than an hour and a quarter is old news, and not a clock that is off by an hour. */
const LATEST = 75;

/** Collects reports until their minute is closed. */
export class MinuteIntake {
  readonly #open = new Map<number, OpenTally>();
  /** The latest minute that was closed. */
  #closed: number | null = null;

  add(minute: number, topicId: string, clientId: string, report: Omit<TallyEntry, 'messages'>): void {
    if (this.#closed !== null && minute < this.#closed - LATEST) return;
    // Whatever comes for a minute that is closed counts in the one that is open: the clients are what matters.
    const counted = this.#closed === null ? minute : Math.max(minute, this.#closed + 1);
    let tally = this.#open.get(counted);
    if (tally === undefined) {
      if (this.#open.size >= MOST_MINUTES) return;
      this.#open.set(counted, (tally = new Map<string, Map<string, TallyEntry>>()));
    }
    let clients = tally.get(topicId);
    if (clients === undefined) tally.set(topicId, (clients = new Map<string, TallyEntry>()));
    const known = clients.get(clientId);
    if (known !== undefined) {
      known.messages += 1;
      known.over = known.over && report.over;
    } else if (clients.size < MOST_CLIENTS) clients.set(clientId, { messages: 1, ...report });
  }

  /** Closes all minutes before `until`, oldest first. What lies ahead of the clock is taken into the latest of them. */
  close(until: number, longestGap: number): MinuteTally[] {
    const last = until - 1;
    if (this.#closed !== null && last <= this.#closed) return [];
    const first = this.#closed === null ? Math.min(last, ...this.#open.keys()) : this.#closed + 1;
    const tallies: MinuteTally[] = [];
    if (first === last && this.#open.size === 0) {
      this.#closed = last;
      return [{ minute: last, topics: NOTHING }];
    }
    for (let minute = Math.max(first, until - longestGap); minute <= last; minute += 1) {
      const topics = this.#open.get(minute) ?? (minute === last ? new Map<string, Map<string, TallyEntry>>() : NOTHING);
      if (minute === last) this.#takeAhead(last, topics);
      tallies.push({ minute, topics });
    }
    for (const minute of this.#open.keys()) if (minute <= last) this.#open.delete(minute);
    this.#closed = last;
    return tallies;
  }

  /** A report from two minutes ahead of the host's own clock was stamped by another clock. */
  #takeAhead(last: number, into: OpenTally): void {
    for (const [minute, tally] of this.#open) {
      if (minute <= last + 1) continue;
      for (const [topicId, clients] of tally) {
        const known = into.get(topicId);
        if (known === undefined) into.set(topicId, clients);
        else for (const [clientId, entry] of clients) if (!known.has(clientId)) known.set(clientId, entry);
      }
      this.#open.delete(minute);
    }
  }

  snapshot(): IntakeSnapshot {
    return {
      closed: this.#closed,
      open: [...this.#open].map(([minute, tally]) => ({
        minute,
        topics: [...tally].map(([id, clients]) => ({
          id,
          clients: [...clients].map(([clientId, { messages, region, words, over }]) => ({
            ...{ clientId, messages, region, over },
            words: [...words],
          })),
        })),
      })),
    };
  }

  restore({ closed, open }: IntakeSnapshot): void {
    this.#closed = closed;
    for (const { minute, topics } of open) {
      const tally: OpenTally = new Map();
      for (const { id, clients } of topics) {
        tally.set(id, new Map(clients.map(({ clientId, ...entry }) => [clientId, entry])));
      }
      this.#open.set(minute, tally);
    }
  }
}

export interface IntakeSnapshot {
  readonly closed: number | null;
  readonly open: {
    readonly minute: number;
    readonly topics: {
      readonly id: string;
      readonly clients: { clientId: string; messages: number; region: string | null; words: string[]; over: boolean }[];
    }[];
  }[];
}
