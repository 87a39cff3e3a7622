import { TUNING } from './tuning';

/** A power of two beyond the longest window, so that a minute finds its place by a mask. */
const SIZE = 256;
const KEEP = Math.exp(-1 / TUNING.levelMemory);

/**
 * How much more or less than its expectation a topic gets these hours: a Kalman filter of an Ornstein-Uhlenbeck level
 * around 1 under Poisson counts (West & Harrison, Bayesian Forecasting and Dynamic Models, ch. 2, with the Poisson
 * variance plugged in). Its past is kept, because a window is judged by what was known before it began: an outage inside
 * the window must not explain itself.
 */
export class LevelFilter {
  readonly #levels = new Float64Array(SIZE).fill(1);
  readonly #variances = new Float64Array(SIZE).fill(TUNING.levelVariance);

  /** `usual` is the variance to return to, as {@link LevelVariance} learned it. */
  step(minute: number, count: number, mean: number, usual: number): void {
    const before = (minute - 1) & (SIZE - 1);
    let level = 1 + ((this.#levels[before] ?? 1) - 1) * KEEP;
    let variance = (this.#variances[before] ?? usual) * KEEP * KEEP + usual * (1 - KEEP * KEEP);
    const spread = mean * level + mean * mean * variance;
    if (spread > 0) {
      const gain = (variance * mean) / spread;
      level = Math.max(0.3, level + gain * (count - mean * level));
      variance = Math.max(1e-4, variance * (1 - gain * mean));
    }
    this.#levels[minute & (SIZE - 1)] = level;
    this.#variances[minute & (SIZE - 1)] = variance;
  }

  /** As known before the window began, in the middle of the window. */
  levelBefore(minute: number, window: number): number {
    const at = (minute - window) & (SIZE - 1);
    return 1 + ((this.#levels[at] ?? 1) - 1) * Math.exp(-window / 2 / TUNING.levelMemory);
  }

  varianceBefore(minute: number, window: number, usual: number): number {
    const at = (minute - window) & (SIZE - 1);
    const keep = Math.exp(-window / TUNING.levelMemory);
    return (this.#variances[at] ?? usual) * keep + usual * (1 - keep);
  }

  snapshot(): number[][] {
    return [[...this.#levels], [...this.#variances]];
  }

  restore([levels, variances]: readonly (readonly number[])[]): void {
    this.#levels.set((levels ?? []).slice(0, SIZE));
    this.#variances.set((variances ?? []).slice(0, SIZE));
  }
}

const PRIOR_HOURS = 30;
const KEEP_HOURS = 0.9997;
const LEAST = 0.01;
const MOST = 0.3;

/**
 * The variance of the levels, learned from all failure topics by the method of moments: the squared relative error of an
 * hour's count, less what chance alone makes of it, weighted by how much an hour tells (the moment estimator of Anscombe 1950).
 * An outage nobody saw cannot blow it up: errors are cut at eight times the usual.
 */
export class LevelVariance {
  value = TUNING.levelVariance;
  #sum = TUNING.levelVariance * PRIOR_HOURS;
  #weight = PRIOR_HOURS;

  learn(count: number, mean: number): void {
    if (mean < 4) return;
    const error = (count - mean) / mean;
    const usual = this.value + 1 / mean;
    const weight = (this.value / usual) ** 2;
    const excess = Math.min(error * error, 8 * usual) - 1 / mean;
    const prior = (1 - KEEP_HOURS) * PRIOR_HOURS;
    this.#sum = this.#sum * KEEP_HOURS + weight * excess + prior * TUNING.levelVariance;
    this.#weight = this.#weight * KEEP_HOURS + weight + prior;
    this.value = Math.min(MOST, Math.max(LEAST, this.#sum / this.#weight));
  }

  snapshot(): number[] {
    return [this.value, this.#sum, this.#weight];
  }

  restore([value, sum, weight]: readonly number[]): void {
    this.value = value ?? this.value;
    this.#sum = sum ?? this.#sum;
    this.#weight = weight ?? this.#weight;
  }
}
