import type { Clock, DispatchedWork } from '@firstline/core';

/** Looks, and sleeps until it is time to look again or somebody says that something is due earlier. */
export class SweepLoop {
  readonly #clock: Clock;
  readonly #sweep: () => Promise<number>;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  /** The earliest that was told since the last look began. */
  #told = Number.POSITIVE_INFINITY;
  #sleep: { readonly until: number; readonly waking: AbortController } | null = null;

  /** `sweep` resolves to when to look next; it does not reject. */
  constructor({ clock }: DispatchedWork, sweep: () => Promise<number>) {
    this.#clock = clock;
    this.#sweep = sweep;
    this.#done = this.#run();
  }

  /** Something is due at `at`. One that comes during a look is not lost. */
  notify(at: number): void {
    this.#told = Math.min(this.#told, at);
    if (this.#sleep !== null && at < this.#sleep.until) this.#sleep.waking.abort();
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
      const until = await this.#sweep();
      const pause = Math.min(until, this.#told) - this.#clock.now();
      if (signal.aborted || pause <= 0) continue;
      const waking = new AbortController();
      this.#sleep = { until: this.#clock.now() + pause, waking };
      await this.#clock.sleep(pause, waking.signal);
      this.#sleep = null;
    }
  }
}
