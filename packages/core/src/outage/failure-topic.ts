import { DistinctClients } from './distinct-clients';
import { FailureLevel, type FailureLevelSnapshot } from './failure-level';
import { TextClusters } from './text-clusters';
import { TUNING } from './tuning';
import type { WordCountsSnapshot } from './word-counts';

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

/** All that is known of a scenario that reports a failure. */
export class FailureTopic {
  readonly id: string;
  readonly outage = true;
  service: string | null;
  readonly clients = new DistinctClients();
  readonly level: FailureLevel;
  readonly words = new TextClusters();
  reports: FailureReport[] = [];
  /** Of the minute that is being folded. */
  fresh: FailureReport[] = [];

  constructor(id: string, service: string | null, topics: number) {
    this.id = id;
    this.service = service;
    this.level = new FailureLevel(1 / topics);
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

  /** How many of the reports after a minute no incident explains; counted up to `most`. */
  unexplainedSince(minute: number, most = Infinity): number {
    let count = 0;
    for (let place = this.reports.length - 1; place >= 0 && count < most; place -= 1) {
      const report = this.reports[place];
      if (report === undefined || report.minute <= minute) break;
      if (report.incident === 0) count += 1;
    }
    return count;
  }

  snapshot(): FailureTopicSnapshot {
    return {
      ...{ id: this.id, service: this.service },
      clients: this.clients.snapshot(),
      level: this.level.snapshot(),
      words: this.words.snapshot(),
      reports: this.reports.map(({ minute, clientId, region, words, incident }) => ({
        ...{ minute, clientId, region, incident },
        words: [...words],
      })),
    };
  }

  restore({ service, clients, level, words, reports }: FailureTopicSnapshot): void {
    this.service = service;
    this.clients.restore(clients);
    this.level.restore(level);
    this.words.restore(words);
    this.reports = reports.map((report) => ({ ...report }));
  }
}

export interface FailureTopicSnapshot {
  readonly id: string;
  readonly service: string | null;
  readonly clients: [string, number, number][];
  readonly level: FailureLevelSnapshot;
  readonly words: WordCountsSnapshot;
  readonly reports: (FailureReport & { readonly words: string[] })[];
}
