/** Sums over the latest minutes, each in O(1): a ring of running totals. */
export class MinuteRing {
  readonly #totals: Float64Array;
  #next = 0;

  constructor(minutes: number) {
    this.#totals = new Float64Array(minutes + 1);
  }

  push(value: number): void {
    const size = this.#totals.length;
    const before = this.#totals[(this.#next + size - 1) % size] ?? 0;
    this.#totals[this.#next] = before + value;
    this.#next = (this.#next + 1) % size;
  }

  /** Over the latest `minutes`, the current one included; at most as many as the ring holds. */
  sum(minutes: number): number {
    const size = this.#totals.length;
    const last = this.#totals[(this.#next + size - 1) % size] ?? 0;
    return last - (this.#totals[(this.#next + 2 * size - 1 - Math.min(minutes, size - 1)) % size] ?? 0);
  }

  snapshot(): number[] {
    return [this.#next, ...this.#totals];
  }

  restore(values: readonly number[]): void {
    this.#next = values[0] ?? 0;
    this.#totals.set(values.slice(1, this.#totals.length + 1));
  }
}
