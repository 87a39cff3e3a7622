import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@firstline/core';

export type Limited<T> = { readonly value: T } | { readonly error: unknown } | 'too late';

/** Waits for answers, for so long and no longer. */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Never rejects. What comes of `running` after the limit is lost. */
  wait<T>(running: Promise<T>): Promise<Limited<T>> {
    return new Promise((resolve) => {
      const stop = new AbortController();
      const settle = (outcome: Limited<T>): void => {
        this.#waiting.delete(giveUp);
        stop.abort();
        resolve(outcome);
      };
      const giveUp = (): void => settle('too late');
      this.#waiting.add(giveUp);
      running.then(
        (value) => settle({ value }),
        (error: unknown) => settle({ error }),
      );
      void this.#timeOver(stop.signal).then(() => {
        if (!stop.signal.aborted) giveUp();
      });
    });
  }

  /** All who wait now are too late. */
  giveUp(): void {
    for (const giveUp of [...this.#waiting]) giveUp();
  }

  /**
   * Where this process itself was busy for long, the timer is over before anybody has looked whether an answer came; the
   * look is one turn of the event loop away.
   */
  async #timeOver(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#ms, signal);
    if (!signal.aborted) await nextTurn();
  }
}
