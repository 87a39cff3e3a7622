import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const PREFIX = 'whsec_';
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/**
 * The key in a Standard Webhooks secret (`whsec_` + base64 of 24 to 64 bytes), or `null`. A `KeyObject`, because it does
 * not show its bytes when it is logged or inspected.
 */
export function parseSecret(secret: string): KeyObject | null {
  if (!secret.startsWith(PREFIX)) return null;
  const encoded = secret.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64; only what encodes back to itself was meant.
  if (bytes.toString('base64') !== encoded) return null;
  if (bytes.length < MIN_KEY_BYTES || bytes.length > MAX_KEY_BYTES) return null;
  return createSecretKey(bytes);
}

/** The value of `webhook-signature`: one `v1` signature a key, separated by spaces. `timestamp` in Unix seconds. */
export function sign(keys: readonly KeyObject[], id: string, timestamp: number, body: Buffer): string {
  return keys
    .map((key) => {
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      return `v1,${hmac.digest('base64')}`;
    })
    .join(' ');
}
