import type { Feature, FeatureBlock } from './features';

/** A text as the model sees it: its known n-grams and their values. A text of unknown ones only is empty. */
export interface TextVector {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/**
 * Bounds the memory of the model: 2^17 features × 20 scenarios are 10 MB of weights. A set of 600 examples has about
 * 20,000; beyond the bound the rarest are dropped.
 */
const MAX_FEATURES = 131_072;

/**
 * How much more than the rarest known n-gram an unknown one weighs. 1.5 instead of 1 refuses 3 to 5 points more
 * out-of-scope messages (pack, CLINC150) for one point of right answers; 2 costs more than it brings.
 */
const UNKNOWN_FACTOR = 1.5;

/**
 * Share of a text's squared length that each kind of n-gram gets, however many there are of it. Parts of words weigh
 * more, since they survive inflection and typos; between 0.3 and 0.5 for words is within a point (pack, HWU64, xSID).
 */
const BLOCK_SHARES: Readonly<Record<FeatureBlock, number>> = { word: 1 / 3, part: 2 / 3 };

/** The n-grams of the examples, each with its index and weight. */
export class Vocabulary {
  readonly #indices = new Map<number, number>();
  readonly #weights: Float32Array;
  readonly #unknownWeight: number;

  constructor(texts: readonly ReadonlyMap<number, Feature>[]) {
    const frequencies = new Map<number, number>();
    for (const features of texts) {
      for (const hash of features.keys()) frequencies.set(hash, (frequencies.get(hash) ?? 0) + 1);
    }
    const kept =
      frequencies.size > MAX_FEATURES
        ? [...frequencies].sort((a, b) => b[1] - a[1]).slice(0, MAX_FEATURES)
        : frequencies;
    this.#weights = new Float32Array(Math.min(frequencies.size, MAX_FEATURES));
    for (const [hash, frequency] of kept) {
      this.#weights[this.#indices.size] = inverseFrequency(texts.length, frequency);
      this.#indices.set(hash, this.#indices.size);
    }
    this.#unknownWeight = UNKNOWN_FACTOR * inverseFrequency(texts.length, 0);
  }

  get size(): number {
    return this.#weights.length;
  }

  indexOf(feature: Feature): number | undefined {
    return this.#indices.get(feature.hash);
  }

  /** Sublinear TF·IDF, (1 + ln tf) · idf (Manning et al., Introduction to Information Retrieval, 6.4). */
  valueOf(feature: Feature, index = this.indexOf(feature)): number {
    const weight = index === undefined ? this.#unknownWeight : (this.#weights[index] ?? 0);
    return (1 + Math.log(feature.count)) * weight * feature.emphasis;
  }

  /**
   * The text as a vector of length 1. Unknown n-grams count in that length, so the more of a text the examples do not
   * explain, the smaller its scores: the check of scope rests on this.
   */
  vectorOf(features: ReadonlyMap<number, Feature>): TextVector {
    const known: FeatureBlock[] = [];
    const indices = new Int32Array(features.size);
    const values = new Float32Array(features.size);
    const squares = { word: 0, part: 0 };
    for (const feature of features.values()) {
      const index = this.indexOf(feature);
      const value = this.valueOf(feature, index);
      squares[feature.block] += value * value;
      if (index === undefined) continue;
      indices[known.length] = index;
      values[known.length] = value;
      known.push(feature.block);
    }
    const scales = {
      word: Math.sqrt(BLOCK_SHARES.word / squares.word),
      part: Math.sqrt(BLOCK_SHARES.part / squares.part),
    };
    for (const [at, block] of known.entries()) values[at] = (values[at] as number) * scales[block];
    return { indices: indices.subarray(0, known.length), values: values.subarray(0, known.length) };
  }
}

/** Smoothed inverse document frequency, as in scikit-learn: as if one more text held every n-gram once. */
function inverseFrequency(texts: number, frequency: number): number {
  return Math.log((1 + texts) / (1 + frequency)) + 1;
}
