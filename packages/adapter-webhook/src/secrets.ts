import type { KeyObject } from 'node:crypto';
import type { Channel, OutcomeClass } from '@firstline/core';
import { parseSigningKey, SIGNING_KEY_FORM } from './keys';

/** One secret, or up to 10 of them that all sign. */
export type Secrets = string | readonly string[];

/** The secrets of one channel, see `WebhookTransportOptions.secretFor`. */
export type SecretFor = (channel: Channel) => Secrets | null | undefined | Promise<Secrets | null | undefined>;

const MAX_SECRETS = 10;

/** There is nothing to sign with; nothing was sent. Never shows a secret, and no error of the host that may hold one. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly outcome: OutcomeClass;
  readonly code: 'secret_unavailable' | 'invalid_secret';

  constructor(outcome: OutcomeClass, code: SecretError['code']) {
    super(code);
    this.outcome = outcome;
    this.code = code;
  }
}

export type ParsedSecrets =
  { readonly keys: readonly KeyObject[] } | { readonly index: number | null; readonly fault: string };

/** `index`: which of several is at fault. The values come from JavaScript too, so their types are no more than a hope. */
export function parseSecrets(
  given: unknown,
  parse: (text: string) => KeyObject | null = parseSigningKey,
  form = SIGNING_KEY_FORM,
): ParsedSecrets {
  const list = Array.isArray(given) ? (given as unknown[]) : [given];
  if (list.length < 1 || list.length > MAX_SECRETS)
    return { index: null, fault: `must be one to ${MAX_SECRETS} secrets` };
  // Old and new may well be equal outside of a rotation; signing twice with one key would say nothing more.
  const keys: KeyObject[] = [];
  for (const entry of new Set(list)) {
    const key = typeof entry === 'string' ? parse(entry) : null;
    if (key === null) return { index: Array.isArray(given) ? list.indexOf(entry) : null, fault: `must be ${form}` };
    keys.push(key);
  }
  return { keys };
}

/** Asks for the channel's own secrets, and takes the common ones where it has none. Throws a {@link SecretError}. */
export async function keysFor(
  channel: Channel,
  common: readonly KeyObject[],
  secretFor: SecretFor | undefined,
): Promise<readonly KeyObject[]> {
  const own = await ask(channel, secretFor);
  if (own === null || own === undefined) {
    if (common.length === 0) throw new SecretError('config', 'invalid_secret');
    return common;
  }
  const parsed = parseSecrets(own);
  if ('keys' in parsed) return parsed.keys;
  throw new SecretError('config', 'invalid_secret');
}

async function ask(channel: Channel, secretFor: SecretFor | undefined): Promise<unknown> {
  try {
    return await secretFor?.(channel);
  } catch {
    throw new SecretError('retry', 'secret_unavailable');
  }
}
