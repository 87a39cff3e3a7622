import { createHmac, type KeyObject, sign as signBytes, timingSafeEqual, verify as verifyBytes } from 'node:crypto';

/** What a Standard Webhooks signature covers. */
export interface SignedContent {
  /** `webhook-id`. */
  readonly id: string;
  /** `webhook-timestamp`: Unix seconds of the attempt. */
  readonly timestamp: number;
  /** The body as it is on the wire. */
  readonly body: Uint8Array;
}

/** What fits into a header and cannot shift the borders of the signed `id.timestamp.body`. */
const SAFE_ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;

/** More signatures than any rotation needs; each `v1a` costs a verification. */
const MAX_SIGNATURES = 20;
const HMAC_BYTES = 32;
const ED25519_BYTES = 64;

export function isSafeId(id: string): boolean {
  return SAFE_ID.test(id);
}

/** The value of `webhook-signature`: one signature a key, `v1` of secrets and `v1a` of ed25519 keys, separated by spaces. */
export function sign(keys: readonly KeyObject[], content: SignedContent): string {
  const bytes = signedBytes(content);
  return keys
    .map((key) =>
      key.type === 'secret'
        ? `v1,${hmac(key, bytes).toString('base64')}`
        : `v1a,${signBytes(null, bytes, key).toString('base64')}`,
    )
    .join(' ');
}

/**
 * Whether any signature of the header is right for any of the keys, secrets or public ed25519 keys. How long it takes says
 * nothing about how much of a signature was right.
 */
export function verify(keys: readonly KeyObject[], content: SignedContent, header: string): boolean {
  const given = header.split(' ');
  if (given.length > MAX_SIGNATURES) return false;
  const bytes = signedBytes(content);
  const ofVersion = (version: string, length: number): Buffer[] =>
    given
      .filter((part) => part.startsWith(`${version},`))
      .map((part) => Buffer.from(part.slice(version.length + 1), 'base64'))
      .filter((signature) => signature.length === length);
  const [hmacs, ed25519] = [ofVersion('v1', HMAC_BYTES), ofVersion('v1a', ED25519_BYTES)];
  return keys.some((key) => {
    if (key.type !== 'secret') return ed25519.some((signature) => verifyBytes(null, bytes, key, signature));
    const expected = hmac(key, bytes);
    return hmacs.some((signature) => timingSafeEqual(signature, expected));
  });
}

function signedBytes({ id, timestamp, body }: SignedContent): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
}

function hmac(key: KeyObject, bytes: Buffer): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}
