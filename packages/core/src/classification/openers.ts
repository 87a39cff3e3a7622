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
  readonly #phrases = new Set<string>();

  constructor(examples: readonly LabelledWords[]) {
    const wholes = new Map<string, Set<number>>();
    const starts = new Map<string, Set<number>>();
    for (const { words, label } of examples) {
      for (let length = 1; length <= Math.min(LONGEST_OPENER, words.length); length += 1) {
        note(length === words.length ? wholes : starts, words.slice(0, length).join(' '), label);
      }
    }
    for (const [phrase, owners] of wholes) {
      const others = [...(starts.get(phrase) ?? [])].filter((label) => !owners.has(label));
      if (others.length >= FEWEST_OTHERS) this.#phrases.add(phrase);
    }
  }

  /** How many words at the beginning are openers; 0 when nothing else is there, since then they are the message. */
  lengthIn(words: readonly string[]): number {
    let length = 0;
    for (;;) {
      const next = this.#lengthAtStartOf(words.slice(length));
      if (next === 0) return length === words.length ? 0 : length;
      length += next;
    }
  }

  #lengthAtStartOf(words: readonly string[]): number {
    for (let length = Math.min(LONGEST_OPENER, words.length); length > 0; length -= 1) {
      if (this.#phrases.has(words.slice(0, length).join(' '))) return length;
    }
    return 0;
  }
}

function note(into: Map<string, Set<number>>, phrase: string, label: number): void {
  const labels = into.get(phrase) ?? new Set<number>();
  into.set(phrase, labels.add(label));
}
