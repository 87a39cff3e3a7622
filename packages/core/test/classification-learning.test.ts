import { describe, expect, it } from 'vitest';
import { localClassifier } from '../src/classification/local-classifier';
import { Slices, runSliced } from '../src/classification/slices';
import { isFirstlineError } from '../src/errors';
import { russianSet } from './support/russian-set';

const scenarios = Object.entries(russianSet)
  .slice(0, 6)
  .map(([id, messages]) => ({ id, examples: messages.slice(0, 8) }));
const unseen = Object.values(russianSet)
  .slice(0, 6)
  .flatMap((messages) => messages.slice(8));

const answersOf = (classifier: ReturnType<typeof localClassifier>) =>
  Promise.all(unseen.map((text) => classifier.classify({ text })));

function fault(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return isFirstlineError(error) ? { code: error.code, path: error.path } : error;
  }
  return null;
}

describe('a saved training', () => {
  it('answers as the one it was saved from, after JSON, without training', async () => {
    const trained = localClassifier({ scenarios });
    await trained.ready();
    const model: unknown = JSON.parse(JSON.stringify(trained));
    const loaded = localClassifier({ scenarios, model, yieldTo: () => Promise.reject(new Error('trained')) });
    await loaded.ready();
    expect(await answersOf(loaded)).toEqual(await answersOf(trained));
    expect(JSON.parse(JSON.stringify(loaded))).toEqual(model);
  });

  it('holds no text of an example', async () => {
    const secret = localClassifier({ scenarios });
    secret.learn([{ text: 'Меня зовут Иннокентий, где посылка', scenario: 'ORDER_STATUS' }]);
    await secret.ready();
    expect(JSON.stringify(secret)).not.toMatch(/иннокент|посылк/iu);
  });

  it('is refused for other scenarios, from another version, damaged, or of another kind', async () => {
    const trained = localClassifier({ scenarios });
    await trained.ready();
    const model = trained.toJSON();
    const invalid = { code: 'invalid_options', path: 'model' };
    const others = [...scenarios.slice(1), { id: 'OTHER', examples: ['что-то другое'] }];
    expect(fault(() => localClassifier({ scenarios: others, model }))).toEqual(invalid);
    expect(fault(() => localClassifier({ scenarios, model: { ...model, version: 0 } }))).toEqual(invalid);
    expect(fault(() => localClassifier({ scenarios, model: { ...model, hashes: '' } }))).toEqual(invalid);
    expect(fault(() => localClassifier({ scenarios, model: { ...model, idf: '%' } }))).toEqual(invalid);
    for (const other of [null, 'model', [], {}]) {
      expect(fault(() => localClassifier({ scenarios, model: other }))).toEqual(invalid);
    }
  });

  it('is there only after the first training', () => {
    expect(fault(() => localClassifier({ scenarios }).toJSON())).toMatchObject({ code: 'conflict' });
  });
});

describe('learn', () => {
  const text = 'аукцион невиданной щедрости';
  const lesson = { text, scenario: 'REFUND_MONEY' };

  it('takes effect at the next ready(), and not before', async () => {
    const classifier = localClassifier({ scenarios });
    await classifier.ready();
    const before = await classifier.classify({ text });
    classifier.learn([lesson]);
    expect(await classifier.classify({ text })).toEqual(before);
    await classifier.ready();
    const after = await classifier.classify({ text });
    expect(after.scenario === 'UNKNOWN' ? after.alternatives[0]?.scenario : after.scenario).toBe('REFUND_MONEY');
    expect(after).not.toEqual(before);
  });

  it('is part of the first training when given before it, with the same result', async () => {
    const early = localClassifier({ scenarios });
    early.learn([lesson]);
    const late = localClassifier({ scenarios });
    await late.ready();
    late.learn([lesson]);
    await Promise.all([early.ready(), late.ready()]);
    expect(await answersOf(early)).toEqual(await answersOf(late));
  });

  it('while a training runs is not lost', async () => {
    let turns = 0;
    const classifier = localClassifier({
      scenarios,
      yieldTo: async () => {
        turns += 1;
        if (turns === 1) classifier.learn([lesson]);
      },
    });
    const expected = localClassifier({ scenarios });
    expected.learn([lesson]);
    await Promise.all([classifier.ready(), expected.ready()]);
    expect(turns).toBeGreaterThan(1);
    expect(await answersOf(classifier)).toEqual(await answersOf(expected));
  });

  it('lets the latest label of a text count', async () => {
    const classifier = localClassifier({ scenarios });
    classifier.learn([{ text, scenario: 'DAMAGED' }]);
    classifier.learn([lesson]);
    const once = localClassifier({ scenarios });
    once.learn([lesson]);
    await Promise.all([classifier.ready(), once.ready()]);
    expect(await answersOf(classifier)).toEqual(await answersOf(once));
  });

  it('refuses a scenario outside the set, and then learns nothing', async () => {
    const classifier = localClassifier({ scenarios });
    const wrong = [lesson, { text: 'x', scenario: 'NOWHERE' }];
    const expected = { code: 'invalid_input', path: 'examples[1].scenario' };
    expect(fault(() => classifier.learn(wrong))).toEqual(expected);
    expect(await answersOf(classifier)).toEqual(await answersOf(localClassifier({ scenarios })));
  });
});

describe('training in slices', () => {
  it('gives the event loop its turns, and the same result without', async () => {
    let turns = 0;
    const patient = localClassifier({ scenarios, yieldTo: async () => void (turns += 1) });
    await patient.ready();
    expect(turns).toBeGreaterThan(5);
    expect(await answersOf(patient)).toEqual(await answersOf(localClassifier({ scenarios })));
  });

  it('lets other work in between by default', async () => {
    const order: string[] = [];
    const ready = localClassifier({ scenarios })
      .ready()
      .then(() => order.push('trained'));
    setImmediate(() => order.push('other work'));
    await ready;
    expect(order).toEqual(['other work', 'trained']);
  });

  it('starts anew after a failure', async () => {
    let fail = true;
    const classifier = localClassifier({
      scenarios,
      yieldTo: () => (fail ? Promise.reject(new Error('no turn')) : Promise.resolve()),
    });
    await expect(classifier.ready()).rejects.toThrow('no turn');
    fail = false;
    await classifier.ready();
    expect(await answersOf(classifier)).toEqual(await answersOf(localClassifier({ scenarios })));
  });

  it('yields after so much work, not after so many steps', async () => {
    const slices = new Slices();
    expect([slices.filledBy(1e6), slices.filledBy(1e9), slices.filledBy(1e6)]).toEqual([false, true, false]);
    let turns = 0;
    const result = await runSliced(
      (function* () {
        yield;
        yield;
        return 'done';
      })(),
      async () => void (turns += 1),
    );
    expect([result, turns]).toEqual(['done', 2]);
  });
});
