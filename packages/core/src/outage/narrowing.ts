import { bestNats } from './evidence';
import type { FailureReport, FailureTopic } from './failure-topic';
import { type Finding, type UsualTraffic, usualReports } from './look-back';
import { TUNING } from './tuning';

/** What an incident is about. */
export interface NarrowScope {
  readonly topics: readonly FailureTopic[];
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
export function narrow(finding: Finding, minute: number, traffic: UsualTraffic): NarrowScope {
  const { window } = finding;
  const topics = carriers(finding, minute, traffic);
  const reports = topics.flatMap((topic) => unexplainedSince(topic, minute - window));
  const expected = topics.reduce((sum, topic) => sum + usualReports(topic, minute, window, traffic).mean, 0);
  const region = regionOf(finding, reports, expected, traffic);

  const clientIds = distinct(region === null ? reports : reports.filter((report) => report.region === region));
  const excess = (clientIds.length - expected * traffic.regions.shareOf(region)) / window;
  return { topics, region, clientIds, excess };
}

function carriers({ scope, region, window }: Finding, minute: number, traffic: UsualTraffic): readonly FailureTopic[] {
  if (scope.topics.length === 1) return scope.topics;
  const share = traffic.regions.shareOf(region);
  const excesses = scope.topics.map((topic) => {
    const reports = reportsIn(topic, minute - window, region);
    return Math.max(0, reports.length - usualReports(topic, minute, window, traffic).mean * share);
  });
  const all = excesses.reduce((sum, excess) => sum + excess, 0);
  const carrying = scope.topics.filter((_, place) => (excesses[place] ?? 0) >= TUNING.topicShare * all);
  return carrying.length > 0 ? carrying : scope.topics;
}

function regionOf(
  finding: Finding,
  reports: readonly FailureReport[],
  expected: number,
  { regions }: UsualTraffic,
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
/** So many services do not fail at once by chance: their common ground does. */
const WIDESPREAD_SERVICES = 3;

/**
 * The scope with the topics of its service that began to be reported with it, and those of other services if there are
 * several. An outage of everything shows in one topic first, with too few reports of the others for alarms of their own;
 * that they come together is evidence enough.
 */
export function withCompanions(
  scope: NarrowScope,
  { window }: Finding,
  minute: number,
  failures: readonly FailureTopic[],
  traffic: UsualTraffic,
): NarrowScope {
  const since = minute - window;
  const share = traffic.regions.shareOf(scope.region);
  const together = failures.filter((topic) => {
    if (scope.topics.includes(topic)) return false;
    const clients = reportsIn(topic, since, scope.region).length;
    if (clients < FEWEST_COMPANIONS) return false;
    const { mean } = usualReports(topic, minute, window, traffic);
    return bestNats(clients, mean * share, COMPANION_ALPHA) >= TUNING.companionNeed;
  });
  const services = new Set(scope.topics.map(({ service }) => service));
  const joining = isWidespread([...scope.topics, ...together])
    ? together
    : together.filter(({ service }) => service !== null && services.has(service));
  if (joining.length === 0) return scope;
  const topics = [...scope.topics, ...joining];
  const clientIds = distinct(topics.flatMap((topic) => reportsIn(topic, since, scope.region)));
  const expected = share * topics.reduce((sum, topic) => sum + usualReports(topic, minute, window, traffic).mean, 0);
  return { ...scope, topics, clientIds, excess: (clientIds.length - expected) / window };
}

/** Whether topics are of so many services that they must have one cause; a topic without a service is one of its own. */
export function isWidespread(topics: readonly FailureTopic[]): boolean {
  return new Set(topics.map(({ id, service }) => service ?? id)).size >= WIDESPREAD_SERVICES;
}

/** Whether a topic is reported more than usual, `spill` taken off, though perhaps not enough for an alarm of its own. */
export function isElevated(
  topic: FailureTopic,
  { minute, traffic }: { readonly minute: number; readonly traffic: UsualTraffic },
  window: number,
  spill: number,
): boolean {
  const clients = unexplainedSince(topic, minute - window).length;
  if (clients < FEWEST_COMPANIONS) return false;
  const { mean } = usualReports(topic, minute, window, traffic);
  return bestNats(clients, mean + spill, COMPANION_ALPHA) >= TUNING.elevatedNeed;
}

/** Reports after a minute that no incident explains, of a region or (`null`) of all. */
export function reportsIn(topic: FailureTopic, since: number, region: string | null): readonly FailureReport[] {
  return unexplainedSince(topic, since).filter((report) => region === null || report.region === region);
}

export function unexplainedSince(topic: FailureTopic, since: number): readonly FailureReport[] {
  return topic.reports.filter(({ minute, incident }) => minute > since && incident === 0);
}

function distinct(reports: readonly FailureReport[]): string[] {
  return [...new Set(reports.map(({ clientId }) => clientId))];
}
