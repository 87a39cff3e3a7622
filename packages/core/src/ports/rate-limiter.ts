import type { PartStatus } from './part-status';

export interface RateLimitRequest {
  /** What is limited, for example `client:c-42`. */
  readonly key: string;
  /** So many requests … */
  readonly limit: number;
  /** … within so many milliseconds. */
  readonly windowMs: number;
}

export type RateLimitVerdict =
  | { readonly allowed: true }
  /** `retryAfterMs`: when the refused request may be repeated. */
  | { readonly allowed: false; readonly retryAfterMs: number };

/** Counts requests. Default: `memoryRateLimiter()`, which counts within this process. */
export interface RateLimiter {
  /**
   * Counts one request against every given limit, or, if any of them is exhausted, against none.
   * An implementation that cannot reach its store allows the request: limits protect, they must not stop the service.
   */
  consume(params: { readonly requests: readonly RateLimitRequest[]; readonly now: number }): Promise<RateLimitVerdict>;
  /** As `Cache.status`. */
  status?(): PartStatus;
}
