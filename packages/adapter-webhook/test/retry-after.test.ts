import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../src/retry-after';

const now = Date.UTC(2026, 10, 21, 7, 28, 0);

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 1 ', 1_000],
    ['0000000005', 5_000],
    ['Sat, 21 Nov 2026 07:29:30 GMT', 90_000],
    ['Saturday, 21-Nov-26 07:29:30 GMT', 90_000],
    ['Sat Nov 21 07:29:30 2026', 90_000],
    ['Tue Dec  1 07:28:00 2026', 10 * 86_400_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('%s', (header, pause) => {
    expect(parseRetryAfter(header, now)).toBe(pause);
  });

  it.each([
    undefined,
    '',
    '0',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    '10 seconds',
    'soon',
    '2026-11-21T07:29:30Z',
    'Sat, 21 Nov 2026 07:29:30 +0000',
    'Sat, 21 Nov 2026 07:28:00 GMT',
    'Fri, 20 Nov 2026 07:28:00 GMT',
    'Sat, 99 Nov 2026 07:29:30 GMT',
    '١٢٠',
  ])('ignores %j', (header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  });

  it('ignores a header that was sent twice', () => {
    expect(parseRetryAfter(['60', '120'], now)).toBeUndefined();
  });
});
