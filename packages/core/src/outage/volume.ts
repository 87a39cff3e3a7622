import { MinuteRing } from './minute-ring';
import type { Topic } from './topic';
import { TUNING } from './tuning';

const KEEP_HOUR = Math.exp(-1 / TUNING.hourMemory);
const KEEP_DAY = Math.exp(-1 / TUNING.dayMemory);
/** Slack of a campaign's limit, for topics that are expected hardly ever. */
const SLACK = 3;
/** So many ordinary reports within the memory are little to compare with. */
const FEW = 2;

interface Service {
  seen: number;
  expected: number;
  ratio: number;
}

/**
 * How busy it is against the time of the week, judged by the topics that are no failures: growth, campaigns and billing
 * days raise them together with the failures, an outage does not. Ratios are gamma-Poisson posteriors (prior counts k
 * on both sides): half a day is the prior of most of an hour, which is the prior of a service's own questions.
 */
export class Volume {
  #daySeen = 0;
  #dayExpected = 0;
  #day = 1;
  #expected = 0;
  #ratio = 1;
  #campaign = 1;
  readonly #services = new Map<string, Service>();
  readonly #kept = new MinuteRing(TUNING.history);
  readonly #followed = new MinuteRing(TUNING.history);

  /** Takes in the minute's counts of ordinary topics. `total`: all reports to expect in this minute. */
  step(topics: readonly Topic[], total: number): void {
    let seen = 0;
    let kept = 0;
    let expected = 0;
    let keptNow = 0;
    let expectedNow = 0;
    for (const service of this.#services.values()) service.seen = service.expected = 0;
    for (const topic of topics) {
      if (topic.outage) continue;
      const mean = total * topic.share.share;
      topic.seen = topic.seen * KEEP_HOUR + topic.count;
      topic.expected = topic.expected * KEEP_HOUR + mean;
      // Winsorised: one topic in a campaign must not pass for a busy day of all.
      const limit = TUNING.campaign * topic.expected * this.#day + SLACK;
      const weight = topic.seen > limit ? limit / topic.seen : 1;
      seen += topic.seen;
      kept += topic.seen * weight;
      expected += topic.expected;
      keptNow += topic.count * weight;
      expectedNow += mean;
      if (topic.service !== null) this.#addTo(topic.service, topic);
    }
    this.#daySeen = this.#daySeen * KEEP_DAY + keptNow;
    this.#dayExpected = this.#dayExpected * KEEP_DAY + expectedNow;
    this.#day = (this.#daySeen + TUNING.dayPrior) / (this.#dayExpected + TUNING.dayPrior);
    this.#expected = expected;
    this.#ratio = (kept + TUNING.hourPrior * this.#day) / (expected + TUNING.hourPrior);
    const surge = (seen + TUNING.hourPrior) / (kept + TUNING.hourPrior);
    this.#campaign = surge > 1 ? Math.pow(surge, TUNING.campaignPower) : 1;
    this.#kept.push(keptNow);
    this.#followed.push(expectedNow * this.#ratio);
    for (const service of this.#services.values()) {
      const own = (service.seen + TUNING.servicePrior * this.#ratio) / (service.expected + TUNING.servicePrior);
      service.ratio = Math.min(own, TUNING.mostServiceRatio * this.#ratio);
    }
  }

  /** How many times the time of the week a topic is to be expected now. */
  ratioOf(topic: Topic): number {
    if (!topic.outage) return this.#ratio;
    const service = topic.service === null ? undefined : this.#services.get(topic.service);
    return Math.max(this.#ratio, service?.ratio ?? 0) * this.#campaign;
  }

  /** Relative variance of the ratio. */
  get variance(): number {
    return 1 / (this.#expected + TUNING.hourPrior);
  }

  /** In [0, 1]: how little there is to compare with. */
  get thinness(): number {
    return (FEW / (this.#expected + FEW)) ** 2;
  }

  /** How much busier a window was than the ratio has followed; at least 1, so that it only makes careful. */
  correction(window: number): number {
    const prior = TUNING.windowPrior;
    return Math.max(1, (this.#kept.sum(window) + prior) / (this.#followed.sum(window) + prior));
  }

  #addTo(id: string, topic: Topic): void {
    let service = this.#services.get(id);
    if (service === undefined) this.#services.set(id, (service = { seen: 0, expected: 0, ratio: 1 }));
    service.seen += topic.seen;
    service.expected += topic.expected;
  }

  snapshot(): VolumeSnapshot {
    return {
      ratios: [this.#daySeen, this.#dayExpected, this.#day, this.#expected, this.#ratio, this.#campaign],
      kept: this.#kept.snapshot(),
      followed: this.#followed.snapshot(),
    };
  }

  restore({ ratios, kept, followed }: VolumeSnapshot): void {
    [this.#daySeen = 0, this.#dayExpected = 0, this.#day = 1, this.#expected = 0, this.#ratio = 1, this.#campaign = 1] =
      ratios;
    this.#kept.restore(kept);
    this.#followed.restore(followed);
  }
}

export interface VolumeSnapshot {
  readonly ratios: number[];
  readonly kept: number[];
  readonly followed: number[];
}
