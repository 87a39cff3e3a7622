/**
 * What somebody who runs the engine has to know, told on another channel than the one that fails:
 *
 * - `attempt_failing`     the fourth attempt of a delivery has failed
 * - `exhausted`           a delivery is dead: out of attempts
 * - `parked`              a delivery is dead: its receiver will never accept it
 * - `outcome_unknown`     a message may have arrived, and is not sent again since that could say it twice
 * - `endpoint_paused`     nothing is sent to an endpoint for a while; what is due is kept
 * - `endpoint_disabled`   nothing is sent to an endpoint until somebody enables it; what is due is kept
 * - `recovered`           an endpoint that failed accepts messages again
 * - `misconfigured`       an endpoint answers in a way that only its owner can mend (401, 404, redirect, TLS)
 * - `address_refused`     an address turned out to be internal when it was about to be connected to
 * - `clock_skew`          a receiver's clock is more than a minute away from the engine's
 * - `queue_late`          the oldest due delivery waits for too long
 * - `ingress_failing`     a transport cannot receive
 */
export type AlertKind =
  | 'attempt_failing'
  | 'exhausted'
  | 'parked'
  | 'outcome_unknown'
  | 'endpoint_paused'
  | 'endpoint_disabled'
  | 'recovered'
  | 'misconfigured'
  | 'address_refused'
  | 'clock_skew'
  | 'queue_late'
  | 'ingress_failing';

/** Told at most once an hour for each kind and endpoint. Carries ids and codes; never texts, secrets or whole URLs. */
export interface Alert {
  readonly kind: AlertKind;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly tenant: string;
  /** `null` where it concerns no single transport. */
  readonly transport: string | null;
  /** Key of the endpoint, see `Endpoint`; `null` where it concerns the transport as a whole. */
  readonly endpoint: string | null;
  /** The delivery that showed it, if one did. */
  readonly deliveryId: string | null;
  /** Stable short code, as in `SendOutcome.code`. */
  readonly code: string | null;
  /** More for people. */
  readonly detail: string | null;
}
