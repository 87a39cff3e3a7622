import { DistinctClients } from './distinct-clients';
import { LevelFilter } from './level-filter';
import { MinuteRing } from './minute-ring';
import { TextClusters } from './text-clusters';
import { TopicShare } from './topic-share';
import { TUNING } from './tuning';

/** One client who counts, in the minute of the first message. */
export interface FailureReport {
  readonly minute: number;
  readonly clientId: string;
  readonly region: string | null;
  readonly words: readonly string[];
  /** Number of the incident that explains it; 0: none. */
  incident: number;
}

/** Reports of a topic that are looked back at; the oldest go first. */
const MOST_REPORTS = 4_000;
/** Old ones are cut off in pieces, not one by one. */
const CUT = 64;

/** All that is known of one scenario. */
export class Topic {
  readonly id: string;
  readonly outage: boolean;
  service: string | null;
  readonly clients = new DistinctClients();
  readonly share: TopicShare;
  /** Seen and expected these minutes, fading with the memory of {@link Volume}. */
  seen = 0;
  expected = 0;

  // Of failures only.
  readonly level = new LevelFilter();
  readonly means = new MinuteRing(TUNING.history);
  readonly words = new TextClusters();
  reports: FailureReport[] = [];
  hourCount = 0;
  hourMean = 0;

  // Of the minute that is being folded.
  count = 0;
  mean = 0;
  fresh: FailureReport[] = [];

  constructor(id: string, service: string | null, outage: boolean, topics: number) {
    this.id = id;
    this.service = service;
    this.outage = outage;
    this.share = new TopicShare(1 / topics);
  }

  /** Reports that count enter the look back. */
  remember(minute: number): void {
    if (this.fresh.length === 0) return;
    this.reports.push(...this.fresh);
    let old = 0;
    while ((this.reports[old]?.minute ?? minute) <= minute - TUNING.history) old += 1;
    const over = Math.max(old, this.reports.length - MOST_REPORTS);
    if (over >= CUT) this.reports.splice(0, over);
  }

  snapshot(): TopicSnapshot {
    return {
      id: this.id,
      service: this.service,
      clients: this.clients.snapshot(),
      share: this.share.snapshot(),
      volume: [this.seen, this.expected],
      failures: !this.outage
        ? null
        : {
            level: this.level.snapshot(),
            means: this.means.snapshot(),
            words: this.words.snapshot(),
            reports: this.reports.map(({ minute, clientId, region, words, incident }) => ({
              ...{ minute, clientId, region, incident },
              words: [...words],
            })),
            hour: [this.hourCount, this.hourMean],
          },
    };
  }

  restore(snapshot: TopicSnapshot): void {
    this.service = snapshot.service;
    this.clients.restore(snapshot.clients);
    this.share.restore(snapshot.share);
    this.seen = snapshot.volume[0] ?? 0;
    this.expected = snapshot.volume[1] ?? 0;
    if (snapshot.failures === null || !this.outage) return;
    const { level, means, words, reports, hour } = snapshot.failures;
    this.level.restore(level);
    this.means.restore(means);
    this.words.restore(words);
    this.reports = reports.map((report) => ({ ...report }));
    this.hourCount = hour[0] ?? 0;
    this.hourMean = hour[1] ?? 0;
  }
}

export interface TopicSnapshot {
  readonly id: string;
  readonly service: string | null;
  readonly clients: [string, number, number][];
  readonly share: number[];
  readonly volume: number[];
  readonly failures: {
    readonly level: number[][];
    readonly means: number[];
    readonly words: { readonly reports: number; readonly words: [string, number][] };
    readonly reports: (FailureReport & { readonly words: string[] })[];
    readonly hour: number[];
  } | null;
}
