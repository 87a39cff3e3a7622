import type { Clock, DispatchedWork } from '@firstline/core';

/** All looks of one kind in this process, one after the other: when a job came, when something is due, and to sweep. */
export class LookLoop {
  readonly #clock: Clock;
  readonly #look: () => Promise<number>;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  /** The earliest that was told since the last look began. */
  #told = Number.POSITIVE_INFINITY;
  #sleep: { readonly until: number; readonly waking: AbortController } | null = null;
  /** Whoever waits for the next look. */
  #waiting: ((hasLooked: boolean) => void) | null = null;

  /** `look` resolves to when to look next without being told to; it does not reject. */
  constructor({ clock }: Pick<DispatchedWork, 'clock'>, look: () => Promise<number>) {
    this.#clock = clock;
    this.#look = look;
    this.#done = this.#run();
  }

  /** Something is due at `at`. All that comes during a look is one more look after it. */
  notify(at: number): void {
    this.#told = Math.min(this.#told, at);
    if (this.#sleep !== null && at < this.#sleep.until) this.#sleep.waking.abort();
  }

  /**
   * Looks at once, or after the look under way. Resolves to true when that look has ended, or at once where another caller waits
   * for it already; to false when there will be none, because of `stop()`.
   */
  look(): Promise<boolean> {
    if (this.#stopping.signal.aborted) return Promise.resolve(false);
    if (this.#waiting !== null) return Promise.resolve(true);
    this.notify(Number.NEGATIVE_INFINITY);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  /** Resolves when the look under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#sleep?.waking.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#told = Number.POSITIVE_INFINITY;
      const waiting = this.#waiting;
      this.#waiting = null;
      const until = await this.#look();
      waiting?.(true);
      const pause = Math.min(until, this.#told) - this.#clock.now();
      if (signal.aborted || pause <= 0) continue;
      const waking = new AbortController();
      this.#sleep = { until: this.#clock.now() + pause, waking };
      await this.#clock.sleep(pause, waking.signal);
      this.#sleep = null;
    }
    this.#waiting?.(false);
  }
}
