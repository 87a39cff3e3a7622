/** Codes of `Intl.Locale` that stand for more than one Unicode script; every other code names its script directly. */
const COMPOUND_SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  Hans: ['Hani'],
  Hant: ['Hani'],
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
};

/**
 * The locale that a text is probably written in, told by the script of its letters alone: Russian from English, but not
 * from Ukrainian. At least half of the letters must be of the locale's script; brand names in Latin do not change that.
 * Of several locales with the same script the first is taken.
 *
 * @returns null when the text has no letters, or when none of the locales is written in their script.
 */
export function detectLocale(text: string, locales: readonly string[]): string | null {
  let detected: string | null = null;
  let most = 0;
  for (const locale of locales) {
    const count = countOf(text, lettersOf(locale));
    if (count > most) {
      detected = locale;
      most = count;
    }
  }
  return most * 2 >= countOf(text, /\p{L}/gu) ? detected : null;
}

/** Locales are few and come from the developer, so this does not grow. */
const LETTERS = new Map<string, RegExp | null>();

/** The letters of a locale's likely script; null for a malformed tag or a script that this runtime does not know. */
function lettersOf(locale: string): RegExp | null {
  const known = LETTERS.get(locale);
  if (known !== undefined) return known;
  const letters = compileLetters(locale);
  LETTERS.set(locale, letters);
  return letters;
}

function compileLetters(locale: string): RegExp | null {
  try {
    const { script } = new Intl.Locale(locale).maximize();
    if (script === undefined) return null;
    const names = COMPOUND_SCRIPTS[script] ?? [script];
    return new RegExp(`(?=\\p{L})[${names.map((name) => `\\p{Script=${name}}`).join('')}]`, 'gu');
  } catch {
    return null;
  }
}

function countOf(text: string, letters: RegExp | null): number {
  return letters === null ? 0 : (text.match(letters)?.length ?? 0);
}
