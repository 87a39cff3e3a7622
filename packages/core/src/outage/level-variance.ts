import { TUNING } from './tuning';

const PRIOR_HOURS = 30;
const KEEP_HOURS = 0.9997;
const LEAST = 0.01;
const MOST = 0.3;
/** An hour with fewer expected says nothing about its level. */
const LEAST_EXPECTED = 4;

/**
 * The variance of the failures' levels within a day, learned from all of them by the method of moments: the squared
 * relative error of an hour's count, less what chance alone makes of it, weighted by how much an hour tells (the moment
 * estimator of Anscombe 1950). An outage nobody saw cannot blow it up: errors are cut at eight times the usual.
 */
export class LevelVariance {
  value = TUNING.levelVariance;
  #sum = TUNING.levelVariance * PRIOR_HOURS;
  #weight = PRIOR_HOURS;

  learn(count: number, expected: number): void {
    if (expected < LEAST_EXPECTED) return;
    const error = (count - expected) / expected;
    const usual = this.value + 1 / expected;
    const weight = (this.value / usual) ** 2;
    const excess = Math.min(error * error, 8 * usual) - 1 / expected;
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
