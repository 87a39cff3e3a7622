import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseSecret, sign } from '../src/signature';
import { OTHER_SECRET, SECRET } from './support/outbound';

const key = (secret: string) => parseSecret(secret)!;

describe('signature', () => {
  // The published vector: standard-webhooks, spec 1.0.0.
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const body = Buffer.from('{"test": 2432232314}');
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('is the published one', () => {
    expect(sign([key(SECRET)], id, 1_614_265_330, body)).toBe(signature);
  });

  it('has one part a key', () => {
    const both = sign([key(OTHER_SECRET), key(SECRET)], id, 1_614_265_330, body).split(' ');
    expect(both).toEqual([sign([key(OTHER_SECRET)], id, 1_614_265_330, body), signature]);
  });
});

describe('parseSecret', () => {
  const secret = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;

  it.each([24, 25, 26, 32, 64])('takes %i bytes', (bytes) => {
    expect(parseSecret(secret(bytes))?.symmetricKeySize).toBe(bytes);
  });

  it.each([
    ['no prefix', SECRET.slice('whsec_'.length)],
    ['another prefix', SECRET.replace('whsec_', 'whsk_')],
    ['nothing after the prefix', 'whsec_'],
    ['23 bytes', secret(23)],
    ['65 bytes', secret(65)],
    ['no padding', secret(25).replace(/=+$/, '')],
    ['the URL alphabet', `whsec_${Buffer.alloc(24, 0xff).toString('base64url')}`],
    ['a space', `${SECRET} `],
    ['a newline', `${SECRET}\n`],
    ['hexadecimal of odd length', `whsec_${'ab'.repeat(24)}a`],
  ])('refuses %s', (_what, text) => {
    expect(parseSecret(text)).toBeNull();
  });

  it('gives a key that does not show its bytes', () => {
    const shown = inspect(key(SECRET), { depth: null, showHidden: true });
    expect(shown).not.toContain(SECRET.slice(6));
    expect(shown).not.toContain(Buffer.from(SECRET.slice(6), 'base64').toString('hex').slice(0, 8));
  });
});
