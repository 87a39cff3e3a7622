import { describe, expect, it } from 'vitest';
import { createEngine, memoryCache, memoryStorage } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { failed, hangs, modelDesk } from './support/model-desk';
import { says } from './support/scripted-model';

describe('a budget', () => {
  it('in tokens: when it is spent nothing is called until the next window', async () => {
    const clock = new ManualClock('2026-03-01T23:00:00Z');
    const { model, classifier } = modelDesk({ clock, budget: { tokens: 240, per: '1d' } });
    for (let n = 0; n < 2; n += 1) await classifier.classify({ text: 'my bill' });
    const error = await classifier.classify({ text: 'my bill' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'model_failed', retryAfterMs: 3_600_000 });
    expect(model.requests).toHaveLength(2);
    expect(classifier.usage()).toMatchObject({
      calls: 2,
      inputTokens: 200,
      usd: 0.00036,
      budget: { spentTokens: 240, remainingTokens: 0, remainingUsd: null, renewsAt: Date.parse('2026-03-02') },
    });
    await clock.advance('1h');
    await classifier.classify({ text: 'my bill' });
    expect(classifier.usage()).toMatchObject({ calls: 3, inputTokens: 300, budget: { remainingTokens: 120 } });
  });

  it('in dollars: cached tokens cost less', async () => {
    const { model, classifier } = modelDesk({ budget: { usd: 0.001, per: '1h' } });
    const usage = { inputTokens: 300, cachedInputTokens: 200, outputTokens: 50 };
    model.script = () => ({
      kind: 'answer',
      value: { scenario: 'BILLING', confidence: 1, reasoning: '' },
      probability: 1,
      usage,
    });
    await classifier.classify({ text: 'my bill' });
    // 100 × $1 + 200 × $0.50 + 50 × $4 per million
    expect(classifier.usage()).toMatchObject({ usd: 0.0004, cachedInputTokens: 200, budget: { remainingUsd: 0.0006 } });
    for (let n = 0; n < 5; n += 1) await classifier.classify({ text: 'my bill' }).catch(() => undefined);
    expect(classifier.usage()).toMatchObject({ calls: 3, budget: { remainingUsd: 0 } });
  });

  it('of nothing makes no call at all', async () => {
    const { model, classifier } = modelDesk({ budget: { usd: 0, per: '1d' } });
    await failed(classifier.classify({ text: 'my bill' }));
    expect(model.requests).toHaveLength(0);
  });

  it('is not overdrawn by those who waited, nor renewed by looking at it', async () => {
    const { clock, model, classifier } = modelDesk({ maxInFlight: 2, budget: { tokens: 240, per: '1d' } });
    model.script = async () => {
      await clock.sleep(10);
      return says('BILLING');
    };
    const now = Date.parse('2030-01-01');
    const ask = () => classifier.classify({ text: 'my bill', now }).catch(() => null);
    const results = Promise.all(Array.from({ length: 20 }, ask));
    await clock.advance('1s');
    // Two fit; the third was on its way when the second was counted.
    expect((await results).filter((result) => result !== null)).toHaveLength(3);
    expect(classifier.usage()).toMatchObject({ budget: { remainingTokens: 0 } });
    expect(await ask()).toBeNull();
    expect(model.requests).toHaveLength(3);
  });

  it('is one for all who share a cache, and survives a cache that forgets or fails', async () => {
    const clock = new ManualClock();
    const budget = { tokens: 360, per: '1d' } as const;
    const cache = memoryCache({ clock });
    const [one, two] = [modelDesk({ clock, cache, budget }), modelDesk({ clock, cache, budget })];
    await one.classifier.classify({ text: 'my bill' });
    await two.classifier.classify({ text: 'my bill' });
    await one.classifier.classify({ text: 'my bill' });
    await failed(two.classifier.classify({ text: 'my bill' }));
    expect(two.classifier.usage()).toMatchObject({ calls: 1, budget: { spentTokens: 360 } });

    const forgetful = { ...cache, add: async (_: string, amount: number) => amount };
    const broken = { ...cache, add: () => Promise.reject(new Error('down')) };
    for (const bad of [forgetful, broken]) {
      const { model, classifier } = modelDesk({ clock, cache: bad, budget });
      for (let n = 0; n < 5; n += 1) await classifier.classify({ text: 'my bill' }).catch(() => undefined);
      expect(model.requests).toHaveLength(3);
    }
  });

  it('of one tenant takes nothing from another, and each may have its own', async () => {
    const { model, classifier } = modelDesk({
      budget: (tenant) => (tenant === 'vip' ? null : { tokens: tenant === 'big' ? 360 : 120, per: '1d' }),
    });
    const ask = (tenant: string) =>
      classifier.classify({ text: 'my bill', tenant }).then(
        () => true,
        () => false,
      );
    const asked = ['small', 'small', 'big', 'big', 'big', 'big', 'vip', 'vip', 'vip', 'vip'];
    const answered: boolean[] = [];
    for (const tenant of asked) answered.push(await ask(tenant));
    expect(answered).toEqual([true, false, true, true, true, false, true, true, true, true]);
    expect(model.requests).toHaveLength(8);
    expect(classifier.usage('small')).toMatchObject({ calls: 1, budget: { remainingTokens: 0, spentTokens: 120 } });
    expect(classifier.usage('vip')).toMatchObject({ calls: 4, budget: null });
    expect(classifier.usage('never seen')).toMatchObject({ calls: 0, budget: { remainingTokens: 120 } });
    expect(classifier.usage()).toMatchObject({ calls: 8, inputTokens: 800, budget: { spentTokens: 480 } });
  });

  it('counts what an engine asks for its tenant', async () => {
    const clock = new ManualClock();
    const { classifier } = modelDesk({ clock, budget: { tokens: 120, per: '1d' } });
    const scenarios = [{ id: 'BILLING', description: 'Bills', examples: ['my bill'], reply: { en: 'See there.' } }];
    for (const tenant of ['one', 'two']) {
      const engine = createEngine({ scenarios, storage: memoryStorage(), classifier, clock, tenant });
      await engine.start();
      await engine.receive({ clientId: 'c', text: 'my bill', id: 'm1' });
      await engine.stop();
    }
    expect(classifier.usage('one')).toMatchObject({ calls: 1, budget: { remainingTokens: 0 } });
    expect(classifier.usage('two')).toMatchObject({ calls: 1, budget: { remainingTokens: 0 } });
  });

  it('counts an estimate for what was cut off, since nobody knows the bill', async () => {
    const { clock, classifier } = modelDesk({ budget: { tokens: 100_000, per: '1d' } }, hangs());
    const result = failed(classifier.classify({ text: 'my bill' }));
    await clock.advance('6s');
    await result;
    expect(classifier.usage().inputTokens).toBeGreaterThan(300);
  });
});
