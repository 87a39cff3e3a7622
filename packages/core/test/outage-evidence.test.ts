import { describe, expect, it } from 'vitest';
import { roughNats, tailNats } from '../src/outage/evidence';
import { MinuteRing } from '../src/outage/minute-ring';
import { symptomsOf } from '../src/outage/text-clusters';

/** P(X ≥ count) of the negative binomial by its recurrence from 0, in no clever way. */
function tail(count: number, mean: number, alpha: number): number {
  const shape = 1 / alpha;
  const success = mean / (mean + shape);
  let term = (1 - success) ** shape;
  let below = 0;
  for (let k = 0; k < count; k += 1) {
    below += term;
    term *= ((k + shape) / (k + 1)) * success;
  }
  return 1 - below;
}

describe('evidence', () => {
  it.each([
    [4, 0.5, 0.1],
    [12, 3, 0.05],
    [60, 30, 0.04],
    [9, 0.9, 1],
  ])('is −ln of the tail of the negative binomial: %d clients, %d expected, alpha %d', (count, mean, alpha) => {
    expect(tailNats(count, mean, alpha)).toBeCloseTo(-Math.log(tail(count, mean, alpha)), 3);
  });

  it('nears the Poisson tail without overdispersion, and asks for more with it', () => {
    // P(X ≥ 4) for a Poisson mean of 0.1.
    expect(tailNats(4, 0.1, 0)).toBeCloseTo(12.47, 1);
    expect(tailNats(40, 10, 0.2)).toBeLessThan(tailNats(40, 10, 0.01));
  });

  it('is nothing for what was to be expected', () => {
    expect(tailNats(3, 3, 0.1)).toBe(0);
    expect(roughNats(2, 3, 0.1)).toBe(0);
  });

  it('is estimated closely enough to leave hopeless windows out', () => {
    for (const [count, mean, alpha] of [
      [4, 0.01, 0.3],
      [30, 4, 0.05],
      [500, 200, 0.02],
      [5, 0.3, 1],
    ] as const) {
      const difference = tailNats(count, mean, alpha) - roughNats(count, mean, alpha);
      expect(difference).toBeLessThan(1.5);
    }
  });
});

describe('minute ring', () => {
  it('sums the latest minutes, and no more than it holds', () => {
    const ring = new MinuteRing(4);
    for (const value of [1, 2, 3, 4, 5, 6]) ring.push(value);
    expect([1, 2, 4, 9].map((minutes) => ring.sum(minutes))).toEqual([6, 11, 18, 18]);
    const copy = new MinuteRing(4);
    copy.restore(ring.snapshot());
    copy.push(7);
    expect(copy.sum(2)).toBe(13);
  });
});

describe('symptoms', () => {
  it('are distinct words of at least three letters, whatever the case, the numbers and the script', () => {
    expect(symptomsOf('No INTERNET since 12:04, internet is down!')).toEqual(['internet', 'since', 'down']);
    expect(symptomsOf('Не работает интернет, ошибка 651')).toEqual(['работает', 'интернет', 'ошибка']);
    expect(symptomsOf('a b c 1 2 3')).toEqual([]);
  });

  it('are few, however long the text', () => {
    expect(symptomsOf('abc abd abe abf abg abh abi abj abk abl abm '.repeat(1_000))).toHaveLength(10);
  });
});
