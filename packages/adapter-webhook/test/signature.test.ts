import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePublicKey, parseSecret, parseSigningKey } from '../src/keys';
import { isSafeId, sign, verify } from '../src/signature';
import { OTHER_SECRET, OTHER_SECRET_KEY, PUBLIC_KEY, SECRET, SECRET_KEY } from './support/outbound';

const key = (text: string) => (text.startsWith('whpk_') ? parsePublicKey(text) : parseSigningKey(text))!;

// The published vectors have id, time and body in common.
const CONTENT = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: Buffer.from('{"test": 2432232314}'),
};
/** Of the specification, 1.0.0. */
const V1 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
/** Of the Svix server's tests. */
const V1A = 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';

describe('sign', () => {
  it('makes the published v1 signature', () => {
    expect(sign([key(SECRET)], CONTENT)).toBe(V1);
  });

  it('makes the published v1a signature', () => {
    expect(sign([key(SECRET_KEY)], CONTENT)).toBe(V1A);
  });

  it('makes one a key, of either kind, in the order of the keys', () => {
    const all = [OTHER_SECRET, SECRET, SECRET_KEY, OTHER_SECRET_KEY];
    const each = all.map((text) => sign([key(text)], CONTENT));
    expect(sign(all.map(key), CONTENT)).toBe(each.join(' '));
    expect([each[1], each[2]]).toEqual([V1, V1A]);
  });
});

describe('verify', () => {
  const both = [parseSecret(SECRET)!, key(PUBLIC_KEY)];

  it('takes the published signatures, alone and among others', () => {
    for (const header of [V1, V1A, `${V1} ${V1A}`, `v1,AAAA v2,xyz ${V1A}`, `${V1A.replace('hnO', 'hnP')} ${V1}`]) {
      expect(verify(both, CONTENT, header)).toBe(true);
    }
    expect([verify([both[0]!], CONTENT, V1A), verify([both[1]!], CONTENT, V1)]).toEqual([false, false]);
  });

  it.each([
    ['another id', { ...CONTENT, id: 'msg_2' }],
    ['another time', { ...CONTENT, timestamp: CONTENT.timestamp + 1 }],
    ['another body', { ...CONTENT, body: Buffer.from('{"test": 2432232315}') }],
    ['a longer body', { ...CONTENT, body: Buffer.concat([CONTENT.body, Buffer.from(' ')]) }],
    ['no body', { ...CONTENT, body: Buffer.alloc(0) }],
  ])('refuses %s', (_what, content) => {
    expect(verify(both, content, `${V1} ${V1A}`)).toBe(false);
  });

  it.each([
    '',
    ' ',
    'v1,',
    'v1a,',
    V1.slice(0, -4),
    V1.replace('v1,', 'v1a,'),
    V1A.replace('v1a,', 'v1,'),
    V1.replace('v1,', 'v2,'),
    V1.replace('v1,', 'v1'),
    `v1,${SECRET}`,
    Array.from({ length: 21 }, () => V1).join(' '),
  ])('refuses %j', (header) => {
    expect(verify(both, CONTENT, header)).toBe(false);
  });

  it('takes what sign makes, of any bytes, by the keys that belong to it', () => {
    const pairs = [
      [key(OTHER_SECRET), key(OTHER_SECRET)],
      [key(OTHER_SECRET_KEY), createPublicKey(key(OTHER_SECRET_KEY))],
    ] as const;
    const content = fc.record({
      id: fc.stringMatching(/^[!-\-/-~]{1,40}$/),
      timestamp: fc.nat(),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(content, fc.constantFrom(...pairs), (signed, [signing, verifying]) => {
        const header = sign([signing], signed);
        expect(isSafeId(signed.id)).toBe(true);
        expect(verify([verifying], signed, header)).toBe(true);
        expect(verify(both, signed, header)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
