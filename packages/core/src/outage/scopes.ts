import type { Topic } from './topic';
import { TUNING } from './tuning';

/** Failure topics that are looked at together; each also by region, and a single one by word. */
export interface Scope {
  readonly topics: readonly Topic[];
  /** Nats paid for looking here as well. */
  readonly cost: number;
  readonly kind: 'topic' | 'service' | 'everything';
}

export function scopesOf(failures: readonly Topic[]): readonly Scope[] {
  const scopes: Scope[] = failures.map((topic) => ({ topics: [topic], cost: 0, kind: 'topic' }));
  const services = new Map<string, Topic[]>();
  for (const topic of failures) {
    if (topic.service !== null) services.set(topic.service, [...(services.get(topic.service) ?? []), topic]);
  }
  for (const topics of services.values()) {
    const several = topics.length > 1 && topics.length < failures.length;
    if (several) scopes.push({ topics, cost: TUNING.serviceCost, kind: 'service' });
  }
  if (failures.length > 1) scopes.push({ topics: failures, cost: TUNING.everythingCost, kind: 'everything' });
  return scopes;
}
