import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { FirstlineError } from '@firstline/core';

const SECRET = 'whsec_';
const SECRET_KEY = 'whsk_';
const PUBLIC_KEY = 'whpk_';

const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;
/** Of an ed25519 key's seed, and of its public half. */
const HALF_BYTES = 32;
/** What PKCS #8 (RFC 8410) has in front of an ed25519 seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** How a key that signs is written; for messages. */
export const SIGNING_KEY_FORM =
  '"whsec_" followed by the base64 of 24 to 64 random bytes, or "whsk_" followed by the base64 of an ed25519 key ' +
  '(32 bytes of seed, or 64 of seed and public key)';
export const SECRET_FORM = '"whsec_" followed by the base64 of 24 to 64 random bytes';
export const PUBLIC_KEY_FORM = '"whpk_" followed by the base64 of the 32 bytes of an ed25519 public key';

/** The key to sign with in a `whsec_…` (v1) or `whsk_…` (v1a), or `null`. Key objects do not show their bytes when inspected. */
export function parseSigningKey(text: string): KeyObject | null {
  return parseSecret(text) ?? parseSecretKey(text);
}

/** The symmetric key in a `whsec_…`, or `null`. */
export function parseSecret(text: string): KeyObject | null {
  const bytes = decode(text, SECRET);
  if (bytes === null || bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) return null;
  return createSecretKey(bytes);
}

/** The public ed25519 key in a `whpk_…`, or `null`. */
export function parsePublicKey(text: string): KeyObject | null {
  const bytes = decode(text, PUBLIC_KEY);
  if (bytes?.length !== HALF_BYTES) return null;
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  } catch {
    return null;
  }
}

/**
 * The `whpk_…` that receivers verify `v1a` signatures with, of the `whsk_…` that makes them.
 *
 * Throws a `FirstlineError` with code `invalid_options` where `secretKey` is not one.
 */
export function webhookPublicKey(secretKey: string): string {
  const key = typeof secretKey === 'string' ? parseSecretKey(secretKey) : null;
  if (key === null) {
    throw new FirstlineError(
      'invalid_options',
      `webhookPublicKey: the key must be ${SIGNING_KEY_FORM.split(', or ')[1]}`,
    );
  }
  return PUBLIC_KEY + publicHalf(key).toString('base64');
}

function parseSecretKey(text: string): KeyObject | null {
  const bytes = decode(text, SECRET_KEY);
  if (bytes === null || (bytes.length !== HALF_BYTES && bytes.length !== 2 * HALF_BYTES)) return null;
  const der = Buffer.concat([PKCS8_HEAD, bytes.subarray(0, HALF_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  // Two halves that do not belong together would sign what nobody can verify.
  if (bytes.length > HALF_BYTES && !publicHalf(key).equals(bytes.subarray(HALF_BYTES))) return null;
  return key;
}

function publicHalf(key: KeyObject): Buffer {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
}

/** What follows the prefix; `null` where it is another one, or no base64. */
function decode(text: string, prefix: string): Buffer | null {
  if (!text.startsWith(prefix)) return null;
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64; only what encodes back to itself was meant.
  return bytes.toString('base64') === encoded ? bytes : null;
}
