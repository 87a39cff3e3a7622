import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../src/retry-after';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const wait = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), NOW);

describe('retryAfterMs', () => {
  it('reads milliseconds, seconds and dates', () => {
    expect(wait({ 'retry-after-ms': '250' })).toBe(250);
    expect(wait({ 'retry-after-ms': '250.2', 'retry-after': '9' })).toBe(251);
    expect(wait({ 'retry-after': '9' })).toBe(9_000);
    expect(wait({ 'retry-after': '0.5' })).toBe(500);
    expect(wait({ 'retry-after': 'Sun, 01 Mar 2026 12:00:20 GMT' })).toBe(20_000);
  });

  it('waits for nothing else, and never longer than a day', () => {
    expect(retryAfterMs(undefined, NOW)).toBeUndefined();
    for (const value of ['', '0', '-5', 'soon', 'Sun, 01 Mar 2026 11:59:00 GMT', '1e9']) {
      expect(wait({ 'retry-after': value })).toBeUndefined();
    }
    expect(wait({ 'retry-after': '99999999' })).toBe(86_400_000);
  });
});
