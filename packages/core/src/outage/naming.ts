import type { FailureReport, FailureTopic } from './failure-topic';
import type { Incident } from './incident';
import { type Finding, type UsualTraffic, usualReports } from './look-back';
import { type NarrowScope, reportsIn } from './narrowing';
import type { Regions } from './regions';
import { TUNING } from './tuning';

/** Reports a minute that are always to be expected. */
const LEAST_USUAL = 0.0005;
/** Fewer to be named are no outage: all are. */
const FEWEST_NAMED = 4;

interface NamingMinute {
  readonly minute: number;
  readonly traffic: UsualTraffic;
}

/** Reports that are expected of an incident's scope in one minute without it, by topic. */
export interface Usual {
  readonly topics: ReadonlyMap<FailureTopic, number>;
  readonly all: number;
}

/** As known before it began. */
export function usualOf(
  incident: Incident,
  minute: number,
  { volume, surges, variance, regions }: UsualTraffic,
): Usual {
  const age = incident.ageAt(minute);
  const volumeHere = volume.sum(1) * regions.shareOf(incident.region);
  const topics = new Map<FailureTopic, number>();
  let all = 0;
  for (const topic of incident.topics) {
    const level = topic.level.before(minute, age, variance.value).factor * surges.of(topic.service).factor;
    topics.set(topic, Math.max(LEAST_USUAL, volumeHere * level));
    all += volumeHere * level;
  }
  return { topics, all };
}

/**
 * Takes this minute's reports into the incident and names those who are more likely affected than not: of its scope, and of
 * `others`, topics of no incident that are reported too. Returned are the clients who were not known before.
 */
export function nameReporters(
  incident: Incident,
  usual: Usual,
  others: readonly FailureTopic[],
  view: NamingMinute,
): string[] {
  const { minute, traffic } = view;
  const clientIds: string[] = [];
  for (const [topic, expected] of usual.topics) {
    const fresh = topic.fresh.filter(
      ({ region, clientId }) => incident.covers(topic, region) && !incident.knows(clientId),
    );
    incident.take(topic, fresh, expected, minute);
    const odds = incident.rateOf(topic, minute) / expected;
    for (const report of topic.fresh) {
      const where = whereOdds(incident, report, traffic.regions);
      if (where * oddsOf(report, topic, incident, odds) <= TUNING.linkOdds) continue;
      clientIds.push(report.clientId);
      if (report.incident === 0) report.incident = incident.number;
    }
  }
  incident.taken(usual.all, minute);
  for (const topic of others) clientIds.push(...mislabelled(incident, topic, view));
  return incident.link(clientIds, minute);
}

/**
 * How many times likelier a report is of the incident than not, when the topic has `odds` as many of it as usual ones: its
 * words are compared with those of all reports, the usual ones among them.
 */
function oddsOf(report: FailureReport, topic: FailureTopic, incident: Incident, odds: number): number {
  return (odds + 1) * incident.ratioOf(report, topic) - 1;
}

/** What the place of a report does to its odds: of an outage in one region, those who do not say where they are may be of it. */
function whereOdds({ region }: Incident, report: FailureReport, regions: Regions): number {
  if (region === null || region === report.region) return 1;
  return report.region === null ? regions.shareOf(region) / regions.knownShare : 0;
}

/** Clients who report another topic, and more likely the incident than that. */
function mislabelled(incident: Incident, topic: FailureTopic, { minute, traffic }: NamingMinute): string[] {
  const window = TUNING.linkMinutes;
  const usual = usualReports(topic, minute, window, traffic).mean;
  const odds = incident.spillTo(topic, window) / Math.max(usual, LEAST_USUAL * window);
  return topic.fresh.flatMap((report) => {
    if (incident.region !== null && report.region !== incident.region) return [];
    return odds * incident.ratioOf(report, topic) > TUNING.linkOdds ? [report.clientId] : [];
  });
}

/** Takes what was found into the incident; returned are the clients who are more likely affected than not. */
export function adopt(
  incident: Incident,
  { topics, region, clientIds }: NarrowScope,
  { window }: Finding,
  { minute, traffic }: NamingMinute,
): string[] {
  const named = new Set<string>();
  const share = traffic.regions.shareOf(region);
  const found = topics.map((topic) => {
    const reports = reportsIn(topic, minute - window, region);
    const usual = usualReports(topic, minute, window, traffic).mean * share;
    incident.adopt(topic, reports, usual, minute, window);
    return { topic, reports, odds: (reports.length - usual) / Math.max(usual, LEAST_USUAL * window) };
  });
  for (const { topic, reports, odds } of found) {
    for (const report of reports) {
      if (oddsOf(report, topic, incident, odds) > TUNING.linkOdds) named.add(report.clientId);
    }
  }
  return incident.link(named.size >= FEWEST_NAMED ? named : clientIds, minute);
}
