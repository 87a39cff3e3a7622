import type { Slices, Steps } from './slices';

export interface WeighedCase {
  readonly inputs: readonly number[];
  readonly positive: boolean;
  readonly weight: number;
}

/** One coefficient per input, and the intercept last. */
export type Coefficients = readonly number[];

const STEPS = 25;
/** Multiply-adds that one case is worth in one step, roughly. */
const CASE_WORK = 1_500;

/**
 * Logistic regression with a normal prior around `prior`, by Newton's method (Bishop 2006, Pattern Recognition and
 * Machine Learning, 4.3.3 and 4.4). Without cases the prior is the answer; `strength` cases' worth of evidence per
 * coefficient are needed to leave it by one.
 */
export function* fitLogistic(
  cases: readonly WeighedCase[],
  prior: Coefficients,
  strength: Coefficients,
  slices: Slices,
): Steps<Coefficients> {
  let fitted = [...prior];
  for (let step = 0; step < STEPS; step += 1) {
    const gradient = fitted.map((value, at) => strength[at]! * (prior[at]! - value));
    const curvature = fitted.map((_, row) => fitted.map((__, column) => (row === column ? strength[row]! : 0)));
    for (const { inputs, positive, weight } of cases) {
      if (slices.filledBy(CASE_WORK)) yield;
      const p = logistic(inputs, fitted);
      const error = weight * ((positive ? 1 : 0) - p);
      const spread = weight * p * (1 - p);
      for (let row = 0; row < fitted.length; row += 1) {
        const input = inputs[row] ?? 1;
        gradient[row] = gradient[row]! + error * input;
        for (let column = 0; column < fitted.length; column += 1) {
          curvature[row]![column] = curvature[row]![column]! + spread * input * (inputs[column] ?? 1);
        }
      }
    }
    const move = solve(curvature, gradient);
    // A long step can overshoot where the classes are nearly separable.
    const longest = Math.max(...move.map(Math.abs));
    const share = longest > 1 ? 1 / longest : 1;
    fitted = fitted.map((value, at) => value + move[at]! * share);
    if (longest < 1e-6) break;
  }
  return fitted;
}

/** The probability of a positive case. */
export function logistic(inputs: readonly number[], coefficients: Coefficients): number {
  let sum = coefficients[inputs.length]!;
  for (let at = 0; at < inputs.length; at += 1) sum += coefficients[at]! * inputs[at]!;
  return 1 / (1 + Math.exp(-sum));
}

/** Gauss–Jordan elimination; the matrix is positive definite, since every prior has some strength. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at]!]);
  for (let pivot = 0; pivot < rows.length; pivot += 1) {
    const pivotRow = rows[pivot]!;
    for (const [at, row] of rows.entries()) {
      if (at === pivot) continue;
      const factor = row[pivot]! / pivotRow[pivot]!;
      for (let column = pivot; column < row.length; column += 1) {
        row[column] = row[column]! - factor * pivotRow[column]!;
      }
    }
  }
  return rows.map((row, at) => row[rows.length]! / row[at]!);
}
