/** In words: "здравствуйте подскажите пожалуйста" is the longest kind. */
const LONGEST_OPENER = 4;
/** One other scenario may share its first words by chance. */
const FEWEST_OTHERS = 2;

export interface LabelledWords {
  readonly words: readonly string[];
  /** Number of the scenario. */
  readonly label: number;
}

/**
 * Phrases that stand in front of messages about anything: "Здравствуйте", "good morning". Learned, not listed, so it
 * works in every language: an opener is a whole example of one scenario, and examples of at least two others begin with
 * it. Counted in full, a greeting would decide every message whose other words are new.
 */
export class Openers {
  /** Each as its words with a space between. */
  readonly phrases: ReadonlySet<string>;
  readonly #firstWords: ReadonlySet<string>;

  constructor(phrases: Iterable<string>) {
    this.phrases = new Set(phrases);
    this.#firstWords = new Set([...this.phrases].map((phrase) => phrase.split(' ')[0] ?? ''));
  }

  static ofExamples(examples: readonly LabelledWords[]): Openers {
    const wholes = new Map<string, Set<number>>();
    const starts = new Map<string, Set<number>>();
    for (const { words, label } of examples) {
      for (let length = 1; length <= Math.min(LONGEST_OPENER, words.length); length += 1) {
        note(length === words.length ? wholes : starts, words.slice(0, length).join(' '), label);
      }
    }
    const phrases = [...wholes].filter(([phrase, owners]) => {
      const others = [...(starts.get(phrase) ?? [])].filter((label) => !owners.has(label));
      return others.length >= FEWEST_OTHERS;
    });
    return new Openers(phrases.map(([phrase]) => phrase));
  }

  /** How many words at the beginning are openers; 0 when nothing else is there, since then they are the message. */
  lengthIn(words: readonly string[]): number {
    let length = 0;
    for (;;) {
      const next = this.#lengthAt(words, length);
      if (next === 0) return length === words.length ? 0 : length;
      length += next;
    }
  }

  #lengthAt(words: readonly string[], start: number): number {
    const first = words[start];
    if (first === undefined || !this.#firstWords.has(first)) return 0;
    for (let length = Math.min(LONGEST_OPENER, words.length - start); length > 0; length -= 1) {
      if (this.phrases.has(words.slice(start, start + length).join(' '))) return length;
    }
    return 0;
  }
}

function note(into: Map<string, Set<number>>, phrase: string, label: number): void {
  const labels = into.get(phrase) ?? new Set<number>();
  into.set(phrase, labels.add(label));
}
