const DAYS = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTHS = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = String.raw`\d{2}:\d{2}:\d{2}`;

/** The three forms of RFC 9110. `Date.parse` alone takes far more, and reads the last one as local time. */
const HTTP_DATES = [
  new RegExp(String.raw`^${DAYS}, \d{2} ${MONTHS} \d{4} ${TIME} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-${MONTHS}-\d{2} ${TIME} GMT$`),
  new RegExp(String.raw`^${DAYS} ${MONTHS} [ \d]\d ${TIME} \d{4}$`),
];

/** Epoch milliseconds of a date as HTTP writes it; NaN where it is none. */
export function parseHttpDate(value: string): number {
  if (!HTTP_DATES.some((form) => form.test(value))) return Number.NaN;
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
}
