import type { Classification } from '../model/classification';
import type { Incident } from '../model/incident';
import type { Policy } from '../model/policy';
import type { Scenario } from '../model/scenario';
import { type Cover, coverOf } from '../policies/incident-cover';
import type { Storage } from '../ports/storage';
import type { ConversationState } from '../ports/storage-work';

/** What it works with, of everything there is. */
interface BookContext {
  readonly tenant: string;
  readonly policy: Policy;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly storage: Storage;
}

/** How long what is known of incidents may be old. Whoever is answered meanwhile is told by the announcement. */
const FRESH_MS = 1_000;

/**
 * Which incidents there are, remembered for a moment, so that a message costs no look at them while there are none. A
 * commit checks what it tells, so what is remembered may be wrong for a moment, and nobody is told twice.
 */
export class IncidentBook {
  readonly #context: BookContext;
  readonly #watches: boolean;
  #live: { readonly at: number; readonly incidents: Promise<readonly Incident[]> } | null = null;

  constructor(context: BookContext) {
    this.#context = context;
    this.#watches = [...context.scenarios.values()].some(({ outage }) => outage);
  }

  /** Something changed in this process, or what was remembered turned out to be old. */
  forget(): void {
    this.#live = null;
  }

  /** Those not resolved, and those resolved so lately that clients may still say that they are not. */
  live(now: number): Promise<readonly Incident[]> {
    const known = this.#live;
    if (known !== null && now - known.at < FRESH_MS && now >= known.at) return known.incidents;
    const { storage, tenant, policy } = this.#context;
    const incidents = storage.liveIncidents({ tenant, resolvedSince: now - policy.outage.stillBrokenMs });
    const remembered = { at: now, incidents };
    this.#live = remembered;
    incidents.catch(() => {
      if (this.#live === remembered) this.#live = null;
    });
    return incidents;
  }

  /** The incident that explains a message; `null`: none. */
  async coverOf({ client }: ConversationState, { scenario }: Classification, now: number): Promise<Cover | null> {
    if (!this.#watches) return null;
    const incidents = await this.live(now);
    if (incidents.length === 0) return null;
    const { storage, tenant, scenarios, policy } = this.#context;
    const incidentIds = incidents.map(({ id }) => id);
    const affected = await storage.affectedBy({ tenant, clientIds: [client.id], incidentIds });
    return coverOf({
      incidents,
      affected,
      scenario: scenarios.get(scenario) ?? null,
      scenarios,
      region: client.region,
      policy: policy.outage,
      now,
    });
  }
}
