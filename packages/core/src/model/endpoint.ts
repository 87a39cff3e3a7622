import type { AlertKind } from './alert';

/**
 * - `active`    messages are sent; also while it cools down, see `waitUntil`
 * - `paused`    it keeps failing: one message is sent now and then to see whether it works again
 * - `disabled`  nothing is sent until somebody enables it
 *
 * What is due for an endpoint that is not active is kept, until its own expiry.
 */
export type EndpointStatus = 'active' | 'paused' | 'disabled';

/**
 * How a place that messages are sent to has been doing lately. Only places that are or were in trouble have one: a success
 * where nothing is wrong writes nothing. It is health and no truth; without it, messages only meet a sick place more often.
 */
export interface Endpoint {
  readonly tenant: string;
  /** The `channelKey` of its channel; the transport's name, for the transport as a whole; `''`, for the whole outbox. */
  readonly key: string;
  /** `''` for the whole outbox. */
  readonly transport: string;
  readonly status: EndpointStatus;
  /** Why it is not active, or failed last: a code such as `http_503`, or `by_operator`. `null`: nothing is wrong. */
  readonly reason: string | null;
  /** Different deliveries that failed one after the other by the endpoint's fault, at most 5; empty after a success. */
  readonly failing: readonly string[];
  /** Different deliveries that it refused for good one after the other, at most 5; empty after a success. */
  readonly parked: readonly string[];
  /** How often in a row it asked for a pause without saying for how long. */
  readonly cooldowns: number;
  /** Probes in a row that failed. */
  readonly probes: number;
  /** Since the last success. */
  readonly firstFailureAt: number | null;
  readonly lastFailureAt: number | null;
  /** The last success that ended a trouble; those before a trouble are not written down. */
  readonly lastSuccessAt: number | null;
  /** Nothing is sent before: it cools down, or the next probe has to wait. `null`: nothing keeps it waiting. */
  readonly waitUntil: number | null;
  /** When each kind of alert about it was told last. */
  readonly told: Readonly<Partial<Record<AlertKind, number>>>;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with each change. */
  readonly version: number;
}
