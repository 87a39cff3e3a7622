/** Coefficients of Lanczos 1964 for g = 5, n = 6. */
const LANCZOS = [
  76.1800917294715, -86.505320329417, 24.0140982408309, -1.231739572450155, 0.0012086509738662, -0.000005395239384953,
];
const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);
/** A variance of nothing would make the negative binomial a Poisson by dividing by zero. */
const LEAST_ALPHA = 1e-4;
const MOST_TERMS = 2_000;
const PRECISION = 1e-6;

/**
 * −ln P(X ≥ count) for X negative binomial with this mean and the variance mean + alpha · mean². The tail test of
 * Farrington and Noufaily (2013) with the predictive distribution of a gamma-Poisson model: Poisson alone is over-confident
 * wherever there are many reports.
 */
export function tailNats(count: number, mean: number, alpha: number): number {
  if (count <= mean) return 0;
  const shape = 1 / Math.max(alpha, LEAST_ALPHA);
  const success = mean / (mean + shape);
  const first =
    logGamma(count + shape) -
    logGamma(shape) -
    logGamma(count + 1) +
    shape * Math.log1p(-success) +
    count * Math.log(success);
  let term = 1;
  let sum = 0;
  for (let k = count; k < count + MOST_TERMS; k += 1) {
    sum += term;
    term *= ((k + shape) / (k + 1)) * success;
    if (term < sum * PRECISION) break;
  }
  return Math.max(0, -first - Math.log(sum));
}

/**
 * About as much at a tenth of the cost: the generalised likelihood ratio of the negative binomial (Höhle & Paul 2008) is
 * Chernoff's bound of the tail, which it falls short of by half the logarithm of 2π count.
 */
export function roughNats(count: number, mean: number, alpha: number): number {
  if (count <= mean) return 0;
  const shape = 1 / Math.max(alpha, LEAST_ALPHA);
  const ratio = count * Math.log(count / mean) - (count + shape) * Math.log((count + shape) / (mean + shape));
  return ratio + 0.5 * Math.log(2 * Math.PI * count);
}

/** ln Γ(x) for x > 0. */
function logGamma(x: number): number {
  let series = 1.000000000190015;
  let y = x;
  for (const coefficient of LANCZOS) {
    y += 1;
    series += coefficient / y;
  }
  const t = x + 5.5;
  return (x + 0.5) * Math.log(t) - t + Math.log((SQRT_TWO_PI * series) / x);
}
