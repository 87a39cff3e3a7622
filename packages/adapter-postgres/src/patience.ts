import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@firstline/core';
import { TooLate } from './within';

interface Waiting {
  /** Epoch milliseconds. */
  readonly since: number;
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
      const waiting = { since: this.#clock.now(), giveUp: () => reject(new TooLate()) };
      this.#open.add(waiting);
      void running.then(resolve, reject).finally(() => this.#open.delete(waiting));
      if (!this.#isWatching) void this.#watch();
    });
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    for (let [first] = this.#open; first !== undefined; [first] = this.#open) {
      // A clock that was set back makes nobody wait more than twice.
      await this.#clock.sleep(Math.min(first.since + this.#ms - this.#clock.now(), this.#ms));
      // Where this process itself stood still, answers have come that nobody has read: that takes one turn of the event loop.
      await nextTurn();
      if (this.#open.delete(first)) first.giveUp();
    }
    this.#isWatching = false;
  }
}
