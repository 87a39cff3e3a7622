import { describe, expect, it } from 'vitest';
import { bestNats, logSum, mostNats, outageNats } from '../src/outage/evidence';
import { RunningTotal } from '../src/outage/running-total';
import { SharedWords } from '../src/outage/shared-words';
import { SymptomShares } from '../src/outage/symptom-shares';
import { symptomsOf, TextClusters } from '../src/outage/text-clusters';
import { seeded } from './support/outage-stream';

/** ln P(X = count) of the negative binomial by its recurrence from 0, in no clever way. */
function logProbability(count: number, mean: number, alpha: number): number {
  const shape = 1 / alpha;
  const success = mean / (mean + shape);
  let nats = shape * Math.log(1 - success);
  for (let k = 0; k < count; k += 1) nats += Math.log(((k + shape) / (k + 1)) * success);
  return nats;
}

describe('evidence', () => {
  it.each([
    [4, 0.5, 0.1],
    [12, 3, 0.05],
    [60, 30, 0.04],
    [9, 0.9, 1],
  ])('is the ratio of two negative binomials: %d clients, %d expected, alpha %d', (count, expected, alpha) => {
    const excess = 2 * expected;
    const outage = logProbability(count, expected + excess, alpha / 9);
    const none = logProbability(count, expected, alpha);
    expect(outageNats({ count, expected, alpha, excesses: [excess] })).toBeCloseTo(outage - none, 6);
  });

  it('averages over the sizes an outage may have', () => {
    const one = (excess: number) => outageNats({ count: 9, expected: 1, alpha: 0.1, excesses: [excess] });
    const both = outageNats({ count: 9, expected: 1, alpha: 0.1, excesses: [2, 8] });
    expect(both).toBeCloseTo(logSum(one(2), one(8)) - Math.log(2), 9);
  });

  it('asks for more where the expected is not known well', () => {
    const nats = (alpha: number) => outageNats({ count: 40, expected: 10, alpha, excesses: [30] });
    expect(nats(0.2)).toBeLessThan(nats(0.01));
    expect(bestNats(40, 10, 0.2)).toBeLessThan(bestNats(40, 10, 0.01));
  });

  it('is never more than its quick bound, and nothing for what was to be expected', () => {
    for (const [count, expected] of [
      [4, 0.01],
      [30, 4],
      [500, 200],
    ] as const) {
      const excesses = [0.5, 1, 2, 8].map((times) => times * count);
      expect(outageNats({ count, expected, alpha: 0.05, excesses })).toBeLessThanOrEqual(mostNats(count, expected));
    }
    expect(mostNats(3, 3)).toBe(0);
    expect(bestNats(2, 3, 0.1)).toBe(0);
  });
});

describe('a running total', () => {
  it('sums the latest minutes, gaps and all, and no more than it holds', () => {
    const total = new RunningTotal();
    for (const [minute, value] of [
      [1_000, 1],
      [1_001, 2],
      [1_004, 4],
    ] as const) {
      total.add(minute, value);
    }
    expect([1, 3, 4, 5].map((minutes) => total.sum(minutes))).toEqual([4, 4, 6, 7]);
    const copy = new RunningTotal();
    copy.restore(total.snapshot());
    copy.add(1_005, 8);
    expect(copy.sum(2)).toBe(12);
    copy.add(1_900, 16);
    expect(copy.sum(5_000)).toBe(16);
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

describe('words', () => {
  const SYMPTOMS = [
    'red light',
    'slow pages',
    'black screen',
    'no dial tone',
    'error box',
    'login loop',
    'late mail',
    'hot modem',
  ];
  const usual = new TextClusters();
  for (let n = 0; n < 800; n += 1) usual.learn(symptomsOf(SYMPTOMS[n % 8] ?? ''));
  const shared = (texts: readonly string[]) => {
    const words = new SharedWords();
    for (const text of texts) words.add(symptomsOf(text), usual);
    return words;
  };

  it('that reports share are evidence, the more of them the more', () => {
    const [five, nine] = [5, 9].map((count) => shared(Array.from({ length: count }, () => 'red light')).nats);
    expect(five).toBeGreaterThan(3);
    expect(nine).toBeGreaterThan(five ?? 0);
    expect(
      shared(['red light', 'slow pages', 'red light', 'red light', 'slow pages', 'red light']).nats,
    ).toBeGreaterThan(2);
  });

  it('say nothing on average where they are the usual ones', () => {
    const random = seeded(3);
    let sum = 0;
    const runs = 4_000;
    for (let run = 0; run < runs; run += 1) {
      sum += Math.exp(shared(Array.from({ length: 8 }, () => SYMPTOMS[Math.floor(random() * 8)] ?? '')).nats);
    }
    expect(sum / runs).toBeGreaterThan(0.7);
    expect(sum / runs).toBeLessThan(1.3);
  });

  it('are nothing where no texts come', () => {
    expect(shared(['', '', '', '']).nats).toBeCloseTo(0, 9);
    expect(new SymptomShares().ratioOf(['red'], usual)).toBe(1);
  });

  it('tell whether a report is one of an incident', () => {
    const incident = new SymptomShares();
    for (let n = 0; n < 20; n += 1) incident.learn(symptomsOf(n % 5 === 0 ? (SYMPTOMS[n % 8] ?? '') : 'red light'));
    expect(incident.ratioOf(symptomsOf('a red light'), usual)).toBeGreaterThan(3);
    expect(incident.ratioOf(symptomsOf('slow pages'), usual)).toBeLessThan(0.6);
    const copy = new SymptomShares();
    copy.restore(incident.snapshot());
    expect(copy.ratioOf(['red'], usual)).toBe(incident.ratioOf(['red'], usual));
  });
});
