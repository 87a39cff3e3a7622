import type { RateLimitRequest } from '@firstline/core';

/** Counters are looked through for ones that are over whenever there are so many. */
const SWEEP_FROM = 1_000;

interface Counter {
  /** Of the failures within the window, oldest first. */
  times: number[];
  overAt: number;
}

/**
 * Counts what failed, which the library's rate limiter cannot: it counts a request before anybody knows how it ends.
 * Within this process, as everything that a restart may forget.
 */
export class FailedAttempts {
  readonly #counters = new Map<string, Counter>();
  #sweepFrom = SWEEP_FROM;

  /** How long to wait before the next attempt; 0: not at all. */
  wait(limits: readonly RateLimitRequest[], now: number): number {
    const waits = limits.map(({ key, limit, windowMs }) => {
      const recent = this.#recent(key, windowMs, now);
      const leavesFirst = recent[recent.length - limit];
      return leavesFirst === undefined ? 0 : leavesFirst + windowMs - now;
    });
    return Math.max(0, ...waits);
  }

  count(limits: readonly RateLimitRequest[], now: number): void {
    for (const { key, windowMs } of limits) {
      this.#counters.set(key, { times: [...this.#recent(key, windowMs, now), now], overAt: now + windowMs });
    }
    this.#sweep(now);
  }

  /** A clock that was set back must not lock anybody out until it has caught up. */
  #recent(key: string, windowMs: number, now: number): number[] {
    return (this.#counters.get(key)?.times ?? []).filter((time) => Math.abs(now - time) < windowMs);
  }

  #sweep(now: number): void {
    if (this.#counters.size < this.#sweepFrom) return;
    for (const [key, { overAt }] of this.#counters) if (overAt <= now) this.#counters.delete(key);
    this.#sweepFrom = Math.max(SWEEP_FROM, this.#counters.size * 2);
  }
}
