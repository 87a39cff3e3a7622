import { describe, expect, it } from 'vitest';
import {
  cascade,
  type Classification,
  type Classifier,
  type ClassifyInput,
  languageModelClassifier,
  localClassifier,
  UNKNOWN,
} from '../src/index';
import { ManualClock, ScriptedClassifier } from '../src/testing/index';
import { says, ScriptedModel } from './support/scripted-model';
import { LABELLED, SMALL_DESK } from './support/small-desk';

const truth = new Map(LABELLED);
/** Knows every label, and says so with the probability of the label. */
const oracle = () => new ScriptedModel((message) => says(truth.get(message) ?? UNKNOWN, 0.9, 0.95));

const ask = (scenario: string, confidence: number, source: Classification['source'] = 'local') =>
  new ScriptedClassifier([[/./, { scenario, confidence, source }]]);
const broken = () => new ScriptedClassifier().failAll(new Error('down'));

describe('a cascade of the local classifier and a language model', () => {
  const local = localClassifier({ scenarios: SMALL_DESK });

  async function run(acceptAt: number, budget?: { tokens: number; per: '1d' }) {
    const model = oracle();
    const clock = new ManualClock();
    const llm = languageModelClassifier({ model, scenarios: SMALL_DESK, clock, ...(budget && { budget }) });
    const both = cascade([local, llm], { acceptAt });
    await both.ready();
    const results: { label: string; answer: Classification }[] = [];
    for (const [text, label] of LABELLED) results.push({ label, answer: await both.classify({ text }) });
    const right = (list: typeof results) => list.filter(({ label, answer }) => answer.scenario === label).length;
    const byLocal = results.filter(({ answer }) => answer.source === 'local');
    return {
      calls: model.requests.length,
      coverage: byLocal.length / results.length,
      precision: right(byLocal) / byLocal.length,
      accuracy: right(results) / results.length,
      stages: both.stats().stages,
      results,
    };
  }

  it('asks the model about what the local one is unsure of, and about nothing else', async () => {
    const alone = await Promise.all(LABELLED.map(([text]) => local.classify({ text })));
    for (const acceptAt of [0.7, 0.9]) {
      const { calls, coverage, stages } = await run(acceptAt);
      const sure = alone.filter(({ scenario, confidence }) => scenario !== UNKNOWN && confidence >= acceptAt).length;
      expect(calls).toBe(LABELLED.length - sure);
      expect(coverage).toBeCloseTo(sure / LABELLED.length, 10);
      expect(stages).toEqual([
        { calls: LABELLED.length, accepted: sure, failed: 0 },
        { calls, accepted: calls, failed: 0 },
      ]);
    }
  });

  it('saves half of the calls where what the local one takes is right in nine of ten cases', async () => {
    const [low, high] = [await run(0.7), await run(0.9)];
    expect(low.calls).toBeLessThanOrEqual(high.calls);
    expect(low.coverage).toBeGreaterThanOrEqual(0.4);
    for (const { precision, accuracy } of [low, high]) {
      expect(precision).toBeGreaterThanOrEqual(0.9);
      expect(accuracy).toBeGreaterThanOrEqual(0.94);
    }
  });

  it('calls nothing when the budget is spent, and answers as the local one alone', async () => {
    const { calls, results, stages } = await run(0.7, { tokens: 0, per: '1d' });
    expect(calls).toBe(0);
    expect(stages[1]).toMatchObject({ accepted: 0, failed: stages[1]!.calls });
    for (const [index, { answer }] of results.entries()) {
      const alone = await local.classify({ text: LABELLED[index]![0] });
      const sure = alone.scenario !== UNKNOWN && alone.confidence >= 0.7;
      expect(answer).toEqual({ ...alone, source: sure ? 'local' : 'fallback' });
    }
  });
});

describe('cascade', () => {
  it('takes the first answer that is sure enough, and the last word as it is', async () => {
    const last = ask('C', 0.1, 'llm');
    const stages = (confidence: number) => [ask('A', confidence), ask('B', 0.8), last];
    const scenario = async (confidence: number, acceptAt: number | number[]) =>
      (await cascade(stages(confidence), { acceptAt }).classify({ text: 'x' })).scenario;
    expect(await scenario(0.7, 0.7)).toBe('A');
    expect(await scenario(0.69, 0.7)).toBe('B');
    expect(await scenario(0.7, [0.8, 0.8])).toBe('B');
    expect(await scenario(0.7, [0.8, 0.81, 1])).toBe('C');
    expect(await cascade([ask(UNKNOWN, 1), last], { acceptAt: 0 }).classify({ text: 'x' })).toMatchObject({
      scenario: 'C',
      source: 'llm',
    });
  });

  it('goes on without a stage that fails, and marks only an answer that was not the last word', async () => {
    const input = { text: 'x' };
    expect(await cascade([broken(), ask('B', 0.2, 'llm')], { acceptAt: 0.7 }).classify(input)).toMatchObject({
      scenario: 'B',
      source: 'llm',
    });
    expect(
      await cascade([ask('A', 0.5), broken(), ask('C', 0.2, 'llm')], { acceptAt: 0.7 }).classify(input),
    ).toMatchObject({
      scenario: 'C',
      source: 'llm',
    });
    const fallen = cascade([ask('A', 0.5), broken()], { acceptAt: 0.7 });
    expect(await fallen.classify(input)).toMatchObject({ scenario: 'A', confidence: 0.5, source: 'fallback' });
    expect(fallen.stats().stages).toEqual([
      { calls: 1, accepted: 1, failed: 0 },
      { calls: 1, accepted: 0, failed: 1 },
    ]);
    await expect(cascade([broken(), broken()], { acceptAt: 0.7 }).classify(input)).rejects.toMatchObject({
      code: 'classifier_failed',
    });
  });

  it('gets every stage ready, and fails only when all do', async () => {
    const ready: string[] = [];
    const stage = (name: string, error?: Error): Classifier => ({
      ready: async () => {
        ready.push(name);
        if (error !== undefined) throw error;
      },
      classify: (input) => ask('A', 1).classify(input),
    });
    await cascade([stage('one', new Error('down')), stage('two'), ask('A', 1)], { acceptAt: 1 }).ready();
    expect(ready).toEqual(['one', 'two']);
    await expect(cascade([stage('three', new Error('down'))], { acceptAt: 1 }).ready()).rejects.toThrow('down');
  });

  it('hands on the signal, the time and as much of the conversation as each stage wants', async () => {
    const seen: ClassifyInput[] = [];
    const stage = (recentMessages?: number): Classifier => ({
      ...(recentMessages !== undefined && { recentMessages }),
      classify: async (input) => {
        seen.push(input);
        return ask('A', 0.1).classify(input);
      },
    });
    const three = cascade([stage(), stage(2), stage(1)], { acceptAt: 0.9 });
    expect(three.recentMessages).toBe(2);
    const recent = (['one', 'two'] as const).map((text) => ({ from: 'client' as const, text }));
    const { signal } = new AbortController();
    await three.classify({ text: 'x', locale: 'en', now: 5, signal, recent });
    const common = { text: 'x', locale: 'en', now: 5, signal };
    expect(seen).toEqual([common, { ...common, recent }, { ...common, recent: recent.slice(1) }]);
    expect(seen.every((input) => input.signal === signal)).toBe(true);
  });

  it.each([
    [[], 0.7],
    [[ask('A', 1)], 1.1],
    [[ask('A', 1)], [0.5, 0.5]],
    [[ask('A', 1)], Number.NaN],
  ])('refuses what makes no sense: %#', (stages, acceptAt) => {
    expect(() => cascade(stages, { acceptAt })).toThrow(expect.objectContaining({ code: 'invalid_options' }));
  });
});
