const DAYS = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTHS = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = String.raw`\d{2}:\d{2}:\d{2}`;

/** The three forms of RFC 9110. `Date.parse` alone takes far more, and reads the last one as local time. */
const HTTP_DATES = [
  new RegExp(String.raw`^${DAYS}, \d{2} ${MONTHS} \d{4} ${TIME} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-${MONTHS}-\d{2} ${TIME} GMT$`),
  new RegExp(String.raw`^${DAYS} ${MONTHS} [ \d]\d ${TIME} \d{4}$`),
];

/**
 * The pause a `Retry-After` header asks for, in milliseconds; `undefined` where there is none, it is malformed, repeated,
 * or already over. `now` in epoch milliseconds.
 */
export function parseRetryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const value = header.trim();
  const pause = /^\d+$/.test(value) ? Number(value) * 1_000 : httpDate(value) - now;
  // NaN, zero and the past fail the comparison.
  return pause > 0 ? Math.min(pause, Number.MAX_SAFE_INTEGER) : undefined;
}

function httpDate(value: string): number {
  if (!HTTP_DATES.some((form) => form.test(value))) return Number.NaN;
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
}
