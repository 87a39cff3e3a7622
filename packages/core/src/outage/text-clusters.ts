import { WordCounts, type WordCountsSnapshot } from './word-counts';

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

/** How common each word is in the failure reports of one topic, against which texts are judged. */
export class TextClusters {
  readonly #counts = new WordCounts(MOST_KNOWN);

  /** Whether reports come with texts at all. */
  get isEmpty(): boolean {
    return this.#counts.reports === 0;
  }

  learn(words: readonly string[]): void {
    this.#counts.learn(words);
  }

  /** Share of the topic's reports with this word, which is one of `of` in its text. */
  shareOf(word: string, of: number): number {
    const share = (this.#counts.of(word) + 1 / of) / (this.#counts.reports + PRIOR_REPORTS);
    return Math.max(LEAST_SHARE / of, share);
  }

  /** Once an hour. */
  fade(): void {
    this.#counts.fade(KEEP_HOURLY, FORGOTTEN);
  }

  snapshot(): WordCountsSnapshot {
    return this.#counts.snapshot();
  }

  restore(snapshot: WordCountsSnapshot): void {
    this.#counts.restore(snapshot);
  }
}
