import type { Endpoint } from '../model/endpoint';

export type PlaceVerdict =
  /** Something may be sent; as a probe, where there are `holds` to write: until they end, nothing else is. */
  | { readonly action: 'open'; readonly holds: readonly Endpoint[] }
  /** `until: null`: until somebody enables it. */
  | { readonly action: 'wait'; readonly until: number | null; readonly waitsFor: string };

/** Whether something may be sent to a place, given the rows of its endpoint and of its transport. */
export function placeVerdict(endpoints: readonly (Endpoint | null)[], probeUntil: number, now: number): PlaceVerdict {
  const holds: Endpoint[] = [];
  for (const endpoint of endpoints) {
    if (endpoint === null) continue;
    const { key: waitsFor, status, waitUntil } = endpoint;
    if (status === 'disabled') return { action: 'wait', until: null, waitsFor };
    if (waitUntil !== null && waitUntil > now) return { action: 'wait', until: waitUntil, waitsFor };
    if (status !== 'paused') continue;
    holds.push({ ...endpoint, waitUntil: probeUntil, updatedAt: now, version: endpoint.version + 1 });
  }
  return { action: 'open', holds };
}
