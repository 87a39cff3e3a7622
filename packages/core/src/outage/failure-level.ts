import { LogLevel, type LevelState } from './log-level';
import { TUNING } from './tuning';

const DYNAMICS = { slowMemory: Infinity, slowVariance: TUNING.driftVariance, fastMemory: TUNING.levelMemory };
/** A state is kept every so many minutes; so many reach beyond the longest look back. */
const STATE_MINUTES = 4;
const MOST_STATES = 64;
/** Reports that may always be believed at once. */
const LEAST_SAVED = 3;

interface KnownState {
  readonly minute: number;
  readonly state: LevelState;
}

/** What is expected of a topic in a window, as a factor of the usual volume. */
export interface LevelForecast {
  readonly factor: number;
  /** Relative. */
  readonly variance: number;
}

export interface LevelNews {
  /** Counted since the last time, until the end of this minute. */
  readonly minute: number;
  readonly count: number;
  /** The usual volume until then, since the beginning, and how little is known of it (relative variance). */
  readonly total: number;
  readonly doubt: number;
  /** Of the topic's service. */
  readonly surge: number;
  /** The usual variance of levels, see LevelVariance. */
  readonly usual: number;
  /** So many times the expected are believed at most, saved up for so many minutes. */
  readonly most: number;
  readonly savedMinutes: number;
}

/**
 * Reports of one failure per usual report, learned for ever and never frozen: a frozen baseline alarms for ever after a
 * lasting change. An outage hardly moves it, because learning draws from a token bucket that fills with little more than
 * the expected. Its past is kept, because a window is judged by what was known before it began: an outage inside the
 * window must not explain itself.
 */
export class FailureLevel {
  readonly #level: LogLevel;
  #states: KnownState[] = [];
  /** Learned until the end of this minute, when the usual volume had come to this total. */
  #minute: number | null = null;
  #total = 0;
  #tokens = 0;
  /** Believed and expected this hour. */
  #hourCount = 0;
  #hourExpected = 0;

  /** `share`: what is believed before anything is seen. */
  constructor(share: number) {
    this.#level = new LogLevel(DYNAMICS, Math.log(share), TUNING.firstVariance, TUNING.levelVariance);
  }

  /** What is expected now, as a factor of the usual volume. */
  get factor(): number {
    return this.#level.factor;
  }

  learn({ minute, count, total, doubt, surge, usual, most, savedMinutes }: LevelNews): void {
    if (this.#minute === null) {
      this.#minute = minute;
      this.#total = total;
      return;
    }
    const minutes = minute - this.#minute;
    if (minutes <= 0) return;
    const unit = Math.max(0, total - this.#total) * surge;
    this.#level.pass(minutes, usual);
    const expected = unit * this.#level.factor;
    const fill = most * expected;
    const saved = Math.min(this.#tokens + fill, Math.max(LEAST_SAVED, (savedMinutes * fill) / minutes));
    const believed = Math.min(count, saved);
    this.#tokens = saved - believed;
    this.#hourCount += believed;
    this.#hourExpected += unit * this.#level.slowFactor;
    this.#level.see(believed, unit, doubt);
    this.#minute = minute;
    this.#total = total;
    if (minute - (this.#states.at(-1)?.minute ?? -Infinity) < STATE_MINUTES) return;
    this.#states.push({ minute, state: this.#level.state });
    if (this.#states.length > MOST_STATES) this.#states.shift();
  }

  /** Takes back what was learned since `begin`, when it turns out to have been an outage. */
  rewind(begin: number, usual: number): void {
    if (this.#minute === null) return;
    while (this.#states.length > 1 && (this.#states.at(-1)?.minute ?? begin) > begin) this.#states.pop();
    const known = this.#states.at(-1);
    if (known === undefined) return;
    this.#level.rewind(known.state);
    this.#level.pass(Math.max(0, this.#minute - known.minute), usual);
    this.#tokens = 0;
  }

  /** For the `window` minutes until the end of `minute`, as known before they began, for the middle of them. */
  before(minute: number, window: number, usual: number): LevelForecast {
    const begin = minute - window;
    let known = this.#states[0];
    for (let place = this.#states.length - 1; place >= 0; place -= 1) {
      const each = this.#states[place];
      if (each === undefined || each.minute > begin) continue;
      known = each;
      break;
    }
    if (known === undefined) return { factor: this.#level.factor, variance: TUNING.firstVariance };
    const { slow, fast, slowVariance, fastVariance, covariance } = known.state;
    const minutes = Math.max(0, begin - known.minute) + window / 2;
    const keep = Math.exp(-minutes / TUNING.levelMemory);
    return {
      factor: Math.exp(slow + fast * keep),
      variance:
        slowVariance +
        TUNING.driftVariance * minutes +
        2 * covariance * keep +
        fastVariance * keep * keep +
        usual * (1 - keep * keep),
    };
  }

  /** Once an hour: what was believed, and what the slow part expected of it. */
  hour(): { readonly count: number; readonly expected: number } {
    const hour = { count: this.#hourCount, expected: this.#hourExpected };
    this.#hourCount = this.#hourExpected = 0;
    return hour;
  }

  snapshot(): FailureLevelSnapshot {
    return {
      level: this.#level.snapshot(),
      minute: this.#minute,
      sums: [this.#total, this.#tokens, this.#hourCount, this.#hourExpected],
      states: this.#states.map(({ minute, state }) => [
        ...[minute, state.slow, state.fast, state.slowVariance, state.fastVariance, state.covariance],
      ]),
    };
  }

  restore({ level, minute, sums, states }: FailureLevelSnapshot): void {
    this.#level.restore(level);
    this.#minute = minute;
    [this.#total = 0, this.#tokens = 0, this.#hourCount = 0, this.#hourExpected = 0] = sums;
    this.#states = states.map(([at = 0, slow = 0, fast = 0, slowVariance = 0, fastVariance = 0, covariance = 0]) => ({
      minute: at,
      state: { slow, fast, slowVariance, fastVariance, covariance },
    }));
  }
}

export interface FailureLevelSnapshot {
  readonly level: number[];
  readonly minute: number | null;
  readonly sums: number[];
  readonly states: number[][];
}
