import { asTypedInLatin, asTypedInRussian } from './keyboard-layout';
import { ASKS_ENGLISH, REFUSES_ENGLISH } from './phrases-english';
import { ASKS_RUSSIAN, REFUSES_RUSSIAN } from './phrases-russian';
import { plain } from './plain-text';
import { inCyrillic } from './transliteration';

const ASKS = [...ASKS_RUSSIAN, ...ASKS_ENGLISH];
const REFUSES = [...REFUSES_RUSSIAN, ...REFUSES_ENGLISH];
const SENTENCE_END = /(?<=[.!?…])\s+|\n/u;

/**
 * Whether a sentence of the text asks for a person in so many words, in Russian or English, also where the keyboard was the
 * wrong one, or Russian is spelled in Latin letters. This has to work without any
 * classifier; the scenarios that `asksForHuman` catch the freer forms. Where a phrase can be meant either way it asks: a
 * false alarm costs a ticket, a client who is not heard costs more.
 */
export function asksForHuman(text: string): boolean {
  return readings(text).some((reading) =>
    sentences(withoutRefusal(reading)).some((sentence) => ASKS.some((pattern) => pattern.test(sentence))),
  );
}

const CYRILLIC = /\p{Script=Cyrl}/u;
const LATIN = /[a-z]/i;
/** Letters that look the same; one in a word of the other kind is a slip, or meant to get by a filter. */
const ALIKE = new Map(Object.entries({ a: 'а', c: 'с', e: 'е', k: 'к', o: 'о', p: 'р', t: 'т', x: 'х', y: 'у' }));

/** The text as it is, and as it may have been meant. */
function readings(text: string): readonly string[] {
  const [isCyrillic, isLatin] = [CYRILLIC.test(text), LATIN.test(text)];
  if (isCyrillic && isLatin)
    return [text, text.toLowerCase().replace(/[a-z]/g, (letter) => ALIKE.get(letter) ?? letter)];
  if (isCyrillic) return [text, asTypedInLatin(text)];
  return isLatin ? [text, asTypedInRussian(text), inCyrillic(text)] : [text];
}

/** Whether the client says that no person is wanted, and asks for none besides. */
export function declinesHuman(text: string): boolean {
  return withoutRefusal(text) !== plain(text) && !asksForHuman(text);
}

/** The text without the phrases that refuse a person; in small letters. */
export function withoutRefusal(text: string): string {
  return REFUSES.reduce((rest, phrase) => rest.replace(phrase, ' '), plain(text)).trim();
}

function sentences(text: string): readonly string[] {
  return text.split(SENTENCE_END).map((sentence) => sentence.trim());
}
