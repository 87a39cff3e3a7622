import { describe, expect, it } from 'vitest';
import { type Embedder, evaluate, localClassifier } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { LABELLED, SMALL_DESK } from './support/small-desk';
import { pointOf } from './support/toy-points';

type Mood = 'well' | 'down' | 'hanging' | 'odd';

class ToyEmbedder implements Embedder {
  readonly model = 'toy';
  readonly texts: string[] = [];
  mood: Mood = 'well';

  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    this.texts.push(...texts);
    if (this.mood === 'down') throw new Error('down');
    if (this.mood === 'hanging') return new Promise(() => undefined);
    if (this.mood === 'odd') return texts.map(() => [1, 2, 3]);
    return texts.map(pointOf);
  }
}

const labelled = LABELLED.map(([text, scenario]) => ({ text, scenario }));
const letters = localClassifier({ scenarios: SMALL_DESK });
const withMeaning = (embedder: Embedder, clock = new ManualClock()) =>
  localClassifier({ scenarios: SMALL_DESK, meaning: { embedder, clock } });

describe('a local classifier with an embedder', () => {
  it('is better than the letters alone, by one confidence that means something', async () => {
    const both = await evaluate(withMeaning(new ToyEmbedder()), labelled);
    const alone = await evaluate(letters, labelled);
    expect(both.accuracy ?? 0).toBeGreaterThan(alone.accuracy ?? 1);
    expect(both.outOfScopeAuroc ?? 0).toBeGreaterThan(alone.outOfScopeAuroc ?? 1);
    expect(both.reliability.ece).toBeLessThan(0.2);
  });

  it.each(['down', 'hanging', 'odd'] as const)('answers by the letters alone while it is %s', async (mood) => {
    const embedder = new ToyEmbedder();
    const clock = new ManualClock();
    const classifier = withMeaning(embedder, clock);
    await classifier.ready();
    const text = 'why is my invoice so high';
    const alone = await letters.classify({ text });
    expect((await classifier.classify({ text })).confidence).not.toBe(alone.confidence);

    embedder.mood = mood;
    const answer = classifier.classify({ text });
    await clock.advance('1s');
    expect(await answer).toEqual(alone);
  });

  it('is ready without its points, and takes them when they are there', async () => {
    const embedder = new ToyEmbedder();
    embedder.mood = 'down';
    const classifier = withMeaning(embedder);
    await classifier.ready();
    const text = 'why is my invoice so high';
    expect(await classifier.classify({ text })).toEqual(await letters.classify({ text }));
    embedder.mood = 'well';
    await classifier.ready();
    expect(await classifier.classify({ text })).not.toEqual(await letters.classify({ text }));
  });

  it('asks for the point of no example twice', async () => {
    const embedder = new ToyEmbedder();
    const classifier = withMeaning(embedder);
    await classifier.ready();
    const asked = embedder.texts.length;
    classifier.learn([{ text: 'the blinking thing in the hall', scenario: 'NO_INTERNET' }]);
    await classifier.ready();
    expect(embedder.texts.slice(asked)).toEqual(['the blinking thing in the hall']);
  });

  it('saves how the two are joined, and no points', async () => {
    const embedder = new ToyEmbedder();
    const first = withMeaning(embedder);
    await first.ready();
    const model: unknown = JSON.parse(JSON.stringify(first));
    const loaded = localClassifier({ scenarios: SMALL_DESK, model, meaning: { embedder, clock: new ManualClock() } });
    await loaded.ready();
    for (const { text } of labelled) expect(await loaded.classify({ text })).toEqual(await first.classify({ text }));
    expect(JSON.parse(JSON.stringify(loaded))).toEqual(model);
  });

  it('shows the embedder nothing personal', async () => {
    const embedder = new ToyEmbedder();
    const classifier = withMeaning(embedder);
    await classifier.ready();
    await classifier.classify({ text: 'my bill went to anna@example.com, card 4111 1111 1111 1111' });
    expect(embedder.texts.at(-1)).toContain('my bill went to');
    expect(embedder.texts.join()).not.toMatch(/anna@|4111/);
  });

  it.each([
    [{ embedder: {} as Embedder }, 'meaning.embedder'],
    [{ embedder: new ToyEmbedder(), timeout: 'soon' as '1s' }, 'meaning.timeout'],
  ])('refuses what makes no sense: %#', (meaning, path) => {
    const act = () => localClassifier({ scenarios: SMALL_DESK, meaning });
    expect(act).toThrow(expect.objectContaining({ code: 'invalid_options', path }));
  });
});
