import { createPublicKey, verify } from 'node:crypto';
import type { RecordedRequest } from '@firstline/adapter-webhook/testing';
import { Webhook } from 'standardwebhooks';
import { PUBLIC_KEY, SECRET } from './outbound';

/** What an independent receiver makes of it, by the library of the specification; throws if the signature is not right. */
export function verified({ body, headers }: RecordedRequest, secret = SECRET): unknown {
  return new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
}

/** The same for `v1a`, which that library does not know: by Node's crypto and the specification's words alone. */
export function verifiedV1a({ body, headers, id }: RecordedRequest, publicKey = PUBLIC_KEY): boolean {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signed = Buffer.concat([Buffer.from(`${id}.${String(headers['webhook-timestamp'])}.`), body]);
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((part) => part.startsWith('v1a,'))
    .some((part) => verify(null, signed, key, Buffer.from(part.slice('v1a,'.length), 'base64')));
}
