import { roughNats, tailNats } from './evidence';
import type { LevelVariance } from './level-filter';
import type { Regions } from './regions';
import type { Scope } from './scopes';
import type { FailureReport, Topic } from './topic';
import { TUNING } from './tuning';
import type { Volume } from './volume';

/** What makes a minute's reports unlikely to be chance. */
export interface Finding {
  readonly scope: Scope;
  readonly region: string | null;
  readonly word: string | null;
  /** Minutes that it looked back. */
  readonly window: number;
  readonly clients: number;
  readonly expected: number;
  readonly nats: number;
  /** Reports within the window by clients of an open incident. */
  readonly explained: number;
}

export interface LookBackInput {
  readonly scope: Scope;
  readonly minute: number;
  readonly volume: Volume;
  readonly variance: LevelVariance;
  readonly regions: Regions;
  /** Of the time of day being known; see Expectation. */
  readonly doubt: number;
  /** Findings below this are of no interest. */
  readonly floor: number;
  readonly minClients: number;
  /** Whether reports that share a word are a scope. */
  readonly byWord: boolean;
}

/** Beyond so many clients no flood of a few can be what decides. */
const FLOODS_MATTER = 16;
/** So few clients within so few minutes may be a flood of three and bystanders: more of either is waited for. */
const FEW_CLIENTS = 6;
const FEW_MINUTES = 4;
const MOST_IN_FLOOD = 3;
/** A client with more messages on one topic may be at the beginning of a flood. */
const LIGHT_MESSAGES = 2;
/** Reports a minute that are always to be expected: nothing is certain, also at night. */
const FLOOR_RATE = 0.0005;
/** {@link roughNats} is that much too high at worst. */
const ROUGHNESS = 1.5;

/**
 * The strongest evidence of one scope over all windows, regions and words, in which this minute brought something new: a
 * scan of windows of growing length (Kulldorff's scan statistic, with a tail probability instead of Monte Carlo).
 */
export function lookBack(input: LookBackInput): Finding | null {
  return new LookBack(input).run();
}

class LookBack {
  readonly #input: LookBackInput;
  /** Clients so far in the regions and with the words of this minute's reports. */
  readonly #regions = new Map<string, number>();
  readonly #words = new Map<string, number>();
  readonly #seen = new Set<string>();
  #clients = 0;
  /** Of them those who wrote hardly more than once. */
  #light = 0;
  /** When the latest three had all written: a flood of three needs but a bystander or two before it to look like more. */
  #third = 0;
  #explained = 0;
  #best: Finding | null = null;

  constructor(input: LookBackInput) {
    this.#input = input;
    for (const topic of input.scope.topics) {
      for (const { region, words, incident } of topic.fresh) {
        if (incident !== 0) continue;
        if (region !== null) this.#regions.set(region, 0);
        if (input.byWord && input.scope.kind === 'topic') for (const word of words) this.#words.set(word, 0);
      }
    }
  }

  run(): Finding | null {
    const { scope, minute, minClients } = this.#input;
    const next = scope.topics.map((topic) => topic.reports.length - 1);
    for (const window of TUNING.windows) {
      for (const [place, topic] of scope.topics.entries()) {
        let index = next[place] ?? -1;
        for (; index >= 0; index -= 1) {
          const report = topic.reports[index];
          if (report === undefined || report.minute <= minute - window) break;
          this.#add(report, topic);
        }
        next[place] = index;
      }
      if (this.#clients > TUNING.mostScanned) break;
      if (this.#clients >= minClients) this.#judgeWindow(window);
    }
    return this.#best;
  }

  #add(report: FailureReport, topic: Topic): void {
    if (report.incident !== 0) {
      this.#explained += 1;
      return;
    }
    if (this.#seen.has(report.clientId)) return;
    // A few who write on and on do not become an outage by one bystander.
    if (this.#clients < FLOODS_MATTER) {
      const messages = topic.clients.messagesOf(report.clientId);
      if (messages > TUNING.flood) return;
      if (messages <= LIGHT_MESSAGES) this.#light += 1;
    }
    this.#seen.add(report.clientId);
    this.#clients += 1;
    if (this.#clients === MOST_IN_FLOOD) this.#third = report.minute;
    if (report.region !== null) increase(this.#regions, report.region);
    if (this.#words.size > 0) for (const word of report.words) increase(this.#words, word);
  }

  #judgeWindow(window: number): void {
    const { scope, minute, volume, variance, regions, doubt } = this.#input;
    let mean = 0;
    let spread = 0;
    for (const topic of scope.topics) {
      const level = topic.level.levelBefore(minute, window);
      const own = topic.means.sum(window) * level;
      mean += own;
      const relative = topic.level.varianceBefore(minute, window, variance.value) / (level * level);
      spread += own * own * (relative + 1 / (topic.share.learned + 2));
    }
    mean = mean * volume.correction(window) + FLOOR_RATE * window;
    const alpha =
      TUNING.varianceScale * (spread / (mean * mean) + volume.variance) +
      TUNING.clumping / window +
      doubt * volume.thinness;

    this.#judge(window, this.#clients, mean, alpha, null, null);
    for (const [region, clients] of this.#regions) {
      this.#judge(window, clients, mean * regions.shareOf(region), alpha, region, null);
    }
    const [topic] = scope.topics;
    if (topic === undefined) return;
    for (const [word, clients] of this.#words) {
      this.#judge(window, clients, mean * topic.words.shareOf(word), alpha + topic.words.doubtOf(word), null, word);
    }
  }

  #judge(
    window: number,
    clients: number,
    expected: number,
    alpha: number,
    region: string | null,
    word: string | null,
  ): void {
    const { scope, minute, floor, minClients } = this.#input;
    if (clients < minClients || clients < TUNING.leastRatio * expected) return;
    if (clients < FEW_CLIENTS && (minute - this.#third < FEW_MINUTES || this.#light < minClients)) return;
    const cost = scope.cost + (region === null ? 0 : TUNING.regionCost) + (word === null ? 0 : TUNING.wordCost);
    const least = Math.max(floor, this.#best?.nats ?? 0);
    if (roughNats(clients, expected, alpha) + ROUGHNESS - cost < least) return;
    const nats = tailNats(clients, expected, alpha) - cost;
    if (nats <= least) return;
    this.#best = { scope, region, word, window, clients, expected, nats, explained: this.#explained };
  }
}

function increase(counts: Map<string, number>, key: string): void {
  const count = counts.get(key);
  if (count !== undefined) counts.set(key, count + 1);
}
