import { softmax } from './linear-scores';
import type { HeldOut } from './held-out';
import type { Slices, Steps } from './slices';

/** Lowest first. The floor keeps a set without held-out errors from claiming certainty about everything. */
const TEMPERATURES = [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 1, 1.1, 1.25, 1.5, 2, 3];
/** What sets of all sizes have (0.6 to 0.9), and how many texts' worth of doubt it takes to leave it. */
const USUAL = 0.75;
const USUAL_WEIGHT = 2;
/**
 * The held-out models know four fifths of the classes, so their texts have fewer rivals than a message will have. On
 * held-out parts of HWU64, CLINC150 and xSID 1.05 to 1.15 brings the mean confidence of messages in scope to the
 * accuracy, and the ECE down by up to 0.02.
 */
const RIVALS = 1.1;

/** The temperature with the lowest mean negative log-likelihood (Guo et al. 2017, https://arxiv.org/abs/1706.04599). */
export function* fitTemperature(inScope: HeldOut['inScope'], slices: Slices): Steps<number> {
  let best = USUAL;
  let lowest = Infinity;
  for (const temperature of TEMPERATURES) {
    let loss = USUAL_WEIGHT * Math.log(temperature / USUAL) ** 2;
    for (const { scores, label } of inScope) {
      loss -= Math.log(softmax(scores, temperature)[label]! || Number.MIN_VALUE);
      if (slices.filledBy(40 * scores.length)) yield;
    }
    if (loss < lowest) {
      lowest = loss;
      best = temperature;
    }
  }
  return best * RIVALS;
}
