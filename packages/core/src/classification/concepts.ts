import { ACCOUNTS } from './concept-words/accounts';
import { BROAD } from './concept-words/broad';
import { EVERYDAY } from './concept-words/everyday';
import { MONEY } from './concept-words/money';
import { ORDERS } from './concept-words/orders';
import { SERVICE } from './concept-words/service';
import { TECHNOLOGY } from './concept-words/technology';
import type { Slices, Steps } from './slices';
import type { Stemmer } from './stemmer';

/**
 * What customers call the same thing, in English and Russian: one concept a line, `English words | Russian words`, two
 * words that belong together joined by `_`. A word may stand in several. The words that only give a sentence its form
 * ("want", "how", «можно») are left out: they made messages alike that are about different things.
 */
const CONCEPT_WORDS = [...BROAD, ...MONEY, ...ORDERS, ...ACCOUNTS, ...TECHNOLOGY, ...SERVICE, ...EVERYDAY];

/** Multiply-adds that stemming one line is worth, roughly, before the stemmers are compiled. */
const LINE_WORK = 150_000;

/** The concepts of words and, by their first word, of pairs; all by stem. */
interface ConceptsOfLanguage {
  readonly words: Map<string, number[]>;
  readonly pairs: Map<string, Map<string, number[]>>;
}

/**
 * A small thesaurus: "terminate" in a message meets "cancel" in an example, and «вернуть деньги» meets "refund". The
 * concepts of a word are one more kind of feature; the models learn what each is worth. See bench/README.md for what it
 * brings: much with five examples a class, nothing with fifty.
 */
export class Concepts {
  readonly #english: ConceptsOfLanguage;
  readonly #russian: ConceptsOfLanguage;

  private constructor(english: ConceptsOfLanguage, russian: ConceptsOfLanguage) {
    this.#english = english;
    this.#russian = russian;
  }

  /** In steps, since stemming the whole list is long for one turn of the event loop. */
  static *of(english: Stemmer, russian: Stemmer, slices: Slices): Steps<Concepts> {
    const ofEnglish: ConceptsOfLanguage = { words: new Map(), pairs: new Map() };
    const ofRussian: ConceptsOfLanguage = { words: new Map(), pairs: new Map() };
    for (const [concept, line] of CONCEPT_WORDS.entries()) {
      const [englishWords = '', russianWords = ''] = line.split(' | ');
      note(ofEnglish, englishWords, english, concept);
      note(ofRussian, russianWords, russian, concept);
      if (slices.filledBy(LINE_WORK)) yield;
    }
    return new Concepts(ofEnglish, ofRussian);
  }

  /** Those of a word and of the pair that it makes with the one before. */
  ofStem(stem: string, language: string | null, before: string | null = null): readonly number[] {
    const concepts = language === 'russian' ? this.#russian : language === 'english' ? this.#english : null;
    if (concepts === null) return NONE;
    const ofWord = concepts.words.get(stem) ?? NONE;
    const ofPair = before === null ? undefined : concepts.pairs.get(before)?.get(stem);
    return ofPair === undefined ? ofWord : [...new Set([...ofWord, ...ofPair])];
  }
}

const NONE: readonly number[] = [];

function note({ words, pairs }: ConceptsOfLanguage, list: string, stemmer: Stemmer, concept: number): void {
  for (const entry of list.split(' ')) {
    const [stem = '', next] = entry.split('_').map((word) => stemmer.stemOf(word));
    if (next === undefined) {
      add(words, stem, concept);
      continue;
    }
    const seconds = pairs.get(stem) ?? new Map<string, number[]>();
    pairs.set(stem, seconds);
    add(seconds, next, concept);
  }
}

function add(into: Map<string, number[]>, stem: string, concept: number): void {
  const known = into.get(stem);
  if (known === undefined) into.set(stem, [concept]);
  else if (!known.includes(concept)) known.push(concept);
}
