import type { StorageSignal, WorkKind } from '@firstline/core';

export type Due = Partial<Record<WorkKind, number>>;

/** What travels in one notification: whose it is, and per tenant what becomes due when. Never a text, an id or an address. */
interface Envelope {
  readonly from: string;
  readonly due: Readonly<Record<string, Due>>;
}

/** Postgres takes less than 8,000 bytes. */
const LARGEST_BYTES = 7_900;

/** As few payloads as will carry it; a tenant whose name alone is too long for one is left to the sweep. */
export function payloadsOf(from: string, pending: ReadonlyMap<string, Due>): readonly string[] {
  const payloads: string[] = [];
  let due: Record<string, Due> = {};
  const encoded = (): string => JSON.stringify({ from, due } satisfies Envelope);
  const finish = (): void => {
    if (Object.keys(due).length > 0) payloads.push(encoded());
    due = {};
  };
  let bytes = 0;
  for (const [tenant, kinds] of pending) {
    const more = Buffer.byteLength(JSON.stringify({ [tenant]: kinds }));
    if (more > LARGEST_BYTES - OVERHEAD_BYTES) continue;
    if (bytes + more > LARGEST_BYTES - OVERHEAD_BYTES) {
      finish();
      bytes = 0;
    }
    // As a property of its own also where the tenant is called `__proto__`.
    Object.defineProperty(due, tenant, { value: kinds, enumerable: true, configurable: true, writable: true });
    bytes += more;
  }
  finish();
  return payloads;
}

/** For the sender and the frame around the tenants. */
const OVERHEAD_BYTES = 100;

/** `null`: not one of ours. Whoever may connect to the database may notify. */
export function signalsIn(
  payload: string,
): { readonly from: string; readonly signals: readonly StorageSignal[] } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return null;
  }
  const { from, due } = (parsed ?? {}) as Partial<Envelope>;
  if (typeof from !== 'string' || typeof due !== 'object' || due === null) return null;
  return { from, signals: Object.entries(due).map(([tenant, kinds]) => ({ tenant, due: timesIn(kinds) })) };
}

function timesIn(kinds: unknown): Due {
  if (typeof kinds !== 'object' || kinds === null) return {};
  return Object.fromEntries(Object.entries(kinds).filter(([, at]) => Number.isFinite(at)));
}
