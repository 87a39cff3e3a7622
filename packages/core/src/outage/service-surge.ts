import { logGamma } from './evidence';
import { TUNING } from './tuning';

/** How many times the usual, and of what relative variance. */
export interface Surge {
  readonly factor: number;
  readonly variance: number;
}

const NONE: Surge = { factor: 1, variance: 0 };
/** Of a surge: its mean factor, and the shape of the gamma distribution around it. */
const MEAN = 1.8;
const SHAPE = 3;
/** It is that unlikely beforehand. */
const ODDS = 1 / 20;

/**
 * How many times the usual a service gets of its ordinary questions, as on a billing day, when failures of the same
 * service are reported more often too. Spike and slab: either nothing is the matter, or the factor is drawn from a gamma
 * distribution; the answer is the mean over both, weighted by the marginal likelihoods of the counts (gamma-Poisson).
 */
function serviceSurge(seen: number, expected: number): Surge {
  if (!(expected > 0) || seen <= expected) return NONE;
  const rate = SHAPE / MEAN;
  const own = (seen + SHAPE) / (expected + rate);
  if (own <= 1) return NONE;
  const slab =
    logGamma(seen + SHAPE) - logGamma(SHAPE) + SHAPE * Math.log(rate) - (seen + SHAPE) * Math.log(expected + rate);
  const probability = 1 / (1 + Math.exp(-expected - slab) / ODDS);
  const factor = 1 + probability * (own - 1);
  const spread = probability * (1 - probability) * (own - 1) ** 2 + (probability * own * own) / (seen + SHAPE);
  return { factor, variance: spread / (factor * factor) };
}

/** The ordinary reports of each service over two memories: a surge shows in the short one, where there are few in the long. */
export class ServiceSurges {
  readonly #seen = new Map<string, number[]>();
  readonly #shares = new Map<string, number>();
  readonly #expected = TUNING.surgeMemories.map(() => 0);
  /** Worked out for the minute. */
  readonly #now = new Map<string, Surge>();
  #minute: number | null = null;

  /** Shares of the services in the volume. */
  settle(topics: Iterable<{ readonly service: string | null; readonly share: number }>): void {
    this.#now.clear();
    this.#shares.clear();
    for (const { service, share } of topics) {
      if (service !== null) this.#shares.set(service, (this.#shares.get(service) ?? 0) + share);
    }
    for (const service of this.#seen.keys()) if (!this.#shares.has(service)) this.#seen.delete(service);
  }

  /** `volume`: all ordinary reports that were expected since the last step. */
  step(
    minute: number,
    volume: number,
    topics: Iterable<{ readonly service: string | null; readonly count: number }>,
  ): void {
    const minutes = this.#minute === null ? 1 : minute - this.#minute;
    this.#minute = minute;
    this.#now.clear();
    for (let place = 0; place < TUNING.surgeMemories.length; place += 1) {
      const keep = Math.exp(-minutes / (TUNING.surgeMemories[place] ?? 1));
      this.#expected[place] = (this.#expected[place] ?? 0) * keep + volume;
      for (const seen of this.#seen.values()) seen[place] = (seen[place] ?? 0) * keep;
    }
    for (const { service, count } of topics) {
      if (service === null || count === 0) continue;
      let seen = this.#seen.get(service);
      if (seen === undefined) this.#seen.set(service, (seen = TUNING.surgeMemories.map(() => 0)));
      for (let place = 0; place < seen.length; place += 1) seen[place] = (seen[place] ?? 0) + count;
    }
  }

  of(service: string | null): Surge {
    if (service === null) return NONE;
    let surge = this.#now.get(service);
    if (surge === undefined) this.#now.set(service, (surge = this.#strongest(service)));
    return surge;
  }

  #strongest(service: string): Surge {
    const seen = this.#seen.get(service);
    const share = this.#shares.get(service) ?? 0;
    if (seen === undefined || share === 0) return NONE;
    let most = NONE;
    for (let place = 0; place < seen.length; place += 1) {
      const surge = serviceSurge(seen[place] ?? 0, share * (this.#expected[place] ?? 0));
      if (surge.factor > most.factor) most = surge;
    }
    return most;
  }

  snapshot(): ServiceSurgesSnapshot {
    return {
      minute: this.#minute,
      expected: [...this.#expected],
      seen: [...this.#seen].map(([service, seen]) => [service, [...seen]]),
      shares: [...this.#shares],
    };
  }

  restore({ minute, expected, seen, shares }: ServiceSurgesSnapshot): void {
    this.#minute = minute;
    for (const place of this.#expected.keys()) this.#expected[place] = expected[place] ?? 0;
    for (const [service, counts] of seen) this.#seen.set(service, [...counts]);
    for (const [service, share] of shares) this.#shares.set(service, share);
  }
}

export interface ServiceSurgesSnapshot {
  readonly minute: number | null;
  readonly expected: number[];
  readonly seen: [string, number[]][];
  readonly shares: [string, number][];
}
