/** Longer texts are cut: an intent is stated early, and the work per message stays bounded. */
export const MAX_CHARACTERS = 4_000;
/** A pasted token or base64 block is no word; its beginning is enough. */
const MAX_WORD_LENGTH = 40;

const URL_PATTERN = /(?:https?:\/\/|www\.)\S+/g;
// Looked for only where a token begins, so that a long token without an @ is read once and not from each character.
const EMAIL_PATTERN = /(?<![^\s@<>()])[^\s@<>()]+@[^\s@<>()]+\.[\p{L}\d-]+/gu;
// Seven to fifteen digits with the usual separators (E.164 allows fifteen), not in the middle of a longer number.
const PHONE_PATTERN = /(?<![\d\p{L}])\+?\d(?:[ ().-]{0,2}\d){6,14}(?![\d\p{L}])/gu;
const NUMBER_PATTERN = /[+-]?\d(?:[\d.,:/-]*\d)?/g;
// ’ and ' inside a word vanish, since people write "dont" as often as "don't".
// Zero-width characters and the variation selector behind an emoji: nobody typed them.
const INVISIBLE_PATTERN = /\u00ad|\u200b|\u2060|\ufe0e|\ufe0f|\ufeff/g;
const APOSTROPHE_PATTERN = /(?<=\p{L})['’ʼ`](?=\p{L})/gu;
const STRETCHED_PATTERN = /(\p{L})\1{2,}/gu;
const WORD_PATTERN = /[\p{L}\p{M}\p{N}_]+|\p{Extended_Pictographic}/gu;

/** Letters of which case is all that varies, and in a word of nothing else the whole of it. */
const PLAIN_WORD_PATTERN = /[a-zß-öø-ÿа-я]+/g;
const PLAIN_APOSTROPHE_PATTERN = /['’`]/;
const QUOTE = 0x27;
const BACKTICK = 0x60;
const RIGHT_QUOTE = 0x2019;
const DOT = 0x2e;
const LATIN_W = 0x77;
const FIRST_CYRILLIC = 0x400;
/** Beside letters, what is only between words, unless a number, an address or a URL is about. */
const PLAIN_SEPARATOR_PATTERN = /[\t\n\r !-.;:<=>?[\]^{|}~]/;
const SEPARATOR = 0;
const OTHER = -1;
/** By character code: the letter in lower case, {@link SEPARATOR}, or {@link OTHER} for what the patterns decide. */
const PLAIN = Int16Array.from({ length: 0x460 }, (_, code) => {
  const letter = String.fromCharCode(code).toLowerCase().replace('ё', 'е');
  if (letter.length === 1 && letter.search(PLAIN_WORD_PATTERN) === 0) return letter.charCodeAt(0);
  return PLAIN_SEPARATOR_PATTERN.test(letter) ? SEPARATOR : OTHER;
});

const MIXED_PATTERN = /(?=[a-z]*[а-я])(?=[а-я]*[a-z])[a-zа-я]{2,}/g;
const LATIN_TWINS = 'aceopxykmtb';
const CYRILLIC_TWINS = 'асеорхукмтв';

/**
 * The words of a message in the one form that training and classifying share. Case, ё, stretched letters ("приветттт")
 * and typographic variants are gone; a URL, an address, a phone and a number become placeholders, because that there is
 * one tells something and which one does not. An emoji is a word of its own.
 */
export function wordsOf(text: string): string[] {
  const cut = text.slice(0, MAX_CHARACTERS);
  return isPlain(cut) ? wordsOfPlain(cut) : wordsOfAny(cut);
}

function wordsOfAny(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .replace(INVISIBLE_PATTERN, '')
    .toLowerCase()
    .replace(/ё/g, 'е')
    .replace(URL_PATTERN, ' _url ')
    .replace(EMAIL_PATTERN, ' _email ')
    .replace(PHONE_PATTERN, ' _phone ')
    .replace(NUMBER_PATTERN, ' _number ')
    .replace(APOSTROPHE_PATTERN, '')
    .replace(STRETCHED_PATTERN, '$1')
    .replace(MIXED_PATTERN, withoutTwins);
  return (words.match(WORD_PATTERN) ?? []).map((word) => word.slice(0, MAX_WORD_LENGTH));
}

/** Most messages: nothing for the patterns to find but apostrophes. */
function wordsOfPlain(text: string): string[] {
  const lower = text.toLowerCase().replaceAll('ё', 'е');
  const plain = PLAIN_APOSTROPHE_PATTERN.test(lower) ? lower.replace(APOSTROPHE_PATTERN, '') : lower;
  const words = plain.match(PLAIN_WORD_PATTERN) ?? [];
  return words.some(isTooLong) ? words.map((word) => word.slice(0, MAX_WORD_LENGTH)) : words;
}

/** False whenever a pattern of {@link wordsOf} could find anything; sometimes also when none does. */
function isPlain(text: string): boolean {
  let last = SEPARATOR;
  let repeated = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Those inside a word vanish, and what is around them becomes neighbours.
    if (code === QUOTE || code === BACKTICK || code === RIGHT_QUOTE) continue;
    const letter = code < PLAIN.length ? PLAIN[code]! : OTHER;
    if (letter === OTHER || (code === DOT && last === LATIN_W)) return false;
    repeated = letter === last ? repeated + 1 : 0;
    if (letter !== SEPARATOR && last !== SEPARATOR) {
      if (repeated === 2 || letter >= FIRST_CYRILLIC !== last >= FIRST_CYRILLIC) return false;
    }
    last = letter;
  }
  return true;
}

function isTooLong(word: string): boolean {
  return word.length > MAX_WORD_LENGTH;
}

/** True for what stands in place of a URL, an address, a phone or a number. */
export function isPlaceholder(word: string): boolean {
  return word.startsWith('_');
}

/** A Cyrillic word in which some letters were typed as their Latin twins, or the other way round. */
function withoutTwins(word: string): string {
  const cyrillic = (word.match(/[а-я]/g) ?? []).length * 2 >= word.length;
  const [from, to] = cyrillic ? [LATIN_TWINS, CYRILLIC_TWINS] : [CYRILLIC_TWINS, LATIN_TWINS];
  return [...word].map((letter) => to[from.indexOf(letter)] ?? letter).join('');
}
