import { parseHttpDate } from './http-date';

/**
 * The pause a `Retry-After` header asks for, in milliseconds; `undefined` where there is none, it is malformed, repeated,
 * or already over. `now` in epoch milliseconds.
 */
export function parseRetryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const value = header.trim();
  const pause = /^\d+$/.test(value) ? Number(value) * 1_000 : parseHttpDate(value) - now;
  // NaN, zero and the past fail the comparison.
  return pause > 0 ? Math.min(pause, Number.MAX_SAFE_INTEGER) : undefined;
}
