import type { Clock } from '../ports/clock';

/**
 * Wakes a sleeper early when something is due before it meant to wake. A wake-up between "I looked" and "I sleep" is not
 * lost: the sleeper passes the count it saw before looking.
 */
export class Wakeup {
  #count = 0;
  #sleeper: { readonly until: number; readonly wake: () => void } | null = null;

  get count(): number {
    return this.#count;
  }

  /** Something is due at `at`. */
  notify(at: number): void {
    this.#count += 1;
    if (this.#sleeper !== null && at < this.#sleeper.until) this.#sleeper.wake();
  }

  /** Sleeps until `until`, a notice of something earlier, or an abort; not at all if a notice came since `seen`. */
  async sleep(clock: Clock, until: number, seen: number, signal: AbortSignal): Promise<void> {
    const pause = until - clock.now();
    if (seen !== this.#count || signal.aborted || pause <= 0) return;
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
