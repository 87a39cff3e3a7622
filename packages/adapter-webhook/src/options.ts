import type { KeyObject } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { type Clock, FirstlineError, systemClock } from '@firstline/core';
import { type AddressGuard, createAddressGuard, parseAllowed } from './address-guard';
import { parseSecrets, type SecretFor, type Secrets } from './secrets';

interface CommonOptions {
  /** Longest time of one attempt, DNS and TLS included, in milliseconds, 100 to 120 000. Default 20 000. */
  readonly timeoutMs?: number;
  /**
   * Send to loopback, private and other internal addresses too. Default `false`. For development and tests: where
   * clients or tenants choose the URL, this lets them reach into your network.
   */
  readonly allowPrivateAddresses?: boolean;
  /**
   * The internal addresses that may be sent to: host names (exact, `hooks.internal`), IP addresses or CIDR blocks
   * (`10.20.0.0/16`). Whatever an allowed host name resolves to is allowed. Default none.
   */
  readonly allowedAddresses?: readonly string[];
  /** Resolves host names, with the signature of `dns.lookup`; its answers are checked. Default `dns.lookup`. */
  readonly lookup?: LookupFunction;
  /** Measures how long an attempt takes; the time it signs is the engine's. Default `systemClock()`. */
  readonly clock?: Clock;
}

/** `secret`, `secretFor`, or both. */
export type WebhookTransportOptions = CommonOptions &
  (
    | {
        /**
         * What every request is signed with, in the form of Standard Webhooks: `whsec_` and the base64 of 24 to 64 random
         * bytes makes a `v1` signature (HMAC, the receiver has the same secret), `whsk_` and the base64 of an ed25519 key a
         * `v1a` signature (the receiver has the public key only). To rotate, or to serve receivers of both kinds, give up to
         * 10: every request is signed with all of them.
         */
        readonly secret: Secrets;
        /**
         * The secret of one endpoint, so that no receiver can pretend to be you to another one. Asked at every attempt; the
         * same forms as `secret`. `null` or `undefined`: `secret` is used. Where it rejects, the attempt is `retry` with code
         * `secret_unavailable`; where it gives no usable secret, `config` with code `invalid_secret`. Default: `secret` for all.
         */
        readonly secretFor?: SecretFor;
      }
    | { readonly secret?: Secrets; readonly secretFor: SecretFor }
  );

/** Options after checking. */
export interface WebhookSettings {
  /** Empty only where `secretFor` is given. */
  readonly keys: readonly KeyObject[];
  readonly secretFor: SecretFor | undefined;
  readonly timeoutMs: number;
  readonly guard: AddressGuard;
  readonly lookup: LookupFunction | undefined;
  readonly clock: Clock;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 120_000;

const KNOWN: readonly string[] = [
  'secret',
  'secretFor',
  'timeoutMs',
  'allowPrivateAddresses',
  'allowedAddresses',
  'lookup',
  'clock',
] satisfies (keyof WebhookTransportOptions)[];

/** Throws `invalid_options`. The options come from JavaScript too, so their types are no more than a hope. */
export function webhookSettings(options: WebhookTransportOptions): WebhookSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw invalid(unknown, `is not an option; known: ${KNOWN.join(', ')}`);
  const {
    secret,
    secretFor,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    allowPrivateAddresses = false,
    allowedAddresses = [],
    lookup,
    clock = systemClock(),
  } = options;

  if (!Number.isInteger(timeoutMs) || timeoutMs < MIN_TIMEOUT_MS || timeoutMs > MAX_TIMEOUT_MS) {
    throw invalid('timeoutMs', `must be an integer from ${MIN_TIMEOUT_MS} to ${MAX_TIMEOUT_MS} (milliseconds)`);
  }
  if (typeof allowPrivateAddresses !== 'boolean') throw invalid('allowPrivateAddresses', 'must be true or false');
  if (lookup !== undefined && typeof lookup !== 'function') {
    throw invalid('lookup', 'must be a function with the signature of dns.lookup');
  }
  if (secretFor !== undefined && typeof secretFor !== 'function') {
    throw invalid('secretFor', 'must be a function from a channel to its secret');
  }
  if (typeof clock?.sleep !== 'function') throw invalid('clock', 'must be a Clock, such as systemClock()');
  return {
    keys: secret === undefined && secretFor !== undefined ? [] : signingKeys(secret),
    secretFor,
    timeoutMs,
    guard: createAddressGuard({ allowAll: allowPrivateAddresses, allowed: allowances(allowedAddresses) }),
    lookup,
    clock,
  };
}

function signingKeys(secret: unknown): readonly KeyObject[] {
  const parsed = parseSecrets(secret);
  if ('keys' in parsed) return parsed.keys;
  throw invalid(parsed.index === null ? 'secret' : `secret[${parsed.index}]`, parsed.fault);
}

function allowances(list: unknown) {
  if (!Array.isArray(list))
    throw invalid('allowedAddresses', 'must be a list of host names, IP addresses or CIDR blocks');
  return list.map((entry: unknown, index) => {
    const allowed = typeof entry === 'string' ? parseAllowed(entry) : null;
    if (allowed !== null) return allowed;
    const example = 'such as "hooks.internal", "10.1.2.3" or "10.20.0.0/16"';
    throw invalid(`allowedAddresses[${index}]`, `must be a host name, an IP address or a CIDR block, ${example}`);
  });
}

/** Never shows a value: a secret pasted into the wrong option would end up in a log. */
function invalid(path: string, problem: string): FirstlineError {
  return new FirstlineError('invalid_options', `webhookTransport: ${path} ${problem}`, { path });
}
