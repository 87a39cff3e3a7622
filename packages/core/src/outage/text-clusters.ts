/** A symptom is named early, and the work per report stays bounded. */
const MOST_CHARACTERS = 400;
const MOST_WORDS = 10;
/** Shorter words carry grammar. */
const WORD = /[\p{L}\p{M}]{3,24}/gu;
const MOST_KNOWN = 1_000;
/** What an unknown word has instead of a history: one report among so many. */
const PRIOR_REPORTS = 20;
/** Words come in fashions: no text is taken to be rarer than a few in a hundred. */
const LEAST_SHARE = 0.03;
const FORGOTTEN = 0.05;
const KEEP_HOURLY = Math.exp(-60 / (7 * 1_440));

/** Distinct words of a text, without numbers and endings of the sentence: what two reports of one symptom share. */
export function symptomsOf(text: string): readonly string[] {
  const words = new Set<string>();
  for (const [word] of text.slice(0, MOST_CHARACTERS).normalize('NFKC').toLowerCase().matchAll(WORD)) {
    words.add(word);
    if (words.size === MOST_WORDS) break;
  }
  return [...words];
}

/**
 * How common each word is in the failure reports of one topic. A report is one word of its text, nobody knows which: each
 * of n words counts as an n-th of a report, so that the shares of all words sum to one.
 */
export class TextClusters {
  readonly #counts = new Map<string, number>();
  #reports = 0;

  /** Whether reports come with texts at all. */
  get isEmpty(): boolean {
    return this.#reports === 0;
  }

  learn(words: readonly string[]): void {
    if (words.length === 0) return;
    this.#reports += 1;
    for (const word of words) {
      const count = this.#counts.get(word);
      if (count !== undefined || this.#counts.size < MOST_KNOWN) {
        this.#counts.set(word, (count ?? 0) + 1 / words.length);
      }
    }
  }

  /** Share of the topic's reports with this word, which is one of `of` in its text. */
  shareOf(word: string, of: number): number {
    const share = ((this.#counts.get(word) ?? 0) + 1 / of) / (this.#reports + PRIOR_REPORTS);
    return Math.max(LEAST_SHARE / of, share);
  }

  /** Once an hour. */
  fade(): void {
    this.#reports *= KEEP_HOURLY;
    for (const [word, count] of this.#counts) {
      if (count < FORGOTTEN) this.#counts.delete(word);
      else this.#counts.set(word, count * KEEP_HOURLY);
    }
  }

  snapshot(): { reports: number; words: [string, number][] } {
    return { reports: this.#reports, words: [...this.#counts] };
  }

  restore({
    reports,
    words,
  }: {
    readonly reports: number;
    readonly words: readonly (readonly [string, number])[];
  }): void {
    this.#reports = reports;
    for (const [word, count] of words) this.#counts.set(word, count);
  }
}
