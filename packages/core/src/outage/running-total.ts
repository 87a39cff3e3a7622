/** A power of two beyond the longest look back, so that a minute finds its place by a mask. */
const SIZE = 256;

/** A total that only grows, remembered for its latest minutes: sums over them, each in O(1). */
export class RunningTotal {
  readonly #totals = new Float64Array(SIZE);
  #minute = 0;

  /** The total at the end of the latest minute. */
  get total(): number {
    return this.#totals[this.#minute & (SIZE - 1)] ?? 0;
  }

  /** Adds `value` in `minute`; the minutes in between, if any were left out, had nothing. Minutes come in order. */
  add(minute: number, value: number): void {
    const total = this.total;
    for (let gap = Math.max(this.#minute + 1, minute - SIZE + 1); gap < minute; gap += 1) {
      this.#totals[gap & (SIZE - 1)] = total;
    }
    this.#totals[minute & (SIZE - 1)] = total + value;
    this.#minute = minute;
  }

  /** Over the latest `minutes`, the current one included; at most as many as are remembered. */
  sum(minutes: number): number {
    return this.total - (this.#totals[(this.#minute - Math.min(minutes, SIZE - 1)) & (SIZE - 1)] ?? 0);
  }

  snapshot(): number[] {
    return [this.#minute, ...this.#totals];
  }

  restore(values: readonly number[]): void {
    this.#minute = values[0] ?? 0;
    this.#totals.set(values.slice(1, SIZE + 1));
  }
}
