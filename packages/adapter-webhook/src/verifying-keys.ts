import type { KeyObject } from 'node:crypto';
import { FirstlineError } from '@firstline/core';
import { parsePublicKey, parseSecret, PUBLIC_KEY_FORM, SECRET_FORM } from './keys';
import { parseSecrets, type Secrets } from './secrets';

export interface VerifyingOptions {
  /** `whsec_…`, verifies `v1`. */
  readonly secret?: Secrets;
  /** `whpk_…`, verifies `v1a`. */
  readonly publicKey?: Secrets;
}

/** The keys of a receiver; none where no option is given. `owner` is named in the `invalid_options` it throws. */
export function verifyingKeys({ secret, publicKey }: VerifyingOptions, owner: string): readonly KeyObject[] {
  return [
    ...keysOf(secret, 'secret', parseSecret, SECRET_FORM, owner),
    ...keysOf(publicKey, 'publicKey', parsePublicKey, PUBLIC_KEY_FORM, owner),
  ];
}

function keysOf(
  given: Secrets | undefined,
  option: string,
  parse: (text: string) => KeyObject | null,
  form: string,
  owner: string,
): readonly KeyObject[] {
  if (given === undefined) return [];
  const parsed = parseSecrets(given, parse, form);
  if ('keys' in parsed) return parsed.keys;
  const path = parsed.index === null ? option : `${option}[${parsed.index}]`;
  throw new FirstlineError('invalid_options', `${owner}: ${path} ${parsed.fault}`, { path });
}
