import { ReturningClients, type ReturningClientsSnapshot } from './returning-clients';
import { TUNING } from './tuning';

const HOUR = 60;
const LEAST_BASE = 0.002;
/** Even of a small outage one client is to be expected. */
const LEAST_SUM = 1;
const KEEP = Math.exp(-1 / TUNING.excessMemory);

export interface RecoveryMinute {
  readonly minute: number;
  /** Of each client who is new to the incident: how many times likelier the words are of the outage than of usual reports. */
  readonly ratios: readonly number[];
  /** Reports that are expected of its scope in this minute without an outage. */
  readonly usual: number;
  /** Minutes since it opened, for the last and for the first time. */
  readonly open: number;
  readonly age: number;
  /** No texts come with the reports: nobody can say that it works again. */
  readonly wordless: boolean;
}

/**
 * Notices the end of an outage: a reverse CUSUM (Page 1954) of "it has ended" against "half of the excess goes on", in the
 * number of clients who are new to it, in those who say that it works again, and in those who come back with something else.
 */
export class Recovery {
  readonly returning = new ReturningClients();
  /** Clients who said that it works again. */
  readonly #relieved = new Set<string>();
  /** Of them those of this minute. */
  #relief = 0;
  /** New clients above the expected, and the minutes they came in, both fading. */
  #sum: number;
  #minutes: number;
  #peak = 0;
  #gone = 0;
  /** It spread in the minute that is judged; never over the end of one. */
  #grows = false;

  /** `excess`: new clients a minute above the expected, over the `window` that opened the incident. */
  constructor(excess: number, window: number) {
    // The window was chosen for its excess.
    this.#sum = Math.max(LEAST_SUM, TUNING.openingExcess * excess * window);
    this.#minutes = Math.max(1, window);
  }

  /** More of the same was found. */
  widen(excess: number): void {
    this.#sum += excess * this.#minutes;
    this.#grows = true;
  }

  /** A client says that it works again: evidence by the log-likelihood ratio of saying so after the end and before, once each. */
  relieve(clientId: string): void {
    if (this.#relieved.has(clientId)) return;
    this.#relieved.add(clientId);
    this.#relief += 1;
  }

  reopen(): void {
    this.#gone = 0;
  }

  /** Takes in a minute and says whether the outage is over. */
  step({ minute, ratios, usual, open, age, wordless }: RecoveryMinute): boolean {
    const base = Math.max(LEAST_BASE, usual);
    this.#peak = Math.max(this.#peak * TUNING.keepPeak, this.#sum / this.#minutes);
    const goesOn = Math.max(TUNING.goesOnShare * this.#peak, TUNING.leastExcess, TUNING.leastExcessShare * base);
    const { forEnd, againstEnd } = this.returning.step(minute);
    // Where nobody ever says that it works, silence must not keep an incident open.
    const silence = Math.min(againstEnd, TUNING.mostSilence * goesOn);
    let againstByNew = 0;
    for (const ratio of ratios) againstByNew += Math.log1p((goesOn / base) * ratio);
    const nats = goesOn - againstByNew + forEnd - silence + this.#relief * TUNING.reliefNats;
    this.#relief = 0;
    this.#gone = Math.max(0, this.#gone + nats);
    this.#sum = Math.max(0, this.#sum * KEEP + ratios.length - base);
    this.#minutes = this.#minutes * KEEP + 1;
    if (this.#grows) {
      // Whatever looked like its end before was none, and those it spread to are not among this minute's new ones.
      this.#grows = false;
      this.#gone = 0;
      return false;
    }
    // What has lasted long goes on for long: a pause of a day's outage is less likely to be its end.
    const least = wordless ? TUNING.closeNeedWordless : TUNING.closeNeed;
    const need = least + TUNING.closeNeedPerFold * Math.log1p(age / HOUR);
    return this.#gone > need && open > TUNING.shortestIncident;
  }

  snapshot(): RecoverySnapshot {
    return {
      state: [this.#sum, this.#minutes, this.#peak, this.#gone, this.#grows ? 1 : 0, this.#relief],
      relieved: [...this.#relieved],
      returning: this.returning.snapshot(),
    };
  }

  restore({ state, relieved, returning }: RecoverySnapshot): void {
    [this.#sum = LEAST_SUM, this.#minutes = 1, this.#peak = 0, this.#gone = 0] = state;
    this.#grows = state[4] === 1;
    this.#relief = state[5] ?? 0;
    for (const clientId of relieved) this.#relieved.add(clientId);
    this.returning.restore(returning);
  }
}

export interface RecoverySnapshot {
  readonly state: number[];
  readonly relieved: string[];
  readonly returning: ReturningClientsSnapshot;
}
