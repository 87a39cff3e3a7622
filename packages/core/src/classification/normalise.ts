/** Longer texts are cut: an intent is stated early, and the work per message stays bounded. */
const MAX_CHARACTERS = 4_000;
/** A pasted token or base64 block is no word; its beginning is enough. */
const MAX_WORD_LENGTH = 40;

const URL_PATTERN = /(?:https?:\/\/|www\.)\S+/g;
// Looked for only where a token begins, so that a long token without an @ is read once and not from each character.
const EMAIL_PATTERN = /(?<![^\s@<>()])[^\s@<>()]+@[^\s@<>()]+\.[\p{L}\d-]+/gu;
const NUMBER_PATTERN = /[+-]?\d(?:[\d.,:/-]*\d)?/g;
// ’ and ' inside a word vanish, since people write "dont" as often as "don't".
const APOSTROPHE_PATTERN = /(?<=\p{L})['’ʼ`](?=\p{L})/gu;
const STRETCHED_PATTERN = /(\p{L})\1{2,}/gu;
const WORD_PATTERN = /[\p{L}\p{M}\p{N}_]+|\p{Extended_Pictographic}/gu;

/**
 * The words of a message in the one form that training and classifying share. Case, ё, stretched letters ("приветттт")
 * and typographic variants are gone; a URL, an address and a number become placeholders, because that there is one tells
 * something and which one does not. An emoji is a word of its own.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, MAX_CHARACTERS)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/ё/g, 'е')
    .replace(URL_PATTERN, ' _url ')
    .replace(EMAIL_PATTERN, ' _email ')
    .replace(NUMBER_PATTERN, ' _number ')
    .replace(APOSTROPHE_PATTERN, '')
    .replace(STRETCHED_PATTERN, '$1');
  return (plain.match(WORD_PATTERN) ?? []).map((word) => word.slice(0, MAX_WORD_LENGTH));
}
