import type { TextClusters } from './text-clusters';
import { WordCounts, type WordCountsSnapshot } from './word-counts';

const MOST_WORDS = 500;
/** Reports whose worth the usual share of a word is believed for. */
const PRIOR_REPORTS = 4;
/** No text says more than this. */
const MOST_RATIO = 20;

/** How common each word is in what the clients of one incident report. */
export class SymptomShares {
  readonly #counts = new WordCounts(MOST_WORDS);

  learn(words: readonly string[]): void {
    this.#counts.learn(words);
  }

  /**
   * How many times likelier the words are in a report of the incident than in a usual one of the topic: the mean over the
   * words, since nobody knows which of them names the symptom. 1 where there are no texts.
   */
  ratioOf(words: readonly string[], usual: TextClusters): number {
    const { reports } = this.#counts;
    const of = words.length;
    if (reports === 0 || of === 0 || usual.isEmpty) return 1;
    let ratio = 0;
    for (const word of words) {
      ratio += (this.#counts.of(word) / usual.shareOf(word, of) + PRIOR_REPORTS) / (reports + PRIOR_REPORTS);
    }
    return Math.min(MOST_RATIO, ratio / of);
  }

  snapshot(): WordCountsSnapshot {
    return this.#counts.snapshot();
  }

  restore(snapshot: WordCountsSnapshot): void {
    this.#counts.restore(snapshot);
  }
}
