import { FirstlineError, type JsonObject } from '@firstline/core';
import type { AddressGuard } from './address-guard';
import { isBlockedPort } from './blocked-ports';

/** Longest URL, in characters. */
const MAX_URL_LENGTH = 2_048;

const URL_PATH = 'channel.address.url';

/** `fault` says what is wrong without repeating the URL, whose path and query may hold the receiver's secrets. */
export type JudgedAddress =
  { readonly url: URL } | { readonly fault: string; readonly path: string; readonly forbidden: boolean };

/** The address in its normal form. Throws `invalid_channel`. */
export function checkAddress(address: JsonObject, guard: AddressGuard): JsonObject {
  const judged = judgeAddress(address, guard);
  if ('url' in judged) return { url: judged.url.href };
  throw new FirstlineError('invalid_channel', `${judged.path} ${judged.fault}`, { path: judged.path });
}

/** Uses no network: a name that resolves to an internal address is found out when it is connected to. */
export function judgeAddress(address: JsonObject, guard: AddressGuard): JudgedAddress {
  const extra = Object.keys(address).find((member) => member !== 'url');
  if (extra !== undefined) return invalid('is not known; a webhook address is { url }', `channel.address.${extra}`);

  const { url: text } = address as { url?: unknown };
  if (typeof text !== 'string' || text.length > MAX_URL_LENGTH) return invalid(SHAPE);
  const url = parse(text);
  if (url === null) return invalid(SHAPE);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return invalid(SHAPE);
  if (url.href.length > MAX_URL_LENGTH) return invalid(SHAPE);
  if (url.username !== '' || url.password !== '') return invalid('must not contain a user name or password');
  // `hash` is empty for a bare `#` too; in `href` every other `#` is escaped.
  if (url.href.includes('#')) return invalid('must not contain a fragment (#…)');
  if (isBlockedPort(url.port)) return invalid(`must not use port ${url.port}, which belongs to another protocol`);
  if (guard.refusesHost(url.hostname)) {
    const fault = `must not point to an internal address (${url.hostname}); see allowPrivateAddresses, allowedAddresses`;
    return { fault, path: URL_PATH, forbidden: true };
  }
  return { url };
}

const SHAPE = `must be an absolute http or https URL of at most ${MAX_URL_LENGTH} characters`;

function invalid(fault: string, path = URL_PATH): JudgedAddress {
  return { fault, path, forbidden: false };
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
