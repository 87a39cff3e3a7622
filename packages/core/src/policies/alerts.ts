import type { Alert } from '../model/alert';
import type { Delivery, SendOutcome } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import type { EndpointChange } from './endpoint';
import type { RetryVerdict } from './retry';

/** What there is to tell about an endpoint, whether or not it was told already. */
export type AlertCause = Pick<Alert, 'kind'> & Partial<Pick<Alert, 'deliveryId' | 'code' | 'detail'>>;

/** Each kind is told at most so often about one endpoint. */
const EVERY_MS = 3_600_000;
/** As Standard Webhooks' senders do: the first failures of a message are the network's own business. */
const FAILING_AT = 4;
const CLOCK_SKEW_MS = 60_000;

/** Told of an endpoint that is not well; what works again after one of them is worth telling too. */
const TROUBLES: readonly Alert['kind'][] = [
  ...(['attempt_failing', 'exhausted', 'parked', 'misconfigured', 'address_refused'] as const),
  ...(['endpoint_paused', 'endpoint_disabled'] as const),
];

/** What an attempt gives reason to tell. `before`: the endpoint's row as it was. */
export function attemptAlerts(
  delivery: Delivery,
  outcome: SendOutcome,
  next: RetryVerdict,
  before: Endpoint,
  change: EndpointChange,
  now: number,
): readonly AlertCause[] {
  const about = { deliveryId: delivery.id, code: outcome.code ?? null, detail: outcome.detail ?? null };
  const causes: AlertCause[] = [];
  const tell = (kind: Alert['kind'], more: Partial<AlertCause> = {}): void =>
    void causes.push({ kind, ...about, ...more });

  if (outcome.class === 'config') tell('misconfigured');
  if (outcome.code === 'ssrf_blocked') tell('address_refused');
  else if (next.status === 'dead') tell(outcome.class === 'park' ? 'parked' : 'exhausted');
  if (next.status === 'unknown') tell('outcome_unknown');
  const failing = next.status === 'pending' && next.counts && delivery.attemptsThisRun + 1 === FAILING_AT;
  if (failing) tell('attempt_failing');
  if (change.became === 'paused') tell('endpoint_paused');
  if (change.became === 'disabled') tell('endpoint_disabled');
  if (outcome.class === 'ok' && worksAgain(before, change)) tell('recovered');
  const skewMs = (outcome.receiverClockAt ?? now) - now;
  if (isSkewed(outcome, now)) {
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    tell('clock_skew', { detail: `the receiver's clock is ${seconds} s ${skewMs > 0 ? 'ahead' : 'behind'}` });
  }
  return causes;
}

export function isSkewed({ receiverClockAt }: SendOutcome, now: number): boolean {
  return receiverClockAt !== undefined && Math.abs(receiverClockAt - now) > CLOCK_SKEW_MS;
}

function worksAgain(before: Endpoint, change: EndpointChange): boolean {
  if (change.became === 'recovered') return true;
  if (change.endpoint === before) return false;
  const since = before.lastSuccessAt ?? -1;
  return TROUBLES.some((kind) => (before.told[kind] ?? -1) > since);
}

/** The causes that are to be told now, as alerts, and the row that remembers it. */
export function told(
  endpoint: Endpoint,
  causes: readonly AlertCause[],
  now: number,
): { readonly endpoint: Endpoint; readonly alerts: readonly Alert[] } {
  const alerts: Alert[] = [];
  const times: Endpoint['told'] = { ...endpoint.told };
  for (const { kind, deliveryId = null, code = null, detail = null } of causes) {
    const last = times[kind];
    if (last !== undefined && now - last < EVERY_MS) continue;
    Object.assign(times, { [kind]: now });
    const { tenant, key, transport } = endpoint;
    const place = { transport: transport === '' ? null : transport, endpoint: key === transport ? null : key };
    alerts.push({ kind, at: now, tenant, ...place, deliveryId, code, detail });
  }
  return alerts.length === 0
    ? { endpoint, alerts }
    : { endpoint: { ...endpoint, told: times, updatedAt: now }, alerts };
}
