import { type Duration, parseDuration } from '../model/duration';
import type { Clock } from '../ports/clock';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #now: number;

  /** Epoch milliseconds or an ISO date, for example `'2026-03-01T09:00:00Z'`. */
  constructor(startAt: number | string = '2026-01-05T09:00:00Z') {
    this.#now = instant(startAt);
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!(ms > 0) || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { wakeAt: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** How many are asleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /**
   * Moves time forward. Everybody who sleeps until a time on the way wakes at exactly that time, in order, and may run on
   * as far as promises carry before time moves again. What waits for the network or a disk is not waited for.
   */
  async advance(duration: Duration): Promise<void> {
    const ms = parseDuration(duration);
    if (ms === null) throw new RangeError(`ManualClock.advance: not a duration: ${String(duration)}`);
    const target = this.#now + ms;
    const turns = new Turns();
    try {
      await turns.next();
      for (let first = this.#first(target); first !== undefined; first = this.#first(target)) {
        this.#now = Math.max(this.#now, first.wakeAt);
        first.wake();
        await turns.next();
      }
      this.#now = target;
      await turns.next();
    } finally {
      turns.end();
    }
  }

  /** Jumps to a time, also back; wakes those whose time has come, without stopping on the way. */
  set(at: number | string): void {
    this.#now = instant(at);
    for (let first = this.#first(this.#now); first !== undefined; first = this.#first(this.#now)) first.wake();
  }

  #first(until: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAt <= until && (first === undefined || sleeper.wakeAt < first.wakeAt)) first = sleeper;
    }
    return first;
  }
}

/**
 * Turns of the event loop, each of which begins when every promise that could go on has gone on. A message to oneself is
 * the one way to get one without a timer; counting microtasks instead would break with the first longer chain.
 */
class Turns {
  readonly #channel = new MessageChannel();
  #resolve: () => void = () => undefined;

  constructor() {
    this.#channel.port1.onmessage = () => this.#resolve();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#channel.port2.postMessage(null);
    });
  }

  end(): void {
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}

function instant(at: number | string): number {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  if (!Number.isFinite(ms)) throw new RangeError(`ManualClock: not a time: ${at}`);
  return ms;
}
