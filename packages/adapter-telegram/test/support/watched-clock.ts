import { ManualClock } from '@firstline/core/testing';

/** A clock that stands still, and tells who sleeps: time is moved when the one it is moved for is asleep. */
export class WatchedClock extends ManualClock {
  readonly #asleep: number[] = [];
  readonly #waiting = new Set<() => void>();

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#asleep.push(ms);
    for (const wake of [...this.#waiting]) wake();
    await super.sleep(ms, signal);
    this.#asleep.splice(this.#asleep.indexOf(ms), 1);
  }

  /** Waits until somebody sleeps for exactly so long, and lets that time pass. */
  async pass(ms: number): Promise<void> {
    while (!this.#asleep.includes(ms)) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
    await this.advance(ms);
  }
}
