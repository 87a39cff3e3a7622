import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@firstline/core';
import { verify } from '../signature';
import { type VerifyingOptions, verifyingKeys } from '../verifying-keys';

/** As most receivers have it, in both directions. */
const TOLERANCE_MS = 300_000;

/** Whether a request is properly signed; `null`: there is no key to tell by. */
export type Verifier = (headers: IncomingHttpHeaders, body: Buffer) => boolean | null;

export function verifierOf(options: VerifyingOptions, clock: Clock): Verifier {
  const keys = verifyingKeys(options, 'faultServer');
  if (keys.length === 0) return () => null;
  return (headers, body) => {
    const [id = '', written = '', signatures = ''] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
      (name) => String(headers[name] ?? ''),
    );
    const timestamp = Number(written);
    const recent = /^\d+$/.test(written) && Math.abs(clock.now() - timestamp * 1_000) <= TOLERANCE_MS;
    return recent && verify(keys, { id, timestamp, body }, signatures);
  };
}
