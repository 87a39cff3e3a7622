import { DEFAULT_SCOPE, fitScope, type Scope } from './scope';
import { indexOfMax, softmax } from './softmax';
import { TextModel, type LabelledText } from './text-model';

/** What turns scores into honest probabilities. */
export interface Calibration {
  readonly temperature: number;
  readonly scope: Scope;
}

const DEFAULT_CALIBRATION: Calibration = { temperature: 0.5, scope: DEFAULT_SCOPE };

const FOLDS = 3;
/** Fewer right answers than this do not make a quantile. */
const FEWEST_RIGHT = 20;
/** From so many texts on one fold is plenty, and training three times would take seconds. */
const ONE_FOLD_FROM = 1_500;

/** Lowest first. The floor keeps a set without held-out errors from claiming certainty about everything. */
const TEMPERATURES = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2];

interface HeldOut {
  readonly scores: Float64Array;
  readonly label: number;
}

/**
 * Measures the model on examples it has not seen: every third of each scenario in turn. Models trained on two thirds
 * score a little lower than the final one, which errs on the side of a doubt too many.
 */
export function calibrate(texts: readonly LabelledText[], classes: number): Calibration {
  const heldOut = scoreUnseen(texts, classes);
  const right = heldOut.filter(({ scores, label }) => indexOfMax(scores) === label);
  if (right.length < FEWEST_RIGHT) return DEFAULT_CALIBRATION;
  return {
    temperature: fitTemperature(heldOut),
    scope: fitScope(right.map(({ scores }) => scores[indexOfMax(scores)] ?? 0)),
  };
}

function scoreUnseen(texts: readonly LabelledText[], classes: number): HeldOut[] {
  const seen = new Map<number, number>();
  const folds = texts.map(({ label }) => {
    const position = seen.get(label) ?? 0;
    seen.set(label, position + 1);
    return position % FOLDS;
  });
  const heldOut: HeldOut[] = [];
  for (let fold = 0; fold < (texts.length < ONE_FOLD_FROM ? FOLDS : 1); fold += 1) {
    const model = new TextModel(
      texts.filter((_, index) => folds[index] !== fold),
      classes,
    );
    for (const [index, { features, label }] of texts.entries()) {
      if (folds[index] === fold) heldOut.push({ scores: model.scores(features), label });
    }
  }
  return heldOut;
}

/** The temperature with the lowest mean negative log-likelihood (Guo et al. 2017, On Calibration of Neural Networks). */
function fitTemperature(heldOut: readonly HeldOut[]): number {
  let best = DEFAULT_CALIBRATION.temperature;
  let lowest = Infinity;
  for (const temperature of TEMPERATURES) {
    let loss = 0;
    for (const { scores, label } of heldOut) loss -= Math.log(softmax(scores, temperature)[label] || Number.MIN_VALUE);
    if (loss < lowest) {
      lowest = loss;
      best = temperature;
    }
  }
  return best;
}
