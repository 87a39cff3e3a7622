import { seededShuffle } from './seeded-shuffle';
import type { TextVector } from './vocabulary';

export interface LabelledVector {
  readonly vector: TextVector;
  /** Which scenario it belongs to. */
  readonly label: number;
}

/** Passes over the examples; the accuracy is flat from 6 to 24 (pack, HWU64, CLINC150 with 10 examples a class). */
const PASSES = 6;
/** First step size, falling to 0. Vectors have length 1, which allows such long steps; 10 is worse on small sets. */
const RATE = 4;
/** Label smoothing (Szegedy et al. 2016): keeps the weights of memorised examples finite without a further penalty. */
const SMOOTHING = 0.1;

/**
 * Multinomial logistic regression, trained by stochastic gradient descent in an order that depends on nothing but the
 * examples. There is no bias: how many examples a scenario has says nothing about how many customers mean it.
 */
export class SoftmaxModel {
  readonly #classes: number;
  /** The weights of one feature for all classes lie side by side, so that a text touches few stretches of memory. */
  readonly #weights: Float32Array;

  constructor(classes: number, features: number) {
    this.#classes = classes;
    this.#weights = new Float32Array(classes * features);
  }

  train(texts: readonly LabelledVector[]): void {
    const order = texts.map((_, index) => index);
    const steps = PASSES * texts.length;
    let step = 0;
    for (let pass = 1; pass <= PASSES; pass += 1) {
      seededShuffle(order, pass);
      for (const index of order) {
        const text = texts[index];
        if (text !== undefined) this.#learn(text, RATE * (1 - step / steps));
        step += 1;
      }
    }
  }

  /** One score per class; the logits of {@link softmax}. */
  scores({ indices, values }: TextVector): Float64Array {
    const classes = this.#classes;
    const weights = this.#weights;
    const scores = new Float64Array(classes);
    for (let at = 0; at < indices.length; at += 1) {
      const value = values[at] as number;
      const offset = (indices[at] as number) * classes;
      for (let label = 0; label < classes; label += 1) {
        scores[label] = (scores[label] as number) + (weights[offset + label] as number) * value;
      }
    }
    return scores;
  }

  /** How much more a feature speaks for `label` than for the others on average. */
  evidence(feature: number, label: number): number {
    const weights = this.#weights.subarray(feature * this.#classes, (feature + 1) * this.#classes);
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / this.#classes;
    return (weights[label] ?? 0) - mean;
  }

  #learn({ vector, label: right }: LabelledVector, rate: number): void {
    const classes = this.#classes;
    const weights = this.#weights;
    const steps = softmax(this.scores(vector), 1);
    for (let label = 0; label < classes; label += 1) {
      const target = SMOOTHING / classes + (label === right ? 1 - SMOOTHING : 0);
      steps[label] = rate * (target - (steps[label] as number));
    }
    const { indices, values } = vector;
    for (let at = 0; at < indices.length; at += 1) {
      const value = values[at] as number;
      const offset = (indices[at] as number) * classes;
      for (let label = 0; label < classes; label += 1) {
        weights[offset + label] = (weights[offset + label] as number) + (steps[label] as number) * value;
      }
    }
  }
}

/** Probabilities that sum to 1. A lower temperature makes the differences larger. */
export function softmax(scores: Float64Array, temperature: number): Float64Array {
  const highest = scores[indexOfMax(scores)] ?? 0;
  const probabilities = new Float64Array(scores.length);
  let sum = 0;
  for (let label = 0; label < scores.length; label += 1) {
    const power = Math.exp(((scores[label] as number) - highest) / temperature);
    probabilities[label] = power;
    sum += power;
  }
  for (let label = 0; label < scores.length; label += 1) {
    probabilities[label] = (probabilities[label] as number) / sum;
  }
  return probabilities;
}

/** Where the highest value is. */
export function indexOfMax(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] as number) > (values[best] as number)) best = index;
  }
  return best;
}
