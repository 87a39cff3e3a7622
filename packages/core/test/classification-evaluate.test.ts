import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auroc } from '../src/classification/auroc';
import { evaluate } from '../src/classification/evaluate';
import { type Classification, UNKNOWN } from '../src/model/classification';
import type { Classifier } from '../src/ports/classifier';

/** Answers `GUESS 0.8`: below 0.5 it is unknown, with the guess as the first alternative. */
const scripted: Classifier = {
  classify: async ({ text }) => {
    const [scenario = '', confidence = ''] = text.split(' ');
    const guess = { scenario, confidence: Number(confidence) };
    const answer = { reasoning: '', source: 'local' } as const;
    if (scenario === '-') return { ...answer, scenario: UNKNOWN, confidence: 0, alternatives: [] };
    if (guess.confidence >= 0.5) return { ...answer, ...guess, alternatives: [] };
    return { ...answer, scenario: UNKNOWN, confidence: 1 - guess.confidence, alternatives: [guess] };
  },
};

const labelled = [
  { text: 'A 0.95', scenario: 'A' },
  { text: 'A 0.95', scenario: 'A' },
  { text: 'B 0.85', scenario: 'B' },
  { text: 'A 0.75', scenario: 'B' },
  { text: 'B 0.45', scenario: 'A' },
  { text: 'B 0.35', scenario: 'B' },
  { text: 'A 0.55', scenario: UNKNOWN },
  { text: 'B 0.15', scenario: UNKNOWN },
];

describe('evaluate', () => {
  it('counts the best guess, accepted or not', async () => {
    const result = await evaluate(scripted, labelled);
    expect(result).toMatchObject({ messages: 8, inScope: 6, outOfScope: 2, accuracy: 4 / 6, outOfScopeRecall: 0.5 });
    expect(result.macroF1).toBeCloseTo((4 / 6 + 4 / 6) / 2);
    expect(result.outOfScopeAuroc).toBe(10 / 12);
  });

  it('compares confidence and accuracy, bin by bin', async () => {
    const { reliability } = await evaluate(scripted, labelled, { bins: 2 });
    expect(reliability.bins).toEqual([
      { from: 0, to: 0.5, messages: 3, confidence: expect.closeTo(0.95 / 3) as number, accuracy: 1 / 3 },
      { from: 0.5, to: 1, messages: 5, confidence: expect.closeTo(4.05 / 5) as number, accuracy: 3 / 5 },
    ]);
    expect(reliability.ece).toBeCloseTo((0.05 + 1.05) / 8);
  });

  it('shows what each threshold accepts, and suggests the widest one that is precise enough', async () => {
    const { curve, suggested } = await evaluate(scripted, labelled, { precision: 0.75 });
    expect(curve[0]).toEqual({ threshold: 0.95, coverage: 2 / 8, precision: 1 });
    expect(curve.at(-1)).toEqual({ threshold: 0.15, coverage: 1, precision: 4 / 8 });
    expect(suggested).toEqual({ threshold: 0.75, coverage: 4 / 8, precision: 3 / 4 });
    expect((await evaluate(scripted, labelled.slice(3, 4))).suggested).toBeNull();
  });

  it('weighs the messages out of scope as their share in the traffic', async () => {
    const { curve, reliability } = await evaluate(scripted, labelled, { outOfScopeShare: 0.1, bins: 1 });
    expect(curve.at(-1)?.precision).toBeCloseTo((0.9 * 4) / 6);
    expect(reliability.bins[0]?.accuracy).toBeCloseTo((0.9 * 4) / 6);
  });

  it('names confusions and scenarios that overlap', async () => {
    const { confusions, overlaps } = await evaluate(scripted, labelled);
    expect(confusions).toHaveLength(4);
    expect(confusions).toContainEqual({ expected: 'B', guess: 'A', messages: 1 });
    expect(confusions).toContainEqual({ expected: UNKNOWN, guess: 'A', messages: 1 });
    expect(overlaps).toEqual([{ scenarios: ['A', 'B'], share: 2 / 6, messages: 2 }]);
  });

  it('has no figure for what is not there', async () => {
    expect(await evaluate(scripted, [])).toMatchObject({
      messages: 0,
      accuracy: null,
      macroF1: null,
      outOfScopeAuroc: null,
      outOfScopeRecall: null,
      curve: [],
      suggested: null,
    });
    const silent = await evaluate(scripted, [{ text: '-', scenario: 'A' }]);
    expect(silent).toMatchObject({ accuracy: 0, macroF1: 0, confusions: [], overlaps: [] });
  });

  it('passes on the locale, waits until the classifier is ready, and takes no confidence that is none', async () => {
    const seen: string[] = [];
    const answer = { scenario: 'A', confidence: NaN, reasoning: '', source: 'llm', alternatives: [] } as Classification;
    const classifier: Classifier = {
      ready: async () => void seen.push('ready'),
      classify: async ({ locale }) => {
        seen.push(locale ?? 'none');
        return answer;
      },
    };
    const result = await evaluate(classifier, [
      { text: 'x', scenario: 'A', locale: 'ru' },
      { text: 'y', scenario: UNKNOWN },
    ]);
    expect(seen).toEqual(['ready', 'ru', 'none']);
    expect(result).toMatchObject({ outOfScopeAuroc: 0.5, curve: [{ threshold: 0, coverage: 1, precision: 0.5 }] });
  });
});

describe('auroc', () => {
  it('is the share of pairs in the right order, ties half', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        let won = 0;
        for (const p of positives) for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
        expect(auroc(positives, negatives)).toBeCloseTo(won / (positives.length * negatives.length));
      }),
    );
    expect([auroc([], [1]), auroc([1], [])]).toEqual([null, null]);
  });
});
