import type { KeyObject } from 'node:crypto';
import {
  type Clock,
  type Duration,
  type Engine,
  FirstlineError,
  type Logger,
  type Outcome,
  parseDuration,
  type ReceiveInput,
  systemClock,
} from '@firstline/core';
import type { Secrets } from '../secrets';
import { verifyingKeys } from '../verifying-keys';

/** What of a verified request is not in its payload. */
export interface IngressContext {
  /** `webhook-id`: the same at every attempt of the sender. */
  readonly id: string;
  /** `webhook-timestamp`, in epoch milliseconds: when this attempt was made, not when the message was written. */
  readonly sentAt: number;
  readonly headers: Headers;
}

/** The part of an {@link Outcome} that the sender is told. */
export type IngressOutcome = Pick<Outcome, 'status' | 'messageId' | 'conversationId'>;

/**
 * Makes a message of a sender's payload, or `null` of an event that is none: it is acknowledged and has no effect. A
 * `FirstlineError` with code `invalid_input` is told to the sender as a 400; anything else thrown is a 500 without detail.
 */
export type IngressMap = (
  payload: unknown,
  context: IngressContext,
) => ReceiveInput | null | Promise<ReceiveInput | null>;

interface CommonOptions {
  /** Default: the documented payload, see {@link mapMessageReceived}. An `id` it leaves out is the `webhook-id`. */
  readonly map?: IngressMap;
  /**
   * How far `webhook-timestamp` may be from this clock, in either direction. It is the time of the attempt, so a sender may
   * retry for days; it only limits for how long a captured request can be played back. Default `'5m'`, at most `'1h'`.
   */
  readonly tolerance?: Duration;
  /** Longest body, in bytes; more is a 413 and is not read. Default 262 144, at most 16 MiB. */
  readonly maxBytes?: number;
  /** Longest time for the body to arrive; then it is a 408. Default `'10s'`, at most `'5m'`. */
  readonly bodyTimeout?: Duration;
  /** Default `systemClock()`. */
  readonly clock?: Clock;
  /** Told of requests that do not verify (`warn`) and of what failed here (`error`); never a body or a signature. Default: silent. */
  readonly logger?: Logger;
}

type Keys =
  | {
      /** `whsec_…`, verifies `v1`; up to 10 while a secret is being rotated. */
      readonly secret: Secrets;
      /** `whpk_…`, verifies `v1a`; up to 10. Either kind of signature is enough. */
      readonly publicKey?: Secrets;
    }
  | { readonly secret?: Secrets; readonly publicKey: Secrets };

type Target =
  | {
      /** Messages go to `engine.receive(input, { wait: false })`. */ readonly engine: Pick<Engine, 'receive'>;
      readonly receive?: never;
    }
  | {
      /** Has to resolve only when the message is safely stored, and to reject as `engine.receive` does. */
      readonly receive: (input: ReceiveInput) => Promise<IngressOutcome>;
      readonly engine?: never;
    };

export type WebhookIngressOptions = CommonOptions & Keys & Target;

/** Options after checking. */
export interface IngressSettings {
  readonly keys: readonly KeyObject[];
  readonly receive: (input: ReceiveInput) => Promise<IngressOutcome>;
  /** `null`: the documented payload. */
  readonly map: IngressMap | null;
  readonly toleranceMs: number;
  readonly maxBytes: number;
  readonly bodyTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger | null;
}

const DEFAULT_MAX_BYTES = 256 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;

const KNOWN: readonly string[] = [
  'secret',
  'publicKey',
  'engine',
  'receive',
  'map',
  'tolerance',
  'maxBytes',
  'bodyTimeout',
  'clock',
  'logger',
] satisfies (keyof WebhookIngressOptions)[];

/** Throws `invalid_options`. */
export function ingressSettings(options: WebhookIngressOptions): IngressSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw invalid(unknown, `is not an option; known: ${KNOWN.join(', ')}`);
  const { map, maxBytes = DEFAULT_MAX_BYTES, clock = systemClock(), logger } = options;
  if (map !== undefined && typeof map !== 'function') throw invalid('map', 'must be a function');
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > MAX_BYTES) {
    throw invalid('maxBytes', `must be an integer from 1 to ${MAX_BYTES}`);
  }
  if (typeof clock?.sleep !== 'function') throw invalid('clock', 'must be a Clock, such as systemClock()');
  return {
    keys: keysOf(options),
    receive: target(options),
    map: map ?? null,
    toleranceMs: duration('tolerance', options.tolerance ?? '5m', '1h'),
    maxBytes,
    bodyTimeoutMs: duration('bodyTimeout', options.bodyTimeout ?? '10s', '5m'),
    clock,
    logger: logger ?? null,
  };
}

/** Without a key everybody could write in the name of every client, so there is no way to do without. */
function keysOf(options: WebhookIngressOptions): readonly KeyObject[] {
  const keys = verifyingKeys(options, 'webhookIngress');
  if (keys.length > 0) return keys;
  throw invalid('secret', 'is missing; requests are verified by secret (whsec_…), publicKey (whpk_…) or both');
}

function target({ engine, receive }: WebhookIngressOptions): IngressSettings['receive'] {
  if (typeof receive === 'function' && engine === undefined) return receive;
  if (typeof engine?.receive === 'function' && receive === undefined) {
    return (input) => engine.receive(input, { wait: false });
  }
  throw invalid('engine', 'must be an engine, unless receive is a function; give one of the two');
}

function duration(path: string, value: Duration, most: Duration): number {
  const ms = parseDuration(value);
  if (ms !== null && ms > 0 && ms <= (parseDuration(most) ?? 0)) return ms;
  throw invalid(path, `must be a duration of at most ${most}, such as "30s" or milliseconds`);
}

function invalid(path: string, problem: string): FirstlineError {
  return new FirstlineError('invalid_options', `webhookIngress: ${path} ${problem}`, { path });
}
