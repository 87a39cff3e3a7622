import { TUNING } from './tuning';

const HOUR = 60;
const KEEP_SLOW = Math.exp(-HOUR / TUNING.slowShareMemory);
const KEEP_FAST = Math.exp(-HOUR / TUNING.fastShareMemory);

/** What all topics together were believed to be, over both memories. */
export class ShareTotals {
  slow = 0;
  fast = 0;

  add(believed: number): void {
    this.slow += believed;
    this.fast += believed;
  }

  fade(): void {
    this.slow *= KEEP_SLOW;
    this.fast *= KEEP_FAST;
  }
}

/**
 * Share of one topic in all reports, learned for ever and never frozen: a frozen baseline alarms for ever after a lasting
 * change. An outage hardly moves it, because learning draws from a token bucket that fills with little more than the
 * expected. Of two memories the higher share counts for failures, so that a drift of days is followed upwards at once
 * (shares of topics are stable over time otherwise, arXiv 2508.00593).
 */
export class TopicShare {
  #slow = 0;
  #fast = 0;
  #tokens = 0;
  share: number;

  constructor(prior: number) {
    this.share = prior;
  }

  /** Reports that the share rests on. */
  get learned(): number {
    return this.#slow;
  }

  /** How many of `count` are believed, when `fill` would be plenty. */
  believe(count: number, fill: number): number {
    const saved = Math.min(this.#tokens + fill, Math.max(3, TUNING.savedMinutes * fill));
    const believed = Math.min(count, saved);
    this.#tokens = saved - believed;
    this.#slow += believed;
    this.#fast += believed;
    return believed;
  }

  /** Once an hour. */
  settle(totals: ShareTotals, topics: number, failures: boolean): void {
    const slow = (this.#slow + 0.5) / (totals.slow + 0.5 * topics);
    const fast = (this.#fast + TUNING.fastSharePrior * slow) / (totals.fast + TUNING.fastSharePrior);
    this.share = failures ? Math.max(slow, fast) : slow;
    this.#slow *= KEEP_SLOW;
    this.#fast *= KEEP_FAST;
  }

  snapshot(): number[] {
    return [this.share, this.#slow, this.#fast, this.#tokens];
  }

  restore([share, slow, fast, tokens]: readonly number[]): void {
    this.share = share ?? this.share;
    this.#slow = slow ?? 0;
    this.#fast = fast ?? 0;
    this.#tokens = tokens ?? 0;
  }
}
