import { Concepts } from './concepts';
import { FeatureCounter, stemHash, visitParts, wordHash, type AnalysedWord, type Features } from './features';
import { Languages } from './language';
import { isPlaceholder } from './normalise';
import { Openers, type LabelledWords } from './openers';
import type { Familiarity } from './repair';
import type { Slices, Steps } from './slices';
import { knownNeighbour } from './spelling';
import { Stemmer, type StemmedLanguage } from './stemmer';
import type { Vocabulary } from './vocabulary';

/** From words to features, as the examples' languages and openers say. */
export class TextAnalysis {
  readonly languages: Languages;
  readonly openers: Openers;
  readonly #stemmers: Map<StemmedLanguage, Stemmer>;
  readonly #concepts: Concepts;
  readonly #counter = new FeatureCounter();

  private constructor(
    languages: Languages,
    openers: Openers,
    stemmers: Map<StemmedLanguage, Stemmer>,
    concepts: Concepts,
  ) {
    this.languages = languages;
    this.openers = openers;
    this.#stemmers = stemmers;
    this.#concepts = concepts;
  }

  static *of(languages: Languages, openers: Openers, slices: Slices): Steps<TextAnalysis> {
    const english = new Stemmer('english');
    const russian = new Stemmer('russian');
    const concepts = yield* Concepts.of(english, russian, slices);
    const stemmers = new Map<StemmedLanguage, Stemmer>([
      ['english', english],
      ['russian', russian],
    ]);
    return new TextAnalysis(languages, openers, stemmers, concepts);
  }

  static *ofExamples(examples: readonly LabelledWords[], slices: Slices): Steps<TextAnalysis> {
    const languages = Languages.ofTexts(examples.map(({ words }) => words));
    yield;
    const openers = Openers.ofExamples(examples);
    yield;
    return yield* TextAnalysis.of(languages, openers, slices);
  }

  /** With a vocabulary, words that it does not know are read as the known ones next to them. */
  featuresOf(words: readonly string[], vocabulary: Vocabulary | null = null): Features {
    const analysed = this.#analysed(words);
    const corrected = vocabulary === null ? analysed : analysed.map((word) => this.#corrected(word, vocabulary));
    return this.#counter.featuresOf(corrected, this.openers.lengthIn(words));
  }

  /** What the vocabulary of the trained model says about words, for repairing their spelling. */
  familiarity(vocabulary: Vocabulary): Familiarity {
    const has = (hash: number) => vocabulary.has(hash);
    const knows = (word: string) => {
      if (has(wordHash(word))) return true;
      const [analysed] = this.#analysed([word]);
      return analysed !== undefined && has(stemHash(analysed.stem));
    };
    const writes = (alphabet: string) => [...alphabet].some((letter) => knownShare(letter, has) > 0);
    return {
      knows,
      of: (word) => (knows(word) ? 1 : knownShare(word, has)),
      cyrillic: writes('абвгдежзийклмнопрстуфхцчшщъыьэюя'),
      latin: writes('abcdefghijklmnopqrstuvwxyz'),
    };
  }

  #analysed(words: readonly string[]): AnalysedWord[] {
    const languages = this.languages.ofWords(words);
    let before: string | null = null;
    return words.map((text, index) => {
      const language = languages[index] ?? null;
      if (language === null || isPlaceholder(text)) return { text, stem: text, language: null, concepts: [] };
      const stem = this.#stemmer(language).stemOf(text);
      const concepts = this.#concepts.ofStem(stem, language, before);
      before = stem;
      return { text, stem, language, concepts };
    });
  }

  /** A typo costs the word, but neither its stem nor its concepts. */
  #corrected(word: AnalysedWord, vocabulary: Vocabulary): AnalysedWord {
    const { text, stem, language, concepts } = word;
    if (language === null || concepts.length > 0 || isPlaceholder(text)) return word;
    if (vocabulary.has(wordHash(text)) || vocabulary.has(stemHash(stem))) return word;
    const known = knownNeighbour(stem, (hash) => vocabulary.commonness(hash));
    return known === null ? word : { text, stem: known, language, concepts: this.#concepts.ofStem(known, language) };
  }

  #stemmer(language: StemmedLanguage): Stemmer {
    const known = this.#stemmers.get(language);
    if (known !== undefined) return known;
    const stemmer = new Stemmer(language);
    this.#stemmers.set(language, stemmer);
    return stemmer;
  }
}

function knownShare(word: string, has: (hash: number) => boolean): number {
  let parts = 0;
  let known = 0;
  visitParts(word, (hash) => {
    parts += 1;
    if (has(hash)) known += 1;
  });
  return parts === 0 ? 0 : (0.99 * known) / parts;
}
