/** Longer waits are no use to anybody, and may be a mistake of units. */
const LONGEST_MS = 86_400_000;

/**
 * How long the server asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date.
 * `undefined` where it does not say, or nothing that can be read. `now` in epoch milliseconds.
 */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const exact = numberIn(headers?.get('retry-after-ms'));
  const text = headers?.get('retry-after');
  const seconds = numberIn(text);
  const date =
    seconds === undefined && typeof text === 'string' && /[a-z]/i.test(text) ? Date.parse(text) - now : Number.NaN;
  const wait = Math.ceil(exact ?? (seconds === undefined ? date : seconds * 1_000));
  return wait > 0 ? Math.min(wait, LONGEST_MS) : undefined;
}

function numberIn(text: string | null | undefined): number | undefined {
  return typeof text === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
