/** How a date variable is written out; the words are the locale's own. */
export type DateStyle = 'date' | 'time' | 'datetime' | 'weekday';

const DATE_STYLES: Readonly<Record<DateStyle, Intl.DateTimeFormatOptions>> = {
  // The month as a word: 3/4 is April here and March there.
  date: { dateStyle: 'long' },
  time: { timeStyle: 'short' },
  datetime: { dateStyle: 'long', timeStyle: 'short' },
  weekday: { weekday: 'long' },
};
/** Stands in for what Intl does not know, instead of the locale of the machine. */
const LAST_RESORT = 'en';
const CACHED = 100;

/**
 * Intl's objects take a hundred times longer to make than to use. Bounded, since a locale may be whatever a client's
 * device says; the one unused for longest goes first.
 */
class Cache<T> {
  readonly #made = new Map<string, T>();

  get(key: string, make: () => T): T {
    const value = this.#made.get(key) ?? make();
    this.#made.delete(key);
    this.#made.set(key, value);
    if (this.#made.size > CACHED) {
      const [oldest] = this.#made.keys();
      if (oldest !== undefined) this.#made.delete(oldest);
    }
    return value;
  }
}

const numbers = new Cache<Intl.NumberFormat>();
const plurals = new Cache<Intl.PluralRules>();
const dates = new Cache<Intl.DateTimeFormat>();

export function numberFormat(locale: string): Intl.NumberFormat {
  return numbers.get(locale, () => new Intl.NumberFormat(withLastResort(locale)));
}

export function pluralRules(locale: string): Intl.PluralRules {
  return plurals.get(locale, () => new Intl.PluralRules(withLastResort(locale)));
}

/** Throws a RangeError for a `timeZone` that {@link isTimeZone} refuses. */
export function dateFormat(style: DateStyle, locale: string, timeZone: string): Intl.DateTimeFormat {
  const make = (): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(withLastResort(locale), { ...DATE_STYLES[style], timeZone });
  return dates.get(`${style} ${locale} ${timeZone}`, make);
}

export function isTimeZone(timeZone: string): boolean {
  try {
    dateFormat('time', LAST_RESORT, timeZone);
    return true;
  } catch {
    return false;
  }
}

export function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}

function withLastResort(locale: string): string[] {
  return isLocale(locale) ? [locale, LAST_RESORT] : [LAST_RESORT];
}
