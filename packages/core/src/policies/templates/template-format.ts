import { dateFormat, type DateStyle, numberFormat } from './template-intl';
import { parsePluralForms, type PluralForms, pluralText } from './template-plural';

/** What stands behind the colon of `{{name:format}}`. */
export type TemplateFormat =
  { readonly kind: DateStyle | 'number' } | { readonly kind: 'plural'; readonly forms: PluralForms };

/** In whose words and at whose clock dates and numbers are written. */
export interface TemplatePlace {
  readonly locale: string;
  /** IANA name, for example `Europe/Berlin`. */
  readonly timeZone: string;
}

const PLAIN = ['date', 'time', 'datetime', 'weekday', 'number'] as const;
/** The last instant that a date can hold, in epoch milliseconds. */
const MAX_INSTANT = 8.64e15;

/** `args` is what stands in parentheses, if any. Without `format` there are faults. */
export function parseFormat(
  word: string,
  args: string | undefined,
): { readonly format: TemplateFormat | null; readonly faults: string[] } {
  if (word === 'plural') {
    const { forms, faults } = parsePluralForms(args ?? '');
    return { format: { kind: 'plural', forms }, faults };
  }
  const kind = PLAIN.find((name) => name === word);
  if (kind === undefined) return { format: null, faults: [`is no format; known are ${PLAIN.join(', ')}, plural(…)`] };
  return { format: { kind }, faults: args === undefined ? [] : ['takes no parentheses'] };
}

/** `null`: the value is nothing that can be written this way. */
export function formatNumber(format: TemplateFormat, given: unknown, place: TemplatePlace): string | null {
  if (typeof given !== 'number' || !Number.isFinite(given)) return null;
  // Rounding a little less than nothing gives -0, and nobody has "-0 minutes" to wait.
  const value = given === 0 ? 0 : given;
  switch (format.kind) {
    case 'number':
      return numberFormat(place.locale).format(value);
    case 'plural':
      return pluralText(format.forms, value, place.locale);
    case 'date':
    case 'time':
    case 'datetime':
    case 'weekday':
      return Math.abs(value) > MAX_INSTANT ? null : dateFormat(format.kind, place.locale, place.timeZone).format(value);
  }
}
