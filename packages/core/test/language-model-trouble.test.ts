import { describe, expect, it } from 'vitest';
import { failed, hangs, modelDesk } from './support/model-desk';
import { down, says, ScriptedModel } from './support/scripted-model';

describe('a provider in trouble', () => {
  it('is asked once more, after the time it names', async () => {
    for (const [error, pauseMs] of [
      [down(), 250],
      [down({ retryable: true, retryAfterMs: 1_500 }), 1_500],
    ] as const) {
      const { clock, model, classifier } = modelDesk();
      model.script = () => (model.requests.length === 1 ? error : says('BILLING'));
      const result = classifier.classify({ text: 'my bill' });
      await clock.advance(pauseMs - 1);
      expect(model.requests).toHaveLength(1);
      await clock.advance(1);
      expect(await result).toMatchObject({ scenario: 'BILLING' });
    }
  });

  it('is not asked again where that is of no use, nor where it does not fit into the time', async () => {
    for (const error of [down({ retryable: false }), down({ retryable: true, retryAfterMs: 5_500 })]) {
      const { model, classifier } = modelDesk({}, new ScriptedModel(() => error));
      await failed(classifier.classify({ text: 'my bill' }));
      expect(model.requests).toHaveLength(1);
    }
  });

  it('is left alone for as long as it asks', async () => {
    const { clock, model, classifier } = modelDesk(
      {},
      new ScriptedModel(() => down({ retryable: true, retryAfterMs: 20_000 })),
    );
    await failed(classifier.classify({ text: 'my bill' }));
    await clock.advance(19_999);
    await failed(classifier.classify({ text: 'my bill' }));
    expect(model.requests).toHaveLength(1);
    model.script = () => says('BILLING');
    await clock.advance(1);
    await classifier.classify({ text: 'my bill' });
    expect(classifier.usage().circuit).toBe('closed');
  });

  it('that hangs is not waited for beyond the time, and leaves no seat taken', async () => {
    const { clock, model, classifier } = modelDesk({ maxInFlight: 1 }, hangs());
    const results = [classifier.classify({ text: 'one' }), classifier.classify({ text: 'two' })].map(failed);
    await clock.advance('6s');
    await Promise.all(results);
    expect(model.requests).toHaveLength(1);
    expect(model.requests[0]!.signal?.aborted).toBe(true);
    expect(clock.sleeping).toBe(0);
    model.script = () => says('BILLING');
    expect(await classifier.classify({ text: 'three' })).toMatchObject({ scenario: 'BILLING' });
  });

  it('is told when the caller does not wait any longer', async () => {
    const { clock, model, classifier } = modelDesk({}, hangs());
    const stop = new AbortController();
    const result = failed(classifier.classify({ text: 'one', signal: stop.signal }));
    await clock.advance(1);
    stop.abort();
    await result;
    expect(model.requests[0]!.signal?.aborted).toBe(true);
    await failed(classifier.classify({ text: 'two', signal: stop.signal }));
    expect(model.requests).toHaveLength(1);
  });

  it('is left alone after failures, tried once after each pause, and used again when it is back', async () => {
    const lines: string[] = [];
    const log = (_: object, message: string) => void lines.push(message);
    const logger = { debug: log, info: log, warn: log, error: log };
    const { clock, model, classifier } = modelDesk({ logger }, new ScriptedModel(() => down({ retryable: false })));
    const at: number[] = [];
    const start = clock.now();
    for (let second = 0; second < 300; second += 1) {
      const before = model.requests.length;
      await failed(classifier.classify({ text: 'my bill' }));
      if (model.requests.length > before) at.push((clock.now() - start) / 1_000);
      clock.set(clock.now() + 1_000);
    }
    // Five in a row; then pauses of 30, 60 and 120 seconds.
    expect(at).toEqual([0, 1, 2, 3, 4, 34, 94, 214]);
    model.script = () => says('BILLING');
    clock.set(start + 454_000);
    await classifier.classify({ text: 'my bill' });
    await classifier.classify({ text: 'my bill' });
    expect(lines[0]).toBe('language model left alone');
    expect(lines.at(-1)).toBe('language model answers again');
  });

  it('that fails every other time is left alone, too', async () => {
    const { model, classifier } = modelDesk();
    model.script = () => (model.requests.length % 2 === 0 ? down({ retryable: false }) : says('BILLING'));
    for (let n = 0; n < 40; n += 1) await classifier.classify({ text: 'my bill' }).catch(() => undefined);
    expect(model.requests).toHaveLength(20);
    expect(classifier.usage().circuit).toBe('open');
  });

  it('is asked by the clock of the caller, where that is another one', async () => {
    const { model, classifier } = modelDesk({}, new ScriptedModel(() => down({ retryable: false })));
    const ask = (now: number) => failed(classifier.classify({ text: 'my bill', now }));
    for (let n = 0; n < 6; n += 1) await ask(1_000);
    expect(model.requests).toHaveLength(5);
    await ask(31_000);
    expect(model.requests).toHaveLength(6);
  });

  it('is never asked by more than allowed at once', async () => {
    const { clock, model, classifier } = modelDesk({ maxInFlight: 3 });
    let [running, most] = [0, 0];
    model.script = async () => {
      most = Math.max(most, (running += 1));
      await clock.sleep(100);
      running -= 1;
      return says('BILLING');
    };
    const results = Promise.all(Array.from({ length: 20 }, () => classifier.classify({ text: 'my bill' })));
    await clock.advance('2s');
    expect(await results).toHaveLength(20);
    expect(most).toBe(3);
  });
});
