import { fitLine, type LogisticLine, probabilityOn } from './logistic-line';

/** Which number of a model's answer a confidence comes from: its token probabilities, or what it says of itself. */
export type ConfidenceSignal = 'probability' | 'stated';

/** How to turn a model's own probability into one that comes true. Plain data: store it, and give it again. */
export interface ConfidenceScale extends LogisticLine {
  /** It is applied to answers with this signal only. Their log-odds are put on the line: 1 and 0 change nothing. */
  readonly signal: ConfidenceSignal;
}

/** One answer of the model, and whether it was right. */
export interface JudgedAnswer {
  readonly signal: ConfidenceSignal;
  /** In [0, 1]. */
  readonly probability: number;
  readonly right: boolean;
}

/** Models say 0 and 1, which have no log-odds. */
const LEAST = 0.001;
/** Answers' worth of evidence it takes to leave the identity; it also keeps a set without errors from being certain. */
const STRENGTH = 4;
/** A set too small or odd must not turn the order of confidences round. */
const LEAST_SLOPE = 0.05;

/**
 * Platt scaling: logistic regression on the log-odds (Platt 1999, Probabilistic Outputs for Support Vector Machines; for
 * probabilities of neural networks Guo et al. 2017, https://arxiv.org/abs/1706.04599), with a normal prior around the
 * identity in the place of Platt's smoothed targets. Of mixed signals the commoner one is fitted.
 */
export function fitScale(answers: readonly JudgedAnswer[]): ConfidenceScale {
  const told = answers.filter(({ signal }) => signal === 'probability');
  const signal = told.length * 2 >= answers.length && told.length > 0 ? 'probability' : 'stated';
  const cases = answers
    .filter((answer) => answer.signal === signal)
    .map(({ probability, right }) => ({ input: logOdds(probability), yes: right, weight: 1 }));
  const { slope, intercept } = fitLine(cases, { slope: 1, intercept: 0 }, STRENGTH);
  return { signal, slope: Math.max(slope, LEAST_SLOPE), intercept };
}

export function scaled(probability: number, scale: ConfidenceScale): number {
  return probabilityOn(logOdds(probability), scale);
}

function logOdds(probability: number): number {
  const p = Math.min(Math.max(probability, LEAST), 1 - LEAST);
  return Math.log(p / (1 - p));
}
