import { EventEmitter, once } from 'node:events';
import { ManualClock } from '@firstline/core/testing';

/** A clock that stands still, and says who waits for it. */
export class WatchedClock extends ManualClock {
  readonly #sleeps: number[] = [];
  readonly #events = new EventEmitter();

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const sleeping = super.sleep(ms, signal);
    this.#sleeps.push(ms);
    this.#events.emit('sleep');
    return sleeping;
  }

  /** Resolves when somebody has gone to sleep for `ms`. */
  async waitsFor(ms: number): Promise<void> {
    while (!this.#sleeps.includes(ms)) await once(this.#events, 'sleep');
  }
}
