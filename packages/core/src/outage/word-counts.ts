/**
 * How common each word is in some reports. A report is one word of its text, nobody knows which: each of n words counts as an
 * n-th of a report, so that the shares of all words sum to one.
 */
export class WordCounts {
  readonly #most: number;
  readonly #counts = new Map<string, number>();
  #reports = 0;

  /** More words than `most` are not told apart. */
  constructor(most: number) {
    this.#most = most;
  }

  /** With a text. */
  get reports(): number {
    return this.#reports;
  }

  of(word: string): number {
    return this.#counts.get(word) ?? 0;
  }

  learn(words: readonly string[]): void {
    if (words.length === 0) return;
    this.#reports += 1;
    for (const word of words) {
      const count = this.#counts.get(word);
      if (count !== undefined || this.#counts.size < this.#most)
        this.#counts.set(word, (count ?? 0) + 1 / words.length);
    }
  }

  /** Multiplies everything by `keep`; words with less than `forgotten` are dropped instead. */
  fade(keep: number, forgotten: number): void {
    this.#reports *= keep;
    for (const [word, count] of this.#counts) {
      if (count < forgotten) this.#counts.delete(word);
      else this.#counts.set(word, count * keep);
    }
  }

  snapshot(): WordCountsSnapshot {
    return { reports: this.#reports, words: [...this.#counts] };
  }

  restore({ reports, words }: WordCountsSnapshot): void {
    this.#reports = reports;
    for (const [word, count] of words) this.#counts.set(word, count);
  }
}

export interface WordCountsSnapshot {
  readonly reports: number;
  readonly words: [string, number][];
}
