import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { isFirstlineError } from '@firstline/core';
import { webhookPublicKey } from '@firstline/adapter-webhook';
import { describe, expect, it } from 'vitest';
import { parsePublicKey, parseSecret, parseSigningKey } from '../src/keys';
import { OTHER_SECRET_KEY, PUBLIC_KEY, SECRET, SECRET_KEY } from './support/outbound';

const encoded = (prefix: string, bytes: number | Buffer) =>
  `${prefix}${(typeof bytes === 'number' ? Buffer.alloc(bytes, 1) : bytes).toString('base64')}`;

describe('a secret (whsec_)', () => {
  it.each([24, 25, 26, 32, 64])('may have %i bytes', (bytes) => {
    expect(parseSecret(encoded('whsec_', bytes))?.symmetricKeySize).toBe(bytes);
  });

  it.each([
    ['no prefix', SECRET.slice('whsec_'.length)],
    ['another prefix', SECRET.replace('whsec_', 'whsk_')],
    ['nothing after the prefix', 'whsec_'],
    ['23 bytes', encoded('whsec_', 23)],
    ['65 bytes', encoded('whsec_', 65)],
    ['no padding', encoded('whsec_', 25).replace(/=+$/, '')],
    ['the URL alphabet', `whsec_${Buffer.alloc(24, 0xff).toString('base64url')}`],
    ['a space', `${SECRET} `],
    ['a newline', `${SECRET}\n`],
    ['hexadecimal of odd length', `whsec_${'ab'.repeat(24)}a`],
  ])('is refused with %s', (_what, text) => {
    expect([parseSecret(text), parseSigningKey(text)]).toEqual([null, null]);
  });
});

describe('a secret key (whsk_)', () => {
  const seed = Buffer.from(SECRET_KEY.slice('whsk_'.length), 'base64').subarray(0, 32);

  it('is a seed, or a seed with its public key, and both are the same key', () => {
    expect(parseSigningKey(SECRET_KEY)).toMatchObject({ type: 'private', asymmetricKeyType: 'ed25519' });
    expect(webhookPublicKey(SECRET_KEY)).toBe(PUBLIC_KEY);
    expect(webhookPublicKey(encoded('whsk_', seed))).toBe(PUBLIC_KEY);
  });

  it('of anybody else has the public key that Node derives of it', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { d = '' } = privateKey.export({ format: 'jwk' });
    const derived = webhookPublicKey(encoded('whsk_', Buffer.from(d, 'base64url')));
    expect(parsePublicKey(derived)?.equals(createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })))).toBe(
      true,
    );
  });

  it.each([
    ['31 bytes', encoded('whsk_', 31)],
    ['33 bytes', encoded('whsk_', 33)],
    ['65 bytes', encoded('whsk_', 65)],
    ['a public key of somebody else', encoded('whsk_', Buffer.concat([seed, Buffer.alloc(32, 7)]))],
    ['the prefix of a public key', PUBLIC_KEY],
    ['nothing', 'whsk_'],
    ['no padding', OTHER_SECRET_KEY.replace(/=+$/, '')],
  ])('is refused with %s', (_what, text) => {
    expect(parseSigningKey(text)).toBeNull();
    const error: unknown = (() => {
      try {
        return webhookPublicKey(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(isFirstlineError(error) && error.code).toBe('invalid_options');
    expect(String(error)).not.toContain(text.slice(5, 20) || 'nothing to hide');
  });
});

describe('a public key (whpk_)', () => {
  it.each([
    ['31 bytes', encoded('whpk_', 31)],
    ['64 bytes', encoded('whpk_', 64)],
    ['a secret', SECRET_KEY],
    ['', ''],
  ])('is refused with %s', (_what, text) => {
    expect(parsePublicKey(text)).toBeNull();
  });
});

it('no key shows its bytes', () => {
  for (const text of [SECRET, SECRET_KEY, OTHER_SECRET_KEY]) {
    const key = parseSigningKey(text);
    const bytes = Buffer.from(text.slice(text.indexOf('_') + 1), 'base64');
    for (const shown of [
      inspect(key, { depth: null, showHidden: true, getters: true }),
      JSON.stringify(key),
      String(key),
    ]) {
      expect(shown).not.toContain(text.slice(6, 20));
      expect(shown).not.toContain(bytes.toString('hex').slice(0, 8));
    }
  }
});
