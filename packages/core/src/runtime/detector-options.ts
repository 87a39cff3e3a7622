import type { OutageDetectorOptions } from '../outage/settings';
import type { EngineContext } from './context';

/** What the policy and the scenarios say of detection; with the detector's suspicions, which only people get to see. */
export function detectorOptions({
  scenarios,
  policy: { outage },
}: Pick<EngineContext, 'scenarios' | 'policy'>): OutageDetectorOptions {
  const { falseAlarmsPerWeek, minClients, reopenWithinMs, utcOffset } = outage;
  const list = [...scenarios.values()].map(({ id, service, outage: failure }) => ({ id, service, outage: failure }));
  return { scenarios: list, falseAlarmsPerWeek, minClients, reopenWithin: reopenWithinMs, utcOffset, suspected: true };
}
