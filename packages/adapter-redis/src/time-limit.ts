import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@firstline/core';

export type Limited<T> = { readonly value: T } | { readonly error: unknown } | 'too late';

interface Waiter {
  /** Epoch milliseconds. */
  readonly since: number;
  giveUp(): void;
}

/** Waits for answers, for so long and no longer. One timer serves all who wait, since their limit is the same. */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #ms: number;
  /** In the order they came. */
  readonly #waiting = new Set<Waiter>();
  #isWatched = false;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Never rejects. What comes of `running` after the limit is lost. */
  wait<T>(running: Promise<T>): Promise<Limited<T>> {
    return new Promise((resolve) => {
      const settle = (outcome: Limited<T>): void => {
        this.#waiting.delete(waiter);
        resolve(outcome);
      };
      const waiter: Waiter = { since: this.#clock.now(), giveUp: () => settle('too late') };
      this.#waiting.add(waiter);
      running.then(
        (value) => settle({ value }),
        (error: unknown) => settle({ error }),
      );
      if (!this.#isWatched) void this.#watch();
    });
  }

  /** All who wait now are too late. */
  giveUp(): void {
    for (const waiter of [...this.#waiting]) waiter.giveUp();
  }

  async #watch(): Promise<void> {
    this.#isWatched = true;
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      // A clock that was set back makes nobody wait more than twice.
      const leftMs = Math.min(first.since + this.#ms - this.#clock.now(), this.#ms);
      await this.#clock.sleep(leftMs);
      // Where this process itself was busy for long, the time is over before anybody has looked whether an answer came;
      // the look is one turn of the event loop away.
      await nextTurn();
      if (this.#waiting.has(first)) first.giveUp();
    }
    this.#isWatched = false;
  }

  #first(): Waiter | undefined {
    const [first] = this.#waiting;
    return first;
  }
}
