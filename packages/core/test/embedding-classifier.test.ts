import { describe, expect, it } from 'vitest';
import { cascade, type Embedder, embeddingClassifier, localClassifier, UNKNOWN } from '../src/index';
import { LABELLED, SMALL_DESK } from './support/small-desk';
import { pointOf } from './support/toy-points';

class ToyEmbedder implements Embedder {
  readonly model = 'toy';
  readonly batches: (readonly string[])[] = [];
  fails = false;

  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    this.batches.push(texts);
    if (this.fails) throw new Error('down');
    return texts.map(pointOf);
  }
}

function desk(embedder: Embedder = new ToyEmbedder()) {
  return embeddingClassifier({ embedder, scenarios: SMALL_DESK });
}

describe('embeddingClassifier', () => {
  it('finds the scenario by meaning, with a confidence that means something', async () => {
    const classifier = desk();
    const results = await Promise.all(
      LABELLED.map(async ([text, label]) => ({ label, answer: await classifier.classify({ text }) })),
    );
    const inScope = results.filter(({ label }) => label !== UNKNOWN);
    const right = inScope.filter(({ label, answer }) => answer.scenario === label);
    expect(right.length / inScope.length).toBeGreaterThan(0.8);
    const mean = right.reduce((sum, { answer }) => sum + answer.confidence, 0) / right.length;
    expect(mean).toBeGreaterThan(0.6);
    for (const { answer } of results) {
      expect(answer.confidence).toBeGreaterThanOrEqual(0);
      expect(answer.confidence).toBeLessThanOrEqual(1);
    }
  });

  it('does not know what is like nothing, and tells its best guess', async () => {
    const embedder: Embedder = {
      model: 'toy',
      embed: async (texts) =>
        texts.map((text) => (text === 'odd' ? [0, 0, 1] : text.includes('bill') ? [1, 0, 0.1] : [0, 1, 0.1])),
    };
    const scenarios = [
      { id: 'BILLING', examples: ['my bill', 'a bill', 'bill please'] },
      { id: 'OTHER', examples: ['one', 'two', 'three'] },
    ];
    const classifier = embeddingClassifier({ embedder, scenarios });
    expect(await classifier.classify({ text: 'this bill' })).toMatchObject({ scenario: 'BILLING', source: 'local' });
    const odd = await classifier.classify({ text: 'odd' });
    expect(odd.scenario).toBe(UNKNOWN);
    expect(odd.alternatives[0]!.confidence).toBeCloseTo(1 - odd.confidence, 3);
  });

  it('embeds the examples once, in batches, redacted', async () => {
    const embedder = new ToyEmbedder();
    const many = Array.from({ length: 300 }, (_, n) => `bill ${n} for anna@example.org`);
    const classifier = embeddingClassifier({ embedder, scenarios: [...SMALL_DESK, { id: 'MANY', examples: many }] });
    await Promise.all([classifier.ready(), classifier.ready(), classifier.classify({ text: 'to bob@example.org' })]);
    expect(embedder.batches.map((batch) => batch.length)).toEqual([256, 84, 1]);
    expect(JSON.stringify(embedder.batches)).not.toContain('@example');
  });

  it('fails with the embedder, recovers with it, and is one stage among others meanwhile', async () => {
    const embedder = new ToyEmbedder();
    embedder.fails = true;
    const classifier = desk(embedder);
    await expect(classifier.ready()).rejects.toThrow('down');
    const both = cascade([localClassifier({ scenarios: SMALL_DESK }), classifier], { acceptAt: 0.99 });
    await both.ready();
    const text = 'you took the money twice from my card';
    expect(await both.classify({ text })).toMatchObject({ source: 'fallback' });
    embedder.fails = false;
    expect(await both.classify({ text })).toMatchObject({ scenario: 'BILLING', source: 'local' });
  });

  it.each([
    ['too few points', (texts: readonly string[]) => texts.slice(1).map(pointOf)],
    ['points without a direction', (texts: readonly string[]) => texts.map(() => [0, 0])],
    ['points that are no numbers', (texts: readonly string[]) => texts.map(() => [Number.NaN, 1])],
    [
      'points of different lengths',
      (texts: readonly string[]) => texts.map((_, n) => new Array<number>(n + 1).fill(1)),
    ],
  ])('refuses an embedder that answers with %s', async (_, answer) => {
    const classifier = desk({ model: 'odd', embed: async (texts) => answer(texts) });
    await expect(classifier.ready()).rejects.toMatchObject({ code: 'model_failed' });
  });

  it('refuses a set without examples and a threshold that is none', () => {
    const embedder = new ToyEmbedder();
    const one = [
      { id: 'A', examples: ['a'] },
      { id: 'B', examples: [] },
    ];
    expect(() => embeddingClassifier({ embedder, scenarios: one })).toThrow(
      expect.objectContaining({ code: 'invalid_scenarios' }),
    );
    expect(() => embeddingClassifier({ embedder, scenarios: SMALL_DESK, unknownBelow: 2 })).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    );
  });
});
