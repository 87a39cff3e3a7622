/** More regions than this are not told apart. */
const MOST = 256;
const PRIOR_REPORTS = 20;
const PRIOR_REGION = 2;
const KEEP_HOURLY = Math.exp(-60 / (14 * 1_440));

/** Which share of the reports comes from which region, learned from ordinary topics. */
export class Regions {
  readonly #counts = new Map<string, number>();
  #reports = PRIOR_REPORTS;

  /** Regions that are told apart. */
  get size(): number {
    return Math.max(1, this.#counts.size);
  }

  learn(region: string | null): void {
    this.#reports += 1;
    if (region === null) return;
    const count = this.#counts.get(region);
    if (count !== undefined || this.#counts.size < MOST) this.#counts.set(region, (count ?? PRIOR_REGION) + 1);
  }

  /** `null`: everywhere. Never 0: a region heard of for the first time is rare, not impossible. */
  shareOf(region: string | null): number {
    return region === null ? 1 : (this.#counts.get(region) ?? PRIOR_REGION) / this.#reports;
  }

  /** Share of the reports that say where they come from. */
  get knownShare(): number {
    let known = 0;
    for (const count of this.#counts.values()) known += count;
    return Math.min(1, Math.max(0.01, known / this.#reports));
  }

  /** Once an hour. */
  fade(): void {
    this.#reports *= KEEP_HOURLY;
    for (const [region, count] of this.#counts) this.#counts.set(region, count * KEEP_HOURLY);
  }

  snapshot(): { reports: number; counts: [string, number][] } {
    return { reports: this.#reports, counts: [...this.#counts] };
  }

  restore({
    reports,
    counts,
  }: {
    readonly reports: number;
    readonly counts: readonly (readonly [string, number])[];
  }): void {
    this.#reports = reports;
    for (const [region, count] of counts) this.#counts.set(region, count);
  }
}
