import type { KeyObject } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { FirstlineError } from '@firstline/core';
import { type AddressGuard, createAddressGuard, parseAllowed } from './address-guard';
import { parseSecret } from './signature';

export interface WebhookTransportOptions {
  /**
   * Standard Webhooks secret: `whsec_` and the base64 of 24 to 64 random bytes. To rotate, give up to 10: every request is
   * signed with all of them, so receivers may change over one by one; then take the old one out.
   */
  readonly secret: string | readonly string[];
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
}

/** Options after checking. */
export interface WebhookSettings {
  readonly keys: readonly KeyObject[];
  readonly timeoutMs: number;
  readonly guard: AddressGuard;
  readonly lookup: LookupFunction | undefined;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 120_000;
const MAX_SECRETS = 10;

const KNOWN: readonly string[] = [
  'secret',
  'timeoutMs',
  'allowPrivateAddresses',
  'allowedAddresses',
  'lookup',
] satisfies (keyof WebhookTransportOptions)[];

/** Throws `invalid_options`. The options come from JavaScript too, so their types are no more than a hope. */
export function webhookSettings(options: WebhookTransportOptions): WebhookSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw invalid(unknown, `is not an option; known: ${KNOWN.join(', ')}`);
  const {
    secret,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    allowPrivateAddresses = false,
    allowedAddresses = [],
    lookup,
  } = options;

  if (!Number.isInteger(timeoutMs) || timeoutMs < MIN_TIMEOUT_MS || timeoutMs > MAX_TIMEOUT_MS) {
    throw invalid('timeoutMs', `must be an integer from ${MIN_TIMEOUT_MS} to ${MAX_TIMEOUT_MS} (milliseconds)`);
  }
  if (typeof allowPrivateAddresses !== 'boolean') throw invalid('allowPrivateAddresses', 'must be true or false');
  if (lookup !== undefined && typeof lookup !== 'function') {
    throw invalid('lookup', 'must be a function with the signature of dns.lookup');
  }
  return {
    keys: signingKeys(secret),
    timeoutMs,
    guard: createAddressGuard({ allowAll: allowPrivateAddresses, allowed: allowances(allowedAddresses) }),
    lookup,
  };
}

function signingKeys(secret: unknown): KeyObject[] {
  const list = Array.isArray(secret) ? (secret as unknown[]) : [secret];
  if (list.length < 1 || list.length > MAX_SECRETS) throw invalid('secret', `must be one to ${MAX_SECRETS} secrets`);
  // Old and new may well be equal outside of a rotation; signing twice with one key would say nothing more.
  return [...new Set(list)].map((entry) => {
    const key = typeof entry === 'string' ? parseSecret(entry) : null;
    if (key !== null) return key;
    const path = Array.isArray(secret) ? `secret[${list.indexOf(entry)}]` : 'secret';
    throw invalid(path, 'must be "whsec_" followed by the base64 of 24 to 64 random bytes');
  });
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
