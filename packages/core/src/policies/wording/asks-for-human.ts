import { ASKS_ENGLISH, REFUSES_ENGLISH } from './phrases-english';
import { ASKS_RUSSIAN, REFUSES_RUSSIAN } from './phrases-russian';
import { plain } from './plain-text';

const ASKS = [...ASKS_RUSSIAN, ...ASKS_ENGLISH];
const REFUSES = [...REFUSES_RUSSIAN, ...REFUSES_ENGLISH];
const SENTENCE_END = /(?<=[.!?…])\s+|\n/u;

/**
 * Whether a sentence of the text asks for a person in so many words, in Russian or English. This has to work without any
 * classifier; the scenarios that `asksForHuman` catch the freer forms. Where a phrase can be meant either way it asks: a
 * false alarm costs a ticket, a client who is not heard costs more.
 */
export function asksForHuman(text: string): boolean {
  return sentences(withoutRefusal(text)).some((sentence) => ASKS.some((pattern) => pattern.test(sentence)));
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
