/** How the log of a rate moves; times in minutes. */
export interface LevelDynamics {
  /** The slow part has returned to 0 by two thirds after so long; `Infinity`: it wanders and never returns. */
  readonly slowMemory: number;
  /** Variance of the slow part when nothing is known; of one that wanders, what a minute adds. */
  readonly slowVariance: number;
  /** The fast part has returned to 0 by two thirds after so long. */
  readonly fastMemory: number;
}

/** What was known at one time. */
export interface LevelState {
  readonly slow: number;
  readonly fast: number;
  readonly slowVariance: number;
  readonly fastVariance: number;
  readonly covariance: number;
}

/** One observation moves the level at most e-fold: the linearisation holds no further. */
const LONGEST_STEP = 1;

/**
 * The log of a rate as the sum of a slow part and a fast Ornstein-Uhlenbeck part, filtered from Poisson counts: an
 * extended Kalman filter, the count linearised around what is expected of it (West & Harrison, Bayesian Forecasting and
 * Dynamic Models, ch. 13 on non-normal models; Durbin & Koopman, Time Series Analysis by State Space Methods, ch. 10).
 */
export class LogLevel {
  readonly #dynamics: LevelDynamics;
  #slow: number;
  #fast = 0;
  #slowVariance: number;
  #fastVariance: number;
  #covariance = 0;

  /** `slow`, `slowVariance`: what is believed before anything is seen. */
  constructor(dynamics: LevelDynamics, slow: number, slowVariance: number, fastVariance: number) {
    this.#dynamics = dynamics;
    this.#slow = slow;
    this.#slowVariance = slowVariance;
    this.#fastVariance = fastVariance;
  }

  /** The rate, as a factor of what it is a level of. */
  get factor(): number {
    return Math.exp(this.#slow + this.#fast);
  }

  /** The rate without what is passing. */
  get slowFactor(): number {
    return Math.exp(this.#slow);
  }

  /** Of the log; nearly the relative variance of the factor. */
  get variance(): number {
    return this.#slowVariance + this.#fastVariance + 2 * this.#covariance;
  }

  get state(): LevelState {
    return {
      slow: this.#slow,
      fast: this.#fast,
      slowVariance: this.#slowVariance,
      fastVariance: this.#fastVariance,
      covariance: this.#covariance,
    };
  }

  /** Takes back what was learned since. */
  rewind({ slow, fast, slowVariance, fastVariance, covariance }: LevelState): void {
    this.#slow = slow;
    this.#fast = fast;
    this.#slowVariance = slowVariance;
    this.#fastVariance = fastVariance;
    this.#covariance = covariance;
  }

  /** Lets time pass. `usual`: the variance that the fast part returns to. */
  pass(minutes: number, usual: number): void {
    const { slowMemory, slowVariance, fastMemory } = this.#dynamics;
    const fast = Math.exp(-minutes / fastMemory);
    if (slowMemory === Infinity) {
      this.#slowVariance += slowVariance * minutes;
      this.#covariance *= fast;
    } else {
      const slow = Math.exp(-minutes / slowMemory);
      this.#slow *= slow;
      this.#slowVariance = this.#slowVariance * slow * slow + slowVariance * (1 - slow * slow);
      this.#covariance *= slow * fast;
    }
    this.#fast *= fast;
    this.#fastVariance = this.#fastVariance * fast * fast + usual * (1 - fast * fast);
  }

  /** Takes in a count, of which `unit` times the factor is expected; `doubt`: the relative variance of `unit`. */
  see(count: number, unit: number, doubt = 0): void {
    const expected = unit * this.factor;
    if (!(expected > 0)) return;
    const slow = this.#slowVariance + this.#covariance;
    const fast = this.#fastVariance + this.#covariance;
    const spread = slow + fast + 1 / expected + doubt;
    const error = (count - expected) / expected;
    const step = ((slow + fast) / spread) * error;
    const taken = step > LONGEST_STEP ? (error * LONGEST_STEP) / step : error;
    this.#slow += (slow / spread) * taken;
    this.#fast += (fast / spread) * taken;
    this.#slowVariance -= (slow * slow) / spread;
    this.#fastVariance -= (fast * fast) / spread;
    this.#covariance -= (slow * fast) / spread;
  }

  snapshot(): number[] {
    return [this.#slow, this.#fast, this.#slowVariance, this.#fastVariance, this.#covariance];
  }

  restore([slow, fast, slowVariance, fastVariance, covariance]: readonly number[]): void {
    this.#slow = slow ?? this.#slow;
    this.#fast = fast ?? 0;
    this.#slowVariance = slowVariance ?? this.#slowVariance;
    this.#fastVariance = fastVariance ?? this.#fastVariance;
    this.#covariance = covariance ?? 0;
  }
}
