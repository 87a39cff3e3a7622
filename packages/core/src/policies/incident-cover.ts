import type { AffectedClient, Incident } from '../model/incident';
import type { Policy } from '../model/policy';
import type { Scenario } from '../model/scenario';

/**
 * - `open`  an open incident explains the message; `told`: the client knows of it
 * - `over`  the client was told that the incident is over, and reports the failure again
 */
export type Cover =
  | { readonly kind: 'open'; readonly incident: Incident; readonly told: boolean }
  | { readonly kind: 'over'; readonly incident: Incident };

export interface CoverQuestion {
  /** Those that are not resolved, and those resolved lately. */
  readonly incidents: readonly Incident[];
  /** What the client who writes is affected by. */
  readonly affected: readonly AffectedClient[];
  /** What the message was recognised as; `null` for `UNKNOWN`. */
  readonly scenario: Scenario | null;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  /** The client's. */
  readonly region: string | null;
  readonly policy: Policy['outage'];
  readonly now: number;
}

/** The incident that explains a message; `null`: none does, and it is answered like any other. */
export function coverOf(question: CoverQuestion): Cover | null {
  const { incidents, affected, policy, now } = question;
  const rowOf = ({ id }: Incident): AffectedClient | undefined => affected.find(({ incidentId }) => incidentId === id);
  for (const incident of incidents) {
    if (incident.status !== 'open' || incident.mutedBy !== null) continue;
    const row = rowOf(incident);
    const told = row !== undefined && row.toldRound === incident.round;
    if (!told && isFull(incident, policy)) continue;
    if (isAbout(incident, row !== undefined, told, question)) return { kind: 'open', incident, told };
  }
  for (const incident of incidents) {
    if (incident.status !== 'resolved' || now - (incident.resolvedAt ?? 0) > policy.stillBrokenMs) continue;
    const row = rowOf(incident);
    const toldSo = row !== undefined && incident.round > 0 && row.resolvedRound === incident.round;
    if (toldSo && isSameFailure(incident, question)) return { kind: 'over', incident };
  }
  return null;
}

/** How many clients may be told of it before somebody confirms; `null`: any number. */
export function tellingLimit({ confirmedBy }: Incident, { unconfirmedLimit }: Policy['outage']): number | null {
  return confirmedBy === null ? unconfirmedLimit : null;
}

/** As many clients know of it as may know of what nobody has confirmed. */
export function isFull(incident: Incident, policy: Policy['outage']): boolean {
  const limit = tellingLimit(incident, policy);
  return limit !== null && incident.told >= limit;
}

/** Whoever is known to be affected means the incident by anything of the same service, and whoever was told by "well?" too. */
function isAbout(incident: Incident, isAffected: boolean, told: boolean, question: CoverQuestion): boolean {
  const { scenario, region } = question;
  if (scenario === null) return told;
  if (isAffected) return isSameFailure(incident, question);
  const here = incident.region === null || incident.region === region;
  return here && incident.scenarios.includes(scenario.id);
}

function isSameFailure(incident: Incident, { scenario, scenarios }: CoverQuestion): boolean {
  if (scenario?.outage !== true) return false;
  if (incident.scenarios.includes(scenario.id)) return true;
  const { service } = scenario;
  return service !== null && incident.scenarios.some((id) => scenarios.get(id)?.service === service);
}
