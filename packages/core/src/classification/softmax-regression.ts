import { addScores, softmax, SparseSteps } from './linear-scores';
import { seededShuffle } from './seeded-shuffle';
import { NEW_MEMORY, type Slices, type Steps } from './slices';
import type { LabelledVector } from './vocabulary';

/** Passes over the examples; the accuracy is flat from 4 to 10 (HWU64, CLINC150, xSID, held-out parts of train). */
const PASSES = 5;
/** First step size, falling to 0. Vectors have length 1, which allows such long steps; 2 to 6 are within half a point. */
const RATE = 4;
/** Errors below this share of what chance would give are left; it halves the time and changes no figure. */
const LEAST_ERROR = 0.3;
/** Keeps the orders of the two learners apart. */
const FIRST_SEED = 101;

/**
 * Share of the target that goes to all classes alike (Szegedy et al. 2016, Rethinking the Inception Architecture,
 * https://arxiv.org/abs/1512.00567, section 7): it keeps the weights of memorised examples finite without a further
 * penalty. 0.05 and 0.2 give the same accuracy.
 */
const SMOOTHING = 0.1;

/**
 * Multinomial logistic regression with smoothed labels, by stochastic gradient descent in an order that depends on
 * nothing but the examples. There is no bias: how many examples a scenario has says nothing about how many customers
 * mean it.
 */
export function* trainSoftmax(
  texts: readonly LabelledVector[],
  classes: number,
  features: number,
  slices: Slices,
): Steps<Float32Array> {
  const weights = new Float32Array(classes * features);
  const order = texts.map((_, index) => index);
  const logits = new Float64Array(classes);
  const steps = new SparseSteps(classes);
  const total = PASSES * texts.length;
  let done = 0;
  for (let pass = 0; pass < PASSES; pass += 1) {
    seededShuffle(order, FIRST_SEED + pass);
    const worth = pass === 0 ? NEW_MEMORY : 1;
    for (const index of order) {
      const { vector, label: right } = texts[index]!;
      const rate = RATE * (1 - done / total);
      done += 1;
      logits.fill(0);
      addScores(logits, weights, vector);
      const probabilities = softmax(logits, 1);
      steps.clear();
      for (let label = 0; label < classes; label += 1) {
        const target = SMOOTHING / classes + (label === right ? 1 - SMOOTHING : 0);
        const error = target - probabilities[label]!;
        if (Math.abs(error) * classes > LEAST_ERROR) steps.add(label, rate * error);
      }
      steps.takeIn(weights, vector);
      if (slices.filledBy(worth * (classes + 2 * steps.count) * vector.indices.length)) yield;
    }
  }
  return weights;
}

/** The logit of a class learned perfectly: what {@link trainSoftmax} drives its own examples towards. */
export function perfectLogit(classes: number): number {
  return Math.log(1 + (classes * (1 - SMOOTHING)) / SMOOTHING);
}
