import type { SendOutcome } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';

/**
 * An endpoint's way, from the attempts on it. All of it is pure; whoever writes a row compares its version.
 *
 * | status   | goes over to                                                                                             |
 * |----------|----------------------------------------------------------------------------------------------------------|
 * | active   | paused, when 5 different messages failed or were refused in a row, or its address is an internal one       |
 * | paused   | active, with a probe that succeeds; else the next probe waits twice as long, from a minute to an hour      |
 * | both     | disabled, when it says it is gone, or has failed for 5 days                                                |
 * | disabled | active, when somebody enables it or the client is heard of                                                |
 */

/** Different messages in a row, so that one message that is at fault itself does not stop the others. */
const PAUSE_AFTER = 5;
const FIRST_PROBE_MS = 60_000;
const LAST_PROBE_MS = 3_600_000;
/** As hosted senders of Standard Webhooks do: five days without a success, and more than one evil hour. */
const DISABLE_AFTER_MS = 5 * 86_400_000;
const FAILURES_APART_MS = 12 * 3_600_000;

/** Failures of ours: they say nothing about the endpoint. */
const OUR_OWN: readonly string[] = ['stopped', 'no_transport', 'invalid_channel'];

/** What one attempt tells about an endpoint. */
export interface EndpointNews {
  readonly outcome: SendOutcome;
  readonly deliveryId: string;
  /** When the delivery is tried again; for `cool`, how long the endpoint wants to be left alone. */
  readonly againAt: number;
  /** It was sent to a paused endpoint, to see whether that works again. */
  readonly probe: boolean;
}

export interface EndpointChange {
  /** The very row that was given, where nothing changes. Its version is left to whoever writes it. */
  readonly endpoint: Endpoint;
  readonly became: 'paused' | 'disabled' | 'recovered' | null;
}

export function newEndpoint(tenant: string, key: string, transport: string, now: number): Endpoint {
  return {
    ...{ tenant, key, transport, status: 'active', ...WELL },
    ...{ lastFailureAt: null, lastSuccessAt: null, told: {}, createdAt: now, updatedAt: now, version: 0 },
  };
}

const WELL = {
  ...{ reason: null, failing: [], parked: [], cooldowns: 0, probes: 0 },
  ...{ firstFailureAt: null, waitUntil: null },
} as const;

export function concernsEndpoint({ code }: SendOutcome): boolean {
  return code === undefined || !OUR_OWN.includes(code);
}

/**
 * What a row becomes by an attempt. `cool` and failures of a send that began before the endpoint was paused neither count
 * as a probe nor put the next one off.
 */
export function endpointAfter(endpoint: Endpoint, news: EndpointNews, now: number): EndpointChange {
  const same: EndpointChange = { endpoint, became: null };
  const { outcome } = news;
  if (outcome.class === 'ok') return succeeded(endpoint, now);
  if (endpoint.status === 'disabled' || !concernsEndpoint(outcome)) return same;
  switch (outcome.class) {
    case 'cool':
      return { endpoint: cooled(endpoint, news, now), became: null };
    case 'off':
      return disabled(endpoint, outcome.code ?? 'off', now);
    case 'park':
      return failed(endpoint, { parked: distinct(endpoint.parked, news.deliveryId) }, news, now);
    case 'retry':
    case 'config':
    case 'unknown':
      return failed(endpoint, { failing: distinct(endpoint.failing, news.deliveryId) }, news, now);
  }
}

/**
 * The endpoint refuses everything, so that it is not the message's fault: it is kept instead of being given up. Once, or
 * a message that is at fault after all would stand in the way of every probe.
 */
export function refusesEverything(endpoint: Endpoint | null, deliveryId: string, triedBefore: boolean): boolean {
  if (endpoint === null || triedBefore) return false;
  return endpoint.status !== 'active' || distinct(endpoint.parked, deliveryId).length >= PAUSE_AFTER;
}

/** How often in a row it asked for a pause before this time. Of several sends that are refused together, one counts. */
export function cooldownsBefore({ status, cooldowns, waitUntil }: Endpoint, now: number): number {
  const cooling = status === 'active' && waitUntil !== null && waitUntil > now;
  return cooling ? Math.max(0, cooldowns - 1) : cooldowns;
}

/** Somebody enables it, or its client was heard of. */
export function enabled(endpoint: Endpoint, now: number): Endpoint {
  return { ...endpoint, ...WELL, status: 'active', updatedAt: now };
}

export function disabled(endpoint: Endpoint, reason: string, now: number): EndpointChange {
  const gone = { status: 'disabled', reason, waitUntil: null, lastFailureAt: now, updatedAt: now } as const;
  return { endpoint: { ...endpoint, ...gone }, became: 'disabled' };
}

/** The probe came to nothing for another reason: the next message may be one at once. */
export function probeWasted(endpoint: Endpoint, now: number): Endpoint {
  return endpoint.status === 'paused' ? { ...endpoint, waitUntil: now, updatedAt: now } : endpoint;
}

function succeeded(endpoint: Endpoint, now: number): EndpointChange {
  const { status, failing, parked, cooldowns, firstFailureAt, waitUntil } = endpoint;
  // What was disabled on purpose stays so, whatever was on its way at that moment.
  if (status === 'disabled') return { endpoint, became: null };
  const well = failing.length === 0 && parked.length === 0 && cooldowns === 0 && firstFailureAt === null;
  if (status === 'active' && well) return { endpoint, became: null };
  // A pause that was asked for is not over with a success that was on its way.
  const cooling = status === 'active' && waitUntil !== null && waitUntil > now ? waitUntil : null;
  const after = {
    ...endpoint,
    ...WELL,
    status: 'active',
    waitUntil: cooling,
    lastSuccessAt: now,
    updatedAt: now,
  } as const;
  return { endpoint: after, became: status === 'paused' ? 'recovered' : null };
}

function cooled(endpoint: Endpoint, { againAt }: EndpointNews, now: number): Endpoint {
  return {
    ...endpoint,
    cooldowns: cooldownsBefore(endpoint, now) + 1,
    waitUntil: Math.max(endpoint.waitUntil ?? 0, againAt),
    updatedAt: now,
  };
}

function failed(
  before: Endpoint,
  counted: Partial<Pick<Endpoint, 'failing' | 'parked'>>,
  { outcome, probe }: EndpointNews,
  now: number,
): EndpointChange {
  const reason = outcome.code ?? outcome.class;
  const firstFailureAt = before.firstFailureAt ?? now;
  const endpoint: Endpoint = { ...before, ...counted, reason, firstFailureAt, lastFailureAt: now, updatedAt: now };
  const apart = (before.lastFailureAt ?? now) - firstFailureAt >= FAILURES_APART_MS;
  if (apart && now - firstFailureAt >= DISABLE_AFTER_MS) return disabled(endpoint, reason, now);
  if (before.status === 'paused') {
    const waitUntil = probe ? now + probePause(before.probes + 1) : before.waitUntil;
    return { endpoint: { ...endpoint, probes: before.probes + (probe ? 1 : 0), waitUntil }, became: null };
  }
  const broken = endpoint.failing.length >= PAUSE_AFTER || endpoint.parked.length >= PAUSE_AFTER;
  if (!broken && outcome.code !== 'ssrf_blocked') return { endpoint, became: null };
  return { endpoint: { ...endpoint, status: 'paused', probes: 0, waitUntil: now + probePause(0) }, became: 'paused' };
}

function probePause(failedProbes: number): number {
  return Math.min(FIRST_PROBE_MS * 2 ** Math.min(failedProbes, 10), LAST_PROBE_MS);
}

function distinct(ids: readonly string[], id: string): readonly string[] {
  return ids.includes(id) || ids.length >= PAUSE_AFTER ? ids : [...ids, id];
}
