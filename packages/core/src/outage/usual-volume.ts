import { Expectation } from './expectation';
import { LogLevel } from './log-level';
import { RunningTotal } from './running-total';
import { TUNING } from './tuning';
import type { UsualTopic } from './usual-topic';

const DYNAMICS = { slowMemory: TUNING.dayMemory, slowVariance: TUNING.dayVariance, fastMemory: TUNING.hourMemory };
/** Minutes left out beyond so many were not quiet: nobody knows what happened. */
const LONGEST_QUIET = 60;
const DAY = 1_440;
/** A topic's ratio is drawn to the common one by so many reports. */
const PRIOR_REPORTS = 2;

/**
 * How many ordinary reports come these minutes, by the time of the week and by how busy it is against it. Growth,
 * campaigns and billing days raise it together with the failures, an outage does not.
 */
export class UsualVolume {
  readonly #topics: readonly UsualTopic[];
  readonly #expectation: Expectation;
  readonly #level = new LogLevel(DYNAMICS, 0, TUNING.dayVariance, TUNING.hourVariance);
  /** Followed by the filter, and as counted. */
  readonly #followed = new RunningTotal();
  readonly #counted = new RunningTotal();
  #minute: number | null = null;
  /** Expected these minutes by the time of the week, fading as the topics' own counts. */
  #recent = 0;
  #common = 1;
  #commonAt = -Infinity;

  constructor(topics: readonly UsualTopic[], utcOffset: number) {
    this.#topics = topics;
    this.#expectation = new Expectation(utcOffset);
  }

  /** Minutes learned from so far. */
  get learned(): number {
    return this.#expectation.learned;
  }

  /** How little the time of the day is known: all of it through the first day, nothing from the end of the second. */
  get doubt(): number {
    return Math.min(1, Math.max(0, 2 - this.#expectation.learned / DAY));
  }

  /** All reports followed since the beginning. */
  get total(): number {
    return this.#followed.total;
  }

  /** Over the latest minutes. */
  sum(minutes: number): number {
    return this.#followed.sum(minutes);
  }

  /** Relative variance. */
  get variance(): number {
    return this.#level.variance;
  }

  /**
   * How much busier a window was than the filter has followed: bursts of all topics come within minutes, and it takes a
   * while to believe them. Less one standard deviation and at least 1, so that it only makes careful.
   */
  correction(minutes: number): number {
    const counted = this.#counted.sum(minutes);
    const prior = TUNING.burstPrior;
    return Math.max(1, (counted - Math.sqrt(counted) + prior) / (this.#followed.sum(minutes) + prior));
  }

  /** Takes in the counts of the topics. Minutes that were left out in between had none. */
  step(minute: number): void {
    const first = this.#minute === null ? minute : Math.max(this.#minute + 1, minute - LONGEST_QUIET);
    this.#level.pass(this.#minute === null ? 1 : minute - this.#minute, TUNING.hourVariance);
    const expected: number[] = [];
    for (let each = first; each <= minute; each += 1) expected.push(this.#expectation.at(each));
    let unit = 0;
    for (const each of expected) unit += each;
    const keep = Math.exp(-(minute - first + 1) / TUNING.commonMemory);
    this.#recent = this.#recent * keep + unit;
    const kept = this.#keepUncommon(minute, keep);
    this.#level.see(kept, unit);
    const { factor } = this.#level;
    for (let each = first; each <= minute; each += 1) {
      const count = each === minute ? kept : 0;
      this.#followed.add(each, (expected[each - first] ?? 0) * factor);
      this.#counted.add(each, count);
      this.#expectation.learn(each, count);
    }
    this.#minute = minute;
  }

  /**
   * The minute's count, winsorised: a topic in a campaign must not pass for a busy day of all. What is common to the topics
   * is the median of their ratios, weighted by their shares; beyond two standard deviations more, a topic counts in part.
   */
  #keepUncommon(minute: number, keep: number): number {
    let news = false;
    for (const topic of this.#topics) {
      topic.recent = topic.recent * keep + topic.count;
      if (topic.count > 0) news = true;
    }
    if (!news) return 0;
    if (minute - this.#commonAt >= this.#topics.length / TUNING.commonTopics) {
      this.#common = this.#median();
      this.#commonAt = minute;
    }
    let all = 0;
    for (const topic of this.#topics) {
      if (topic.count === 0) continue;
      const expected = this.#recent * topic.share * this.#common;
      const spread = Math.sqrt(expected + TUNING.topicVariance * expected * expected);
      const limit = expected + 2 * spread + PRIOR_REPORTS;
      const kept = topic.recent > limit ? (topic.count * limit) / topic.recent : topic.count;
      topic.learn(kept);
      all += kept;
    }
    return all;
  }

  #median(): number {
    const { factor } = this.#level;
    const ratios = this.#topics.map(({ recent, share }) => {
      const weight = this.#recent * share;
      return { ratio: (recent + PRIOR_REPORTS * factor) / (weight + PRIOR_REPORTS), weight };
    });
    ratios.sort((a, b) => a.ratio - b.ratio);
    let below = 0;
    const half = ratios.reduce((sum, { weight }) => sum + weight, 0) / 2;
    for (const { ratio, weight } of ratios) {
      below += weight;
      if (below >= half) return ratio;
    }
    return factor;
  }

  /** Once an hour. */
  settle(): void {
    const total = this.#topics.reduce((sum, { learned }) => sum + learned, 0);
    for (const topic of this.#topics) topic.settle(total, this.#topics.length);
  }

  snapshot(): UsualVolumeSnapshot {
    return {
      minute: this.#minute,
      expectation: this.#expectation.snapshot(),
      level: this.#level.snapshot(),
      followed: this.#followed.snapshot(),
      counted: this.#counted.snapshot(),
      common: [this.#recent, this.#common, Number.isFinite(this.#commonAt) ? this.#commonAt : 0],
    };
  }

  restore({ minute, expectation, level, followed, counted, common }: UsualVolumeSnapshot): void {
    this.#minute = minute;
    this.#expectation.restore(expectation);
    this.#level.restore(level);
    this.#followed.restore(followed);
    this.#counted.restore(counted);
    this.#recent = common[0] ?? 0;
    this.#common = common[1] ?? 1;
    this.#commonAt = common[2] ?? 0;
  }
}

export interface UsualVolumeSnapshot {
  readonly minute: number | null;
  readonly expectation: number[][];
  readonly level: number[];
  readonly followed: number[];
  readonly counted: number[];
  readonly common: number[];
}
