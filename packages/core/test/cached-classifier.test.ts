import { describe, expect, it } from 'vitest';
import {
  type Cache,
  cached,
  cascade,
  type Classification,
  type Classifier,
  type ClassifyInput,
  memoryCache,
} from '../src/index';
import { ManualClock, ScriptedClassifier } from '../src/testing/index';

/** Answers when the test says so. */
class SlowClassifier implements Classifier {
  readonly recentMessages = 2;
  readonly inputs: ClassifyInput[] = [];
  readonly #ends: { resolve: (answer: Classification) => void; reject: (error: Error) => void }[] = [];

  classify(input: ClassifyInput): Promise<Classification> {
    this.inputs.push(input);
    return new Promise((resolve, reject) => this.#ends.push({ resolve, reject }));
  }

  resolve(answer: Partial<Classification> = {}): void {
    this.#ends.shift()?.resolve({
      scenario: 'A',
      confidence: 0.9,
      reasoning: 'Because.',
      source: 'llm',
      alternatives: [{ scenario: 'B', confidence: 0.05 }],
      ...answer,
    });
  }

  reject(): void {
    this.#ends.shift()?.reject(new Error('down'));
  }
}

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function desk() {
  const clock = new ManualClock();
  const slow = new SlowClassifier();
  const cache = memoryCache({ clock });
  return { clock, slow, cache, classifier: cached(slow, { cache, version: '1' }) };
}

describe('cached', () => {
  it('asks once for what is said again within the time', async () => {
    const clock = new ManualClock();
    const inner = new ScriptedClassifier([[/./, { scenario: 'A', source: 'llm' }]]);
    const classifier = cached(inner, { cache: memoryCache({ clock }), ttl: '5m', version: '1' });
    expect(await classifier.classify({ text: 'Nothing  works!' })).toMatchObject({ scenario: 'A', source: 'llm' });
    for (const text of ['Nothing  works!', ' nothing works! ', 'NOTHING\nWORKS!', 'ｎothing works!']) {
      expect(await classifier.classify({ text })).toMatchObject({ scenario: 'A', source: 'cache', confidence: 0.95 });
    }
    await clock.advance('5m');
    expect(await classifier.classify({ text: 'nothing works!' })).toMatchObject({ source: 'llm' });
    expect(inner.calls).toHaveLength(2);
    expect(classifier.stats()).toEqual({ hits: 4, misses: 2, shared: 0, size: 1 });
  });

  it('keeps apart other texts, locales, versions and, where they are read, conversations', async () => {
    const cache = memoryCache({ clock: new ManualClock() });
    const inner = new ScriptedClassifier([[/./, 'A']]);
    const reader = Object.assign(new ScriptedClassifier([[/./, 'A']]), { recentMessages: 1 });
    const recent = (text: string) => [
      { from: 'client' as const, text: 'first' },
      { from: 'bot' as const, text },
    ];
    for (const classifier of [cached(inner, { cache, version: '1' }), cached(inner, { cache, version: '2' })]) {
      for (const input of [
        { text: 'a' },
        { text: 'b' },
        { text: 'a', locale: 'en' },
        { text: 'a', recent: recent('x') },
      ]) {
        await classifier.classify(input);
      }
    }
    expect(inner.calls).toHaveLength(6);
    const reading = cached(reader, { cache, version: '3' });
    for (const said of ['x', 'X ', 'y']) await reading.classify({ text: 'a', recent: recent(said) });
    expect(reader.calls).toHaveLength(2);
    expect(reading.recentMessages).toBe(1);
  });

  it('puts no text into keys', async () => {
    const keys: string[] = [];
    const memory = memoryCache({ clock: new ManualClock() });
    const cache: Cache = {
      get: async (key) => (keys.push(key), memory.get(key)),
      set: async (key, value, ttlMs) => (keys.push(key), memory.set(key, value, ttlMs)),
      add: (...given) => memory.add(...given),
      delete: (key) => memory.delete(key),
      stats: () => memory.stats(),
    };
    await cached(new ScriptedClassifier([[/./, 'A']]), { cache, version: 'my version' }).classify({
      text: 'my secret',
    });
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^class:[0-9a-f]{32}$/);
  });

  it('asks once for what is asked at the same time', async () => {
    const { slow, classifier } = desk();
    const answers = Promise.all(Array.from({ length: 50 }, () => classifier.classify({ text: 'x' })));
    await settle();
    slow.resolve();
    const sources = (await answers).map(({ source }) => source);
    expect(slow.inputs).toHaveLength(1);
    expect(sources).toEqual(['llm', ...Array.from({ length: 49 }, () => 'cache')]);
    expect(classifier.stats()).toMatchObject({ hits: 0, misses: 1, shared: 49 });
  });

  it('remembers neither failures nor fallbacks', async () => {
    const { slow, classifier } = desk();
    const ask = async (end: () => void) => {
      const both = Promise.allSettled([classifier.classify({ text: 'x' }), classifier.classify({ text: 'x' })]);
      await settle();
      end();
      return (await both).map((result) => (result.status === 'fulfilled' ? result.value.source : 'failed'));
    };
    expect(await ask(() => slow.reject())).toEqual(['failed', 'failed']);
    expect(await ask(() => slow.resolve({ source: 'fallback' }))).toEqual(['fallback', 'fallback']);
    expect(await ask(() => slow.resolve())).toEqual(['llm', 'cache']);
    expect(await ask(() => undefined)).toEqual(['cache', 'cache']);
    expect(slow.inputs).toHaveLength(3);
  });

  it('stops asking only when nobody waits any longer', async () => {
    const { slow, classifier } = desk();
    const [one, two] = [new AbortController(), new AbortController()];
    const gaveUp = [one, two].map(({ signal }) =>
      expect(classifier.classify({ text: 'x', signal })).rejects.toMatchObject({ code: 'classifier_failed' }),
    );
    await settle();
    one.abort();
    await gaveUp[0];
    expect(slow.inputs[0]?.signal?.aborted).toBe(false);
    two.abort();
    await gaveUp[1];
    expect(slow.inputs[0]?.signal?.aborted).toBe(true);

    const next = classifier.classify({ text: 'x' });
    await settle();
    expect(slow.inputs).toHaveLength(2);
    slow.reject();
    slow.resolve();
    expect(await next).toMatchObject({ scenario: 'A' });
  });

  it('does without what lies in the cache and is no classification, and without a cache that fails', async () => {
    const inner = new ScriptedClassifier([[/./, 'A']]);
    for (const found of [
      '',
      '{',
      'null',
      '{"scenario":"A"}',
      '{"scenario":"A","confidence":7,"reasoning":"","source":"llm","alternatives":[]}',
    ]) {
      const cache = {
        ...memoryCache(),
        get: async () => found,
        set: async () => undefined,
        stats: () => ({ hits: 0, misses: 0, size: null }),
      };
      expect(await cached(inner, { cache: cache, version: '1' }).classify({ text: 'x' })).toMatchObject({
        source: 'local',
      });
    }
    const failing = () => Promise.reject(new Error('down'));
    const cache = {
      get: failing,
      set: failing,
      add: failing,
      delete: failing,
      stats: () => ({ hits: 0, misses: 0, size: null }),
    };
    expect(await cached(inner, { cache, version: '1' }).classify({ text: 'x' })).toMatchObject({ scenario: 'A' });
  });

  it('has a cache of its own where none is given, readies what it wraps, and refuses what makes no sense', async () => {
    let ready = 0;
    const inner: Classifier = {
      ready: async () => void (ready += 1),
      classify: (input) => new ScriptedClassifier([[/./, 'A']]).classify(input),
    };
    const classifier = cached(inner, { version: '1' });
    await classifier.ready();
    await classifier.classify({ text: 'x' });
    expect(await classifier.classify({ text: 'x' })).toMatchObject({ source: 'cache' });
    expect(ready).toBe(1);
    for (const options of [
      { version: '1', ttl: 0 },
      { version: '1', ttl: 'soon' as never },
    ]) {
      expect(() => cached(inner, options)).toThrow(expect.objectContaining({ code: 'invalid_options' }));
    }
  });
});

describe('corrections', () => {
  it('reach the classifier behind the cache, and what it said before is not asked for again', async () => {
    const told: unknown[] = [];
    const one = new ScriptedClassifier([[/./, 'REFERRAL']]);
    const learning = Object.assign(one, { learn: (examples: unknown) => void told.push(examples) });
    const classifier = cached(cascade([learning], { acceptAt: 0 }));
    await classifier.classify({ text: 'hello' });
    expect((await classifier.classify({ text: 'hello' })).source).toBe('cache');
    classifier.learn?.([{ text: 'hello', scenario: 'REFERRAL' }]);
    expect(told).toEqual([[{ text: 'hello', scenario: 'REFERRAL' }]]);
    expect((await classifier.classify({ text: 'hello' })).source).not.toBe('cache');
  });
});
