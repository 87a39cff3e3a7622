import { BLOCKS, CONCEPT, OPENER_EMPHASIS, PART, STEM, WORD, type Features } from './features';
import { HashNumbers } from './hash-numbers';
import type { Slices, Steps } from './slices';

/** A text as the model sees it: its known n-grams and their values. A text of unknown ones only is empty. */
export interface TextVector {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface LabelledVector {
  readonly vector: TextVector;
  /** Which scenario it belongs to. */
  readonly label: number;
}

/**
 * Bounds the memory of the model together with {@link MOST_WEIGHTS}; a set of 600 examples has about 25,000 n-grams.
 * Beyond the bound the rarest are dropped.
 */
const MOST_FEATURES = 65_536;
/** Features × classes: two bytes each, so 20 MB at 150 classes. */
const MOST_WEIGHTS = 10_000_000;

/**
 * Share of a text's squared length that each kind of n-gram gets, however many there are of it. Between half and twice
 * as much for the parts is within half a point (HWU64, CLINC150, xSID, held-out parts of train).
 */
const SHARES = { [WORD]: 1, [STEM]: 1, [PART]: 1.4 };
/**
 * That of the concepts: ten examples of a class or fewer need them most, fifty have said it all in their own words. 0.5
 * is a point worse for messages to support desks, and half a point better for everything else.
 */
const MOST_CONCEPTS = 1;
const LEAST_CONCEPTS = 0.1;
const ENOUGH_EXAMPLES = 10;

/** Multiply-adds that finding one n-gram in a table is worth, roughly. */
export const MAP_WORK = 20;

/** The n-grams of the examples, each with its index and weight. */
export class Vocabulary {
  readonly conceptShare: number;
  readonly weights: Float32Array;
  readonly #indices = new HashNumbers();
  readonly #unknownWeight: number;
  readonly #shares: Float64Array;
  readonly #scales = new Float64Array(BLOCKS);

  /** From the hashes of the n-grams and, for each, its weight; the last weight is that of every unknown n-gram. */
  constructor(hashes: Int32Array, weights: Float32Array, conceptShare: number) {
    this.conceptShare = conceptShare;
    this.weights = weights;
    this.#shares = Float64Array.from({ ...SHARES, [CONCEPT]: conceptShare, length: BLOCKS });
    for (const hash of hashes) this.#indices.add(hash);
    this.#unknownWeight = weights[hashes.length] ?? 1;
  }

  static *ofTexts(texts: readonly Features[], classes: number, slices: Slices): Steps<Vocabulary> {
    const all = new HashNumbers();
    let frequencies: Int32Array = new Int32Array(1_024);
    for (const { hashes } of texts) {
      for (const hash of hashes) {
        const number = all.add(hash);
        if (number === frequencies.length) frequencies = twiceAsLong(frequencies);
        frequencies[number] = frequencies[number]! + 1;
      }
      if (slices.filledBy(MAP_WORK * hashes.length)) yield;
    }
    frequencies = frequencies.subarray(0, all.size);
    const kept = commonest(frequencies, Math.min(MOST_FEATURES, Math.floor(MOST_WEIGHTS / classes)));
    yield;
    const unnumbered = all.hashes;
    const weights = new Float32Array(kept.length + 1);
    for (const [at, number] of kept.entries()) weights[at] = inverseFrequency(texts.length, frequencies[number]!);
    weights[kept.length] = inverseFrequency(texts.length, 0);
    yield;
    const share = (MOST_CONCEPTS * ENOUGH_EXAMPLES * classes) / Math.max(1, texts.length);
    return new Vocabulary(
      kept.map((number) => unnumbered[number]!),
      weights,
      Math.min(MOST_CONCEPTS, Math.max(LEAST_CONCEPTS, share)),
    );
  }

  get size(): number {
    return this.#indices.size;
  }

  /** What the constructor takes, as {@link weights} and {@link conceptShare} are. */
  get hashes(): Int32Array {
    return this.#indices.hashes;
  }

  has(hash: number): boolean {
    return this.#indices.numberOf(hash) >= 0;
  }

  /** How often texts hold an n-gram, on some scale; null when none does. */
  commonness(hash: number): number | null {
    const index = this.#indices.numberOf(hash);
    return index < 0 ? null : -this.weights[index]!;
  }

  /** −1 for an unknown n-gram. */
  indexOf(hash: number): number {
    return this.#indices.numberOf(hash);
  }

  /** Sublinear TF·IDF, (1 + ln tf) · idf (Manning et al., Introduction to Information Retrieval, 6.4). */
  valueOf({ counts, opening }: Features, at: number, index: number): number {
    const weight = index < 0 ? this.#unknownWeight : this.weights[index]!;
    const count = counts[at]!;
    return (count === 1 ? 1 : 1 + Math.log(count)) * weight * (opening[at] === 1 ? OPENER_EMPHASIS : 1);
  }

  /**
   * The text as a vector of length 1. Unknown n-grams count in that length, so the more of a text the examples do not
   * explain, the smaller its scores: a good half of the check of scope rests on this.
   */
  vectorOf(features: Features): TextVector {
    const { size, hashes, blocks } = features;
    const indices = new Int32Array(size);
    const values = new Float32Array(size);
    const places = new Int32Array(size);
    const scales = this.#scales.fill(0);
    let known = 0;
    for (let at = 0; at < size; at += 1) {
      const index = this.#indices.numberOf(hashes[at]!);
      const value = this.valueOf(features, at, index);
      const block = blocks[at]!;
      scales[block] = scales[block]! + value * value;
      if (index < 0) continue;
      indices[known] = index;
      values[known] = value;
      places[known] = at;
      known += 1;
    }
    let shares = 0;
    for (let block = 0; block < BLOCKS; block += 1) shares += scales[block]! > 0 ? this.#shares[block]! : 0;
    for (let block = 0; block < BLOCKS; block += 1) {
      scales[block] = Math.sqrt(this.#shares[block]! / (shares * scales[block]!));
    }
    for (let each = 0; each < known; each += 1) values[each] = values[each]! * scales[blocks[places[each]!]!]!;
    return { indices: indices.subarray(0, known), values: values.subarray(0, known) };
  }
}

/** Where the highest frequencies are, the first of equal ones, in their order. */
function commonest(frequencies: Int32Array, most: number): Int32Array {
  if (frequencies.length <= most) return frequencies.map((_, number) => number);
  const withFrequency = new Map<number, number>();
  for (const frequency of frequencies) withFrequency.set(frequency, (withFrequency.get(frequency) ?? 0) + 1);
  let lowest = Infinity;
  let room = most;
  for (const [frequency, count] of [...withFrequency].sort((a, b) => b[0] - a[0])) {
    lowest = frequency;
    if (count >= room) break;
    room -= count;
  }
  const kept: number[] = [];
  for (let number = 0; number < frequencies.length; number += 1) {
    const frequency = frequencies[number]!;
    if (frequency < lowest || (frequency === lowest && room === 0)) continue;
    if (frequency === lowest) room -= 1;
    kept.push(number);
  }
  return Int32Array.from(kept);
}

function twiceAsLong(numbers: Int32Array): Int32Array {
  const longer = new Int32Array(2 * numbers.length);
  longer.set(numbers);
  return longer;
}

/** Smoothed inverse document frequency, as in scikit-learn: as if one more text held every n-gram once. */
function inverseFrequency(texts: number, frequency: number): number {
  return Math.log((1 + texts) / (1 + frequency)) + 1;
}
