import type { RateLimiter, RateLimitRequest, RateLimitVerdict } from '../ports/rate-limiter';

/** Counters are looked through for ones that are over whenever this many new ones were made. */
const SWEEP_EVERY = 1_000;

/**
 * Counts within this process, as a sliding window: at no time are more than `limit` requests allowed within any
 * `windowMs`. Our own, since the well-known rate-limiter-flexible reads the real clock and sets timers, and here `now` is
 * the caller's.
 */
export function memoryRateLimiter(): RateLimiter {
  return new MemoryRateLimiter();
}

/** Times of the requests that were allowed, oldest first. */
interface Counter {
  times: number[];
  /** From then on the counter is empty and can go. */
  overAt: number;
}

class MemoryRateLimiter implements RateLimiter {
  readonly #counters = new Map<string, Counter>();
  #made = 0;

  async consume(params: Parameters<RateLimiter['consume']>[0]): Promise<RateLimitVerdict> {
    const { requests, now } = params;
    const waits = requests.map((request) => this.#wait(request, now));
    const retryAfterMs = Math.max(0, ...waits);
    if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
    for (const request of requests) this.#count(request, now);
    this.#sweep(now);
    return { allowed: true };
  }

  /** How long this request would have to wait; 0: not at all. */
  #wait({ key, limit, windowMs }: RateLimitRequest, now: number): number {
    const times = this.#counters.get(key)?.times ?? [];
    const recent = times.filter((time) => isWithin(time, windowMs, now));
    if (recent.length < limit) return 0;
    const leavesFirst = recent[recent.length - limit];
    return leavesFirst === undefined ? windowMs : leavesFirst + windowMs - now;
  }

  #count({ key, windowMs }: RateLimitRequest, now: number): void {
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      counter = { times: [], overAt: 0 };
      this.#counters.set(key, counter);
      this.#made += 1;
    }
    counter.times = counter.times.filter((time) => isWithin(time, windowMs, now));
    counter.times.push(now);
    counter.overAt = now + windowMs;
  }

  #sweep(now: number): void {
    if (this.#made < SWEEP_EVERY) return;
    this.#made = 0;
    for (const [key, counter] of this.#counters) if (counter.overAt <= now) this.#counters.delete(key);
  }
}

/**
 * Requests may come slightly out of order, so what lies a little ahead counts too; but a clock that was set far back must
 * not lock anybody out until it has caught up.
 */
function isWithin(time: number, windowMs: number, now: number): boolean {
  return Math.abs(now - time) < windowMs;
}
