import { numberFormat, pluralRules } from './template-intl';

/** By category of `Intl.PluralRules`, or `=0` for one exact number. */
export type PluralForms = ReadonlyMap<string, string>;

const FORM = /^(=(?:0|[1-9]\d{0,14})|[a-z]+)\s*=(.*)$/s;
const CATEGORIES: readonly string[] = ['zero', 'one', 'two', 'few', 'many', 'other'];
/**
 * Forms must be there for whole numbers up to this one. What comes later are the round millions of French and Spanish,
 * which most texts never reach, and what never comes are the forms of decimals only; `other` stands in for both.
 */
const COUNTED_UP_TO = 200;

/** Reads `one=# minute;other=# minutes`; blanks around a form do not count. */
export function parsePluralForms(source: string): { readonly forms: PluralForms; readonly faults: string[] } {
  const forms = new Map<string, string>();
  const faults: string[] = [];
  for (const [index, piece] of source.split(';').entries()) {
    const [, category = '', text = ''] = FORM.exec(piece.trim()) ?? [];
    if (category === '') faults.push(`form ${index + 1} cannot be read; write one=…;other=… or =0=…`);
    else if (forms.has(category)) faults.push(`has ${category}=… twice`);
    else if (!category.startsWith('=') && !CATEGORIES.includes(category)) {
      faults.push(`has ${category}=…, which is none of ${CATEGORIES.join(', ')}`);
    }
    forms.set(category, text.trim());
  }
  if (!forms.has('other')) faults.push('lacks other=…; add it');
  return { forms, faults };
}

/**
 * Forms that are missing or useless in `locales`. A text for several of them needs the forms of all; none given: the text
 * may serve any locale, and nothing is known about it.
 */
export function pluralFaults(forms: PluralForms, locales: readonly string[]): string[] {
  if (locales.length === 0) return [];
  const faults: string[] = [];
  for (const locale of locales) {
    const missing = countedCategories(locale).filter((category) => category !== 'other' && !forms.has(category));
    if (missing.length === 0) continue;
    const instead = locales.length > 1 ? ', or write one text per locale' : '';
    const list = missing.map((category) => `${category}=…`).join(', ');
    faults.push(`lacks ${list}, which "${locale}" needs; add what is missing${instead}`);
  }
  const known = new Set(locales.flatMap((locale) => pluralRules(locale).resolvedOptions().pluralCategories));
  for (const category of forms.keys()) {
    if (!CATEGORIES.includes(category) || known.has(category as Intl.LDMLPluralRule)) continue;
    faults.push(`has ${category}=…, which "${locales.join('", "')}" never uses; take it out`);
  }
  return faults;
}

/** The form for `value`, with its `#` written as the number. */
export function pluralText(forms: PluralForms, value: number, locale: string): string {
  const form = forms.get(`=${value}`) ?? forms.get(pluralRules(locale).select(value)) ?? forms.get('other') ?? '';
  return form.replaceAll('#', () => numberFormat(locale).format(value));
}

function countedCategories(locale: string): readonly string[] {
  const rules = pluralRules(locale);
  const counted = new Set<string>(Array.from({ length: COUNTED_UP_TO + 1 }, (_, count) => rules.select(count)));
  return CATEGORIES.filter((category) => counted.has(category));
}
