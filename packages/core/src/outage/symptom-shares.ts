import type { TextClusters } from './text-clusters';

/** More words are not told apart. */
const MOST_WORDS = 500;
/** Reports whose worth the usual share of a word is believed for. */
const PRIOR_REPORTS = 4;
/** No text says more than this. */
const MOST_RATIO = 20;

/** How common each word is in what the clients of one incident report. */
export class SymptomShares {
  readonly #counts = new Map<string, number>();
  #reports = 0;

  learn(words: readonly string[]): void {
    if (words.length === 0) return;
    this.#reports += 1;
    for (const word of words) {
      const count = this.#counts.get(word);
      if (count !== undefined || this.#counts.size < MOST_WORDS) {
        this.#counts.set(word, (count ?? 0) + 1 / words.length);
      }
    }
  }

  /**
   * How many times likelier the words are in a report of the incident than in a usual one of the topic: the mean over the
   * words, since nobody knows which of them names the symptom. 1 where there are no texts.
   */
  ratioOf(words: readonly string[], usual: TextClusters): number {
    if (this.#reports === 0 || usual.isEmpty) return 1;
    const of = words.length;
    if (of === 0) return 1;
    let ratio = 0;
    for (const word of words) {
      const share = usual.shareOf(word, of);
      ratio += ((this.#counts.get(word) ?? 0) / share + PRIOR_REPORTS) / (this.#reports + PRIOR_REPORTS);
    }
    return Math.min(MOST_RATIO, ratio / of);
  }

  snapshot(): SymptomSharesSnapshot {
    return { reports: this.#reports, words: [...this.#counts] };
  }

  restore({ reports, words }: SymptomSharesSnapshot): void {
    this.#reports = reports;
    for (const [word, count] of words) this.#counts.set(word, count);
  }
}

export interface SymptomSharesSnapshot {
  readonly reports: number;
  readonly words: [string, number][];
}
