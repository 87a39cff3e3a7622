import type { DispatchedWork, Logger, WorkKind } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';

export const HOUR = 3_600_000;

/** Work whose looks are counted, and can be waited for. */
export class Looks {
  readonly seen: WorkKind[] = [];
  readonly clock = new ManualClock();
  /** What a look resolves to. */
  answer: (kind: WorkKind) => Promise<number | null> = () => Promise.resolve(null);
  #waiting: (() => void)[] = [];

  work(logger: Logger, sweepMs = HOUR): DispatchedWork {
    const look = (kind: WorkKind): Promise<number | null> => {
      this.seen.push(kind);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
      return this.answer(kind);
    };
    return { tenant: 'default', kinds: ['process', 'deliver'], look, sweepMs, clock: this.clock, logger };
  }

  times(kind: WorkKind): number {
    return this.seen.filter((seen) => seen === kind).length;
  }

  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
