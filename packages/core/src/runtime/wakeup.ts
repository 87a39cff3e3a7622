import type { Clock } from '../ports/clock';

/**
 * Wakes a sleeper early when something is due before it meant to wake. What is told of between "I looked" and "I sleep" is
 * not lost: the sleeper passes the count it saw before looking, and sleeps no longer than until the earliest of that.
 */
export class Wakeup {
  #count = 0;
  /** The earliest that was told of since the last sleep. */
  #told = Number.POSITIVE_INFINITY;
  #sleeper: { readonly until: number; readonly wake: () => void } | null = null;

  get count(): number {
    return this.#count;
  }

  /** Something is due at `at`. */
  notify(at: number): void {
    this.#count += 1;
    this.#told = Math.min(this.#told, at);
    if (this.#sleeper !== null && at < this.#sleeper.until) this.#sleeper.wake();
  }

  /** Sleeps until `until`, what was told of since `seen`, or a notice of something earlier; an abort ends it at once. */
  async sleep(clock: Clock, until: number, seen: number, signal: AbortSignal): Promise<void> {
    const earliest = seen === this.#count ? until : Math.min(until, this.#told);
    try {
      if (!signal.aborted) await this.#sleepUntil(earliest, clock, signal);
    } finally {
      this.#told = Number.POSITIVE_INFINITY;
    }
  }

  async #sleepUntil(until: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const pause = until - clock.now();
    if (pause <= 0) return;
    const waking = new AbortController();
    const wake = (): void => waking.abort('woken');
    this.#sleeper = { until, wake };
    signal.addEventListener('abort', wake, { once: true });
    try {
      await clock.sleep(pause, waking.signal);
    } finally {
      this.#sleeper = null;
      signal.removeEventListener('abort', wake);
    }
  }
}
