/** The same keys in both layouts, JCUKEN and QWERTY; ё is not among them, since е stands for it everywhere. */
const RUSSIAN = 'йцукенгшщзхъфывапролджэячсмитьбю';
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";

const TO_RUSSIAN = new Map([...LATIN].map((key, index) => [key, RUSSIAN[index] ?? key]));
const TO_LATIN = new Map([...RUSSIAN].map((key, index) => [key, LATIN[index] ?? key]));
// The same keys with shift, which toLowerCase does not lower.
for (const [shifted, letter] of Object.entries({
  '{': 'х',
  '}': 'ъ',
  ':': 'ж',
  '"': 'э',
  '<': 'б',
  '>': 'ю',
  '`': 'е',
})) {
  TO_RUSSIAN.set(shifted, letter);
}

/** What the keys would have given in the Russian layout: "ghbdtn" is "привет". */
export function asTypedInRussian(text: string): string {
  return exchanged(text, TO_RUSSIAN);
}

/** What the keys would have given in the Latin layout: "руддщ" is "hello". */
export function asTypedInLatin(text: string): string {
  return exchanged(text, TO_LATIN);
}

function exchanged(text: string, keys: ReadonlyMap<string, string>): string {
  return [...text.toLowerCase()].map((letter) => keys.get(letter) ?? letter).join('');
}
