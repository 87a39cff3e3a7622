/** The probability of yes is logistic(slope × input + intercept). */
export interface LogisticLine {
  readonly slope: number;
  readonly intercept: number;
}

export interface WeighedAnswer {
  readonly input: number;
  readonly yes: boolean;
  readonly weight: number;
}

const STEPS = 50;

/**
 * Logistic regression on one input by Newton's method, with a normal prior around a usual line: it takes `strength`
 * answers' worth of evidence to leave it by one (Bishop 2006, Pattern Recognition and Machine Learning, 4.3.3 and 4.4).
 */
export function fitLine(answers: readonly WeighedAnswer[], usual: LogisticLine, strength: number): LogisticLine {
  let { slope, intercept } = usual;
  for (let step = 0; step < STEPS; step += 1) {
    let [slopeGradient, interceptGradient] = [
      strength * (usual.slope - slope),
      strength * (usual.intercept - intercept),
    ];
    let [slopes, both, intercepts] = [strength, 0, strength];
    for (const { input, yes, weight } of answers) {
      const p = probabilityOn(input, { slope, intercept });
      const error = weight * ((yes ? 1 : 0) - p);
      const spread = weight * p * (1 - p);
      slopeGradient += error * input;
      interceptGradient += error;
      slopes += spread * input * input;
      both += spread * input;
      intercepts += spread;
    }
    const determinant = slopes * intercepts - both * both;
    const slopeMove = (intercepts * slopeGradient - both * interceptGradient) / determinant;
    const interceptMove = (slopes * interceptGradient - both * slopeGradient) / determinant;
    // A long step can overshoot where the answers are nearly separable.
    const longest = Math.max(Math.abs(slopeMove), Math.abs(interceptMove), 1);
    slope += slopeMove / longest;
    intercept += interceptMove / longest;
    if (Math.abs(slopeMove) + Math.abs(interceptMove) < 1e-9) break;
  }
  return { slope, intercept };
}

export function probabilityOn(input: number, { slope, intercept }: LogisticLine): number {
  return 1 / (1 + Math.exp(-(slope * input + intercept)));
}
