import { roughNats } from './evidence';
import type { Finding } from './look-back';
import type { Regions } from './regions';
import type { FailureReport, Topic } from './topic';
import { TUNING } from './tuning';

/** What an incident is about. */
export interface NarrowScope {
  /** The one that carries most comes first. */
  readonly topics: readonly Topic[];
  readonly region: string | null;
  readonly clientIds: readonly string[];
  /** New clients a minute above the expected. */
  readonly excess: number;
}

const FEWEST_IN_REGION = 4;

/**
 * The narrowest scope that explains a finding: of a group only the topics that carry the excess, and a region instead of
 * everywhere if it carries most of it. The most unlikely scope is not always that one: an outage of everything is most
 * unlikely in the region where chance added to it.
 */
export function narrow(finding: Finding, minute: number, regions: Regions): NarrowScope {
  const since = minute - finding.window;
  const topics = carriers(finding, since, regions);
  const reports = topics.flatMap((topic) => unexplainedSince(topic, since));
  const expected = topics.reduce((sum, topic) => sum + topic.means.sum(finding.window), 0);
  const region = regionOf(finding, reports, expected, regions);

  const clientIds = distinct(region === null ? reports : reports.filter((report) => report.region === region));
  const excess = (clientIds.length - expected * regions.shareOf(region)) / finding.window;
  return { topics, region, clientIds, excess };
}

function carriers({ scope, region, window }: Finding, since: number, regions: Regions): readonly Topic[] {
  if (scope.topics.length === 1) return scope.topics;
  const excesses = scope.topics.map((topic) => {
    const reports = reportsIn(topic, since, region);
    return Math.max(0, reports.length - topic.means.sum(window) * regions.shareOf(region));
  });
  const all = excesses.reduce((sum, excess) => sum + excess, 0);
  const carrying = scope.topics
    .map((topic, place) => ({ topic, excess: excesses[place] ?? 0 }))
    .filter(({ excess }) => excess >= TUNING.topicShare * all)
    .sort((a, b) => b.excess - a.excess)
    .map(({ topic }) => topic);
  return carrying.length > 0 ? carrying : scope.topics;
}

function regionOf(
  finding: Finding,
  reports: readonly FailureReport[],
  expected: number,
  regions: Regions,
): string | null {
  const excess = distinct(reports).length - expected;
  if (finding.region !== null) {
    return finding.clients - finding.expected < TUNING.regionShareAlone * excess ? null : finding.region;
  }
  for (const region of new Set(reports.map((report) => report.region))) {
    if (region === null) continue;
    const clients = distinct(reports.filter((report) => report.region === region)).length;
    const own = clients - expected * regions.shareOf(region);
    if (own >= FEWEST_IN_REGION && own > TUNING.regionShare * excess) return region;
  }
  return null;
}

const FEWEST_COMPANIONS = 2;
const COMPANION_ALPHA = 0.1;

/**
 * The scope with the topics that began to be reported with it. An outage of everything shows in one topic first, with too
 * few reports of the others for alarms of their own; that they come together is evidence enough.
 */
export function withCompanions(
  scope: NarrowScope,
  { window }: Finding,
  minute: number,
  failures: readonly Topic[],
  regions: Regions,
): NarrowScope {
  const since = minute - window;
  const share = regions.shareOf(scope.region);
  const joining = failures.filter((topic) => {
    if (scope.topics.includes(topic)) return false;
    const clients = reportsIn(topic, since, scope.region).length;
    if (clients < FEWEST_COMPANIONS) return false;
    return roughNats(clients, topic.means.sum(window) * share, COMPANION_ALPHA) >= TUNING.companionNeed;
  });
  if (joining.length === 0) return scope;
  const topics = [...scope.topics, ...joining];
  const clientIds = distinct(topics.flatMap((topic) => reportsIn(topic, since, scope.region)));
  const expected = share * topics.reduce((sum, topic) => sum + topic.means.sum(window), 0);
  return { ...scope, topics, clientIds, excess: (clientIds.length - expected) / window };
}

function reportsIn(topic: Topic, since: number, region: string | null): readonly FailureReport[] {
  return unexplainedSince(topic, since).filter((report) => region === null || report.region === region);
}

export function unexplainedSince(topic: Topic, since: number): readonly FailureReport[] {
  return topic.reports.filter(({ minute, incident }) => minute > since && incident === 0);
}

function distinct(reports: readonly FailureReport[]): string[] {
  return [...new Set(reports.map(({ clientId }) => clientId))];
}
