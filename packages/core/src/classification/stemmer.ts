import { newStemmer } from 'snowball-stemmers';

/** Bounds the memory of the cache; customers' words are many, those of one language's examples are not. */
const MOST_CACHED = 20_000;

/**
 * Stems by the Snowball algorithms (https://snowballstem.org/), a few microseconds a word, hence the cache. One stemmer
 * per language and vocabulary, so that nothing is shared between classifiers.
 */
export class Stemmer {
  readonly #stem: (word: string) => string;
  readonly #known = new Map<string, string>();

  constructor(language: StemmedLanguage) {
    const stemmer = newStemmer(language);
    this.#stem = (word) => stemmer.stem(word);
  }

  stemOf(word: string): string {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const stem = this.#stem(word);
    if (this.#known.size >= MOST_CACHED) this.#known.clear();
    this.#known.set(word, stem);
    return stem;
  }
}

/** The languages this engine recognises and stems. */
export type StemmedLanguage =
  | 'arabic'
  | 'armenian'
  | 'catalan'
  | 'czech'
  | 'danish'
  | 'dutch'
  | 'english'
  | 'finnish'
  | 'french'
  | 'german'
  | 'hungarian'
  | 'italian'
  | 'norwegian'
  | 'portuguese'
  | 'romanian'
  | 'russian'
  | 'spanish'
  | 'swedish'
  | 'tamil'
  | 'turkish';
