import { fromBase64, toBase64 } from './base64';
import type { Slices, Steps } from './slices';
import type { TextVector } from './vocabulary';

export interface StoredWeights {
  readonly bytes: string;
  readonly scales: string;
}

const LARGEST = 127;

/**
 * The weights of a linear model, one byte each with one scale per feature (8-bit quantisation: Jacob et al. 2018,
 * https://arxiv.org/abs/1712.05877, section 2.1, symmetric). A quarter of the memory, the same answers: a weight is off
 * by at most 0.4 % of the largest of its feature.
 */
export class CompactWeights {
  readonly #classes: number;
  /** The weights of one feature for all classes lie side by side. */
  readonly #bytes: Int8Array;
  readonly #scales: Float32Array;

  private constructor(classes: number, bytes: Int8Array, scales: Float32Array) {
    this.#classes = classes;
    this.#bytes = bytes;
    this.#scales = scales;
  }

  static *of(weights: Float32Array, classes: number, slices: Slices): Steps<CompactWeights> {
    const bytes = new Int8Array(weights.length);
    const scales = new Float32Array(weights.length / classes);
    for (let feature = 0; feature < scales.length; feature += 1) {
      if (slices.filledBy(8 * classes)) yield;
      const offset = feature * classes;
      let largest = 0;
      for (let label = 0; label < classes; label += 1) largest = Math.max(largest, Math.abs(weights[offset + label]!));
      if (largest === 0) continue;
      scales[feature] = largest / LARGEST;
      for (let label = 0; label < classes; label += 1) {
        bytes[offset + label] = Math.round((weights[offset + label]! / largest) * LARGEST);
      }
    }
    return new CompactWeights(classes, bytes, scales);
  }

  static load(stored: StoredWeights, classes: number): CompactWeights {
    const bytes = new Int8Array(fromBase64(stored.bytes));
    return new CompactWeights(classes, bytes, new Float32Array(fromBase64(stored.scales)));
  }

  get features(): number {
    return this.#scales.length;
  }

  get length(): number {
    return this.#bytes.length;
  }

  store(): StoredWeights {
    return { bytes: toBase64(this.#bytes), scales: toBase64(this.#scales) };
  }

  /**
   * One score per class; four features at a time as in linear-scores.ts. Not the same function, which would be compiled
   * for both kinds of arrays then and take 40 % longer in training.
   */
  scoresOf({ indices, values }: TextVector): Float64Array {
    const classes = this.#classes;
    const bytes = this.#bytes;
    const scales = this.#scales;
    const scores = new Float64Array(classes);
    const last = indices.length - (indices.length % 4);
    for (let at = 0; at < last; at += 4) {
      const a = values[at]! * scales[indices[at]!]!;
      const b = values[at + 1]! * scales[indices[at + 1]!]!;
      const c = values[at + 2]! * scales[indices[at + 2]!]!;
      const d = values[at + 3]! * scales[indices[at + 3]!]!;
      const ofA = indices[at]! * classes;
      const ofB = indices[at + 1]! * classes;
      const ofC = indices[at + 2]! * classes;
      const ofD = indices[at + 3]! * classes;
      for (let label = 0; label < classes; label += 1) {
        scores[label] =
          scores[label]! +
          (bytes[ofA + label]! * a + bytes[ofB + label]! * b + bytes[ofC + label]! * c + bytes[ofD + label]! * d);
      }
    }
    for (let at = last; at < indices.length; at += 1) {
      const value = values[at]! * scales[indices[at]!]!;
      const offset = indices[at]! * classes;
      for (let label = 0; label < classes; label += 1) scores[label] = scores[label]! + bytes[offset + label]! * value;
    }
    return scores;
  }

  /** The score of one class. */
  scoreOf({ indices, values }: TextVector, label: number): number {
    let score = 0;
    for (let at = 0; at < indices.length; at += 1) {
      const index = indices[at]!;
      score += this.#bytes[index * this.#classes + label]! * this.#scales[index]! * values[at]!;
    }
    return score;
  }

  /** How much more a feature speaks for `label` than for the others on average. */
  evidence(feature: number, label: number): number {
    const bytes = this.#bytes;
    const first = feature * this.#classes;
    let sum = 0;
    for (let at = first; at < first + this.#classes; at += 1) sum += bytes[at]!;
    return (bytes[first + label]! - sum / this.#classes) * this.#scales[feature]!;
  }
}
