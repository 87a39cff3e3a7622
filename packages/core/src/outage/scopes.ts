import type { FailureTopic } from './failure-topic';
import { TUNING } from './tuning';

/** Failure topics that are looked at together; each also by region, and a single one by word. */
export interface Scope {
  readonly topics: readonly FailureTopic[];
  /** ln of how likely an outage is to be of this kind. */
  readonly weight: number;
  readonly kind: 'topic' | 'service' | 'everything';
  /** The longest window that makes sense: what fails everywhere is reported at once. */
  readonly longest: number;
}

export function scopesOf(failures: readonly FailureTopic[]): readonly Scope[] {
  const scopes: Scope[] = failures.map((topic) => ({
    topics: [topic],
    weight: TUNING.topicWeight,
    kind: 'topic',
    longest: TUNING.history,
  }));
  const services = new Map<string, FailureTopic[]>();
  for (const topic of failures) {
    if (topic.service !== null) services.set(topic.service, [...(services.get(topic.service) ?? []), topic]);
  }
  for (const topics of services.values()) {
    const several = topics.length > 1 && topics.length < failures.length;
    if (several) scopes.push({ topics, weight: TUNING.serviceWeight, kind: 'service', longest: TUNING.history });
  }
  if (failures.length > 1) {
    scopes.push({
      ...{ topics: failures, weight: TUNING.everythingWeight },
      ...{ kind: 'everything', longest: TUNING.longestEverything },
    });
  }
  return scopes;
}
