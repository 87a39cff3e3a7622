/** Coefficients of Lanczos 1964 for g = 5, n = 6. */
const LANCZOS = [
  76.1800917294715, -86.505320329417, 24.0140982408309, -1.231739572450155, 0.0012086509738662, -0.000005395239384953,
] as const;
const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);
/** A variance of nothing would make the negative binomial a Poisson by dividing by zero. */
const LEAST_ALPHA = 1e-4;

export interface CountEvidence {
  readonly count: number;
  /** Mean without an outage. */
  readonly expected: number;
  /** Relative variance of that mean. */
  readonly alpha: number;
  /** What an outage may add to the mean; each is believed alike. */
  readonly excesses: readonly number[];
}

/**
 * Natural log of the Bayes factor "outage" against "none": the marginal likelihoods of the count under a gamma-Poisson
 * model (negative binomial), that of an outage averaged over its possible sizes. The overdispersion is what makes it
 * careful where the expected is not known well (Noufaily et al. 2013); the average instead of the best size is the price
 * of not knowing it (mixture likelihood ratio: Pollak 1987; Lai 1998).
 */
export function outageNats({ count, expected, alpha, excesses }: CountEvidence): number {
  const usual = Math.max(alpha, LEAST_ALPHA);
  const none = logNegativeBinomial(count, expected, usual);
  let most = -Infinity;
  const sizes = excesses.map((excess) => {
    const mean = expected + excess;
    const share = expected / mean;
    const nats = logNegativeBinomial(count, mean, Math.max(LEAST_ALPHA, usual * share * share)) - none;
    most = Math.max(most, nats);
    return nats;
  });
  let sum = 0;
  for (const nats of sizes) sum += Math.exp(nats - most);
  return most + Math.log(sum / sizes.length);
}

/** At least {@link outageNats}, at a fraction of the cost: the likelihood ratio of a Poisson mean that is known exactly. */
export function mostNats(count: number, expected: number): number {
  return count <= expected ? 0 : count * Math.log(count / expected) - (count - expected);
}

/**
 * The generalised likelihood ratio of the negative binomial (Höhle & Paul 2008): the evidence if the size of the outage
 * were known to be the one that fits best.
 */
export function bestNats(count: number, expected: number, alpha: number): number {
  if (count <= expected) return 0;
  const shape = 1 / Math.max(alpha, LEAST_ALPHA);
  return count * Math.log(count / expected) - (count + shape) * Math.log((count + shape) / (expected + shape));
}

/** ln(eᵃ + eᵇ). */
export function logSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}

/** Without the part that depends on the count alone. */
function logNegativeBinomial(count: number, mean: number, alpha: number): number {
  const shape = 1 / alpha;
  return (
    logGamma(count + shape) -
    logGamma(shape) +
    shape * Math.log(shape / (shape + mean)) +
    count * Math.log(mean / (shape + mean))
  );
}

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  const [a, b, c, d, e, f] = LANCZOS;
  const series = 1.000000000190015 + a / (x + 1) + b / (x + 2) + c / (x + 3) + d / (x + 4) + e / (x + 5) + f / (x + 6);
  const t = x + 5.5;
  return (x + 0.5) * Math.log(t) - t + Math.log((SQRT_TWO_PI * series) / x);
}
