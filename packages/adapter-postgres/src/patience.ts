import type { Clock } from '@firstline/core';
import { TooLate } from './within';

interface Waiting {
  readonly until: number;
  readonly giveUp: () => void;
}

/**
 * Gives up what is not answered in time. All that is waited for shares one timer, which is set anew when it has run out: nearly
 * everything is answered at once, and a timer for each would cost more than the rest of its journey here.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #ms: number;
  /** In the order in which they run out, as all have the same time. */
  readonly #open = new Set<Waiting>();
  #isWatching = false;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Rejects with {@link TooLate}; what comes of `running` then is lost. */
  within<T>(running: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { until: this.#clock.now() + this.#ms, giveUp: () => reject(new TooLate()) };
      this.#open.add(waiting);
      void running.then(resolve, reject).finally(() => this.#open.delete(waiting));
      if (!this.#isWatching) void this.#watch();
    });
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    for (let [first] = this.#open; first !== undefined; [first] = this.#open) {
      await this.#clock.sleep(Math.max(0, first.until - this.#clock.now()));
      const now = this.#clock.now();
      for (const waiting of this.#open) {
        if (waiting.until > now) break;
        this.#open.delete(waiting);
        waiting.giveUp();
      }
    }
    this.#isWatching = false;
  }
}
