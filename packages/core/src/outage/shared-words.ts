import type { TextClusters } from './text-clusters';
import { TUNING } from './tuning';

/** A word that stands out is one of about five in a text, and shared by more than two texts beyond the usual. */
const WORDS_OF_A_TEXT = 5;
const FEWEST_SHARING = 2;

/**
 * Whether texts have more in common than usual ones of their topics. An outage has a symptom or two, and those who report
 * it use the same words; which ones is learned from the texts themselves, each judged by those before it: the predictive
 * form of a multinomial with a Dirichlet prior around the usual shares (Blackwell & MacQueen's urn, 1973). Of usual texts the
 * likelihood ratio is 1 on average, however many are added, so that it may be multiplied with any other Bayes factor.
 */
export class SharedWords {
  readonly #counts = new Map<string, number>();
  #texts = 0;
  #nats = 0;

  add(words: readonly string[], usual: TextClusters): void {
    const of = words.length;
    if (of === 0) return;
    const all = TUNING.wordPrior + this.#texts;
    let ratio = 0;
    for (const word of words) {
      const count = this.#counts.get(word) ?? 0;
      ratio += (TUNING.wordPrior + count / usual.shareOf(word, of)) / all;
      this.#counts.set(word, count + 1 / of);
    }
    this.#texts += 1;
    this.#nats += Math.log(ratio / of);
  }

  /** ln of the Bayes factor; outages whose reports have no words in common are believed in as well. */
  get nats(): number {
    const { wordless, mostWordNats } = TUNING;
    return Math.log(wordless + (1 - wordless) * Math.exp(Math.min(mostWordNats, this.#nats)));
  }

  /** The word that most texts share beyond what is usual; `null`: none stands out. */
  common(usual: TextClusters): string | null {
    let best: string | null = null;
    let most = FEWEST_SHARING / WORDS_OF_A_TEXT;
    for (const [word, count] of this.#counts) {
      const excess = count - this.#texts * usual.shareOf(word, WORDS_OF_A_TEXT);
      if (excess <= most) continue;
      most = excess;
      best = word;
    }
    return best;
  }
}
