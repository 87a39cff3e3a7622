import { logSum, mostNats, outageNats } from './evidence';
import type { FailureReport, FailureTopic } from './failure-topic';
import type { LevelVariance } from './level-variance';
import type { Regions } from './regions';
import type { Scope } from './scopes';
import type { ServiceSurges } from './service-surge';
import { SharedWords } from './shared-words';
import { TUNING } from './tuning';
import type { UsualVolume } from './usual-volume';

/** What makes the latest reports unlikely to be chance. */
export interface Finding {
  readonly scope: Scope;
  readonly region: string | null;
  readonly word: string | null;
  /** Minutes that it looked back. */
  readonly window: number;
  readonly clients: number;
  readonly expected: number;
  /** Of the whole scope: all windows, regions and words together; the rest of the finding is the strongest of them. */
  readonly nats: number;
  /** Reports within the window by clients of an open incident. */
  readonly explained: number;
}

/** What windows are judged by. */
export interface UsualTraffic {
  readonly volume: UsualVolume;
  readonly surges: ServiceSurges;
  readonly variance: LevelVariance;
  readonly regions: Regions;
}

export interface LookBackInput {
  readonly scope: Scope;
  readonly minute: number;
  readonly traffic: UsualTraffic;
  /** Reports within a window that incidents are expected to add to a topic by wrong labels. */
  readonly spill: (topic: FailureTopic, window: number) => number;
  /** Findings below this are of no interest. */
  readonly floor: number;
  readonly minClients: number;
  /** Whether reports that share a word are a scope. */
  readonly byWord: boolean;
}

const HOUR = 60;
/** Beyond so many clients no flood of a few can be what decides. */
const FLOODS_MATTER = 16;
/** So few clients may be a flood of three and a bystander or two. */
const FEW_CLIENTS = 6;
const FLOODERS = 3;
/** Of three who flood so many minutes show it. */
const FLOOD_SHOWS = 2;
/** Whatever is so much less than the floor adds nothing to it. */
const NEGLIGIBLE = 5;
/** What was expected before a window is at least so much of what is expected now. */
const LEAST_OF_NOW = 0.6;

/** Expected reports of a topic in the latest `window` minutes, and their variance. */
export function usualReports(
  topic: FailureTopic,
  minute: number,
  window: number,
  { volume, surges, variance }: UsualTraffic,
): { readonly mean: number; readonly spread: number } {
  const surge = surges.of(topic.service);
  const level = topic.level.before(minute, window, variance.value);
  const mean = volume.sum(window) * level.factor * surge.factor;
  return { mean, spread: mean * mean * (level.variance + surge.variance) };
}

/**
 * The evidence of one scope over all windows, regions and words in which the latest minutes brought something new. The sum
 * over the windows is the Shiryaev-Roberts statistic (Pollak 1985), whose mean time between false alarms is at least its
 * threshold: every minute may have been the beginning.
 */
export function lookBack(input: LookBackInput): LookBackResult {
  return new LookBack(input).run();
}

export interface LookBackResult {
  readonly finding: Finding | null;
  /** It may be the beginning of a flood: looked back again in a minute or two it would have shown. */
  readonly wait: boolean;
}

class LookBack {
  readonly #input: LookBackInput;
  /** So far, in the regions of the latest reports. */
  readonly #regions = new Map<string, { clients: number; readonly words: SharedWords }>();
  readonly #words = new SharedWords();
  readonly #unread: { readonly report: FailureReport; readonly topic: FailureTopic }[] = [];
  readonly #seen = new Set<string>();
  /** Minutes of the first clients found, latest first. */
  readonly #minutes: number[] = [];
  #clients = 0;
  /** Of them those who wrote more than once. */
  #repeating = 0;
  #explained = 0;
  #nats = -Infinity;
  #best: Omit<Finding, 'nats'> | null = null;
  #bestNats = -Infinity;

  constructor(input: LookBackInput) {
    this.#input = input;
    const { minute, scope } = input;
    for (const topic of scope.topics) {
      for (let place = topic.reports.length - 1; place >= 0; place -= 1) {
        const report = topic.reports[place];
        if (report === undefined || report.minute <= minute - TUNING.recheck) break;
        if (report.incident !== 0) continue;
        if (report.region === null || this.#regions.has(report.region)) continue;
        this.#regions.set(report.region, { clients: 0, words: new SharedWords() });
      }
    }
  }

  run(): LookBackResult {
    const { scope, minute, minClients, floor, traffic } = this.#input;
    const next = scope.topics.map((topic) => topic.reports.length - 1);
    let now = 0;
    for (const { level } of scope.topics) now += level.factor;
    let before = 0;
    let wait = false;
    for (const window of TUNING.windows) {
      const known = this.#clients;
      for (const [place, topic] of scope.topics.entries()) {
        let index = next[place] ?? -1;
        for (; index >= 0; index -= 1) {
          const report = topic.reports[index];
          if (report === undefined || report.minute <= minute - window) break;
          this.#add(report, topic);
        }
        next[place] = index;
      }
      if (window > scope.longest || this.#clients > TUNING.mostScanned) break;
      if (this.#clients > known && this.#clients >= minClients) {
        if (this.#mayBeFlood()) wait = true;
        // Most windows are hopeless whatever exactly is expected in them.
        else if (this.#mayMatter(now * traffic.volume.sum(window))) {
          this.#judgeWindow(window, Math.log(window - before));
        }
      }
      before = window;
    }
    const finding = this.#best === null || this.#nats < floor ? null : { ...this.#best, nats: this.#nats };
    return { finding, wait };
  }

  #add(report: FailureReport, topic: FailureTopic): void {
    if (report.incident !== 0) {
      this.#explained += 1;
      return;
    }
    if (this.#seen.has(report.clientId)) return;
    // A few who write on and on do not become an outage by one bystander.
    if (this.#clients < FLOODS_MATTER) {
      const messages = topic.clients.messagesOf(report.clientId);
      if (messages > TUNING.flood) return;
      if (messages > 1) this.#repeating += 1;
      this.#minutes.push(report.minute);
    }
    this.#seen.add(report.clientId);
    this.#clients += 1;
    const here = this.#regionOf(report);
    if (here !== undefined) here.clients += 1;
    if (this.#input.byWord && report.words.length > 0) this.#unread.push({ report, topic });
  }

  /** Reads the texts found so far; only where they can decide, since most windows are hopeless whatever they say. */
  #readWords(): void {
    for (const { report, topic } of this.#unread) {
      this.#words.add(report.words, topic.words);
      this.#regionOf(report)?.words.add(report.words, topic.words);
    }
    this.#unread.length = 0;
  }

  #regionOf({ region }: FailureReport) {
    return region === null ? undefined : this.#regions.get(region);
  }

  /** Whether three of them may be at the beginning of a flood: it is waited until they would have shown it. */
  #mayBeFlood(): boolean {
    if (this.#clients >= FEW_CLIENTS) return false;
    const third = this.#minutes[this.#clients - FLOODERS] ?? 0;
    return this.#repeating > this.#clients - FLOODERS || this.#input.minute - third < FLOOD_SHOWS;
  }

  /** By what is expected now, which an outage has raised if anything. */
  #mayMatter(expected: number): boolean {
    const least = LEAST_OF_NOW * expected;
    const clients = this.#clients;
    if (clients < TUNING.leastRatio * least) return false;
    const evidence = mostNats(clients, least);
    const { floor } = this.#input;
    if (evidence < floor - NEGLIGIBLE - TUNING.mostWordNats) return false;
    this.#readWords();
    return evidence + Math.max(0, this.#words.nats) >= floor - NEGLIGIBLE;
  }

  #judgeWindow(window: number, beginnings: number): void {
    const { scope, minute, traffic, spill } = this.#input;
    let mean = TUNING.leastRate * window;
    let spread = 0;
    const correction = traffic.volume.correction(window);
    for (const topic of scope.topics) {
      const usual = usualReports(topic, minute, window, traffic);
      const added = spill(topic, window);
      mean += usual.mean * correction + added;
      spread += usual.spread + TUNING.spillVariance * added * added;
    }
    const alpha =
      spread / (mean * mean) +
      traffic.volume.variance +
      TUNING.clumping / window +
      (TUNING.firstDays * traffic.volume.doubt * window) / HOUR;
    const regions = traffic.regions.size;
    const everywhere = regions > 1 ? Math.log(1 - TUNING.regional) : 0;
    const base = beginnings + scope.weight;
    this.#judge(window, this.#clients, mean, alpha, base + everywhere, null, this.#words);
    const somewhere = base + Math.log(TUNING.regional / regions);
    for (const [region, { clients, words }] of this.#regions) {
      this.#judge(window, clients, mean * traffic.regions.shareOf(region), alpha, somewhere, region, words);
    }
  }

  #judge(
    window: number,
    clients: number,
    expected: number,
    alpha: number,
    weight: number,
    region: string | null,
    words: SharedWords,
  ): void {
    const { scope, floor, minClients } = this.#input;
    if (clients < minClients || clients < TUNING.leastRatio * expected) return;
    const shared = words.nats;
    if (mostNats(clients, expected) + weight + shared < floor - NEGLIGIBLE) return;
    const excesses = TUNING.ratios.map((ratio, place) =>
      Math.max(ratio * expected, (TUNING.rates[place] ?? 0) * minClients * window),
    );
    const nats = outageNats({ count: clients, expected, alpha, excesses }) + weight + shared;
    this.#nats = logSum(this.#nats, nats);
    if (nats <= this.#bestNats) return;
    this.#bestNats = nats;
    const [topic] = scope.topics;
    const word = shared > 0 && topic !== undefined ? words.common(topic.words) : null;
    this.#best = { scope, region, word, window, clients, expected, explained: this.#explained };
  }
}
