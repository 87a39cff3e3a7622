import { describe, expect, it } from 'vitest';
import { localClassifier } from '../src/classification/local-classifier';
import { UNKNOWN } from '../src/model/classification';
import { russianSet } from './support/russian-set';
import { type Dirt, inLatinLetters, inWrongLayout, withTypos } from './support/russian-set-dirt';

const PARTS = 3;
const scenarios = Object.entries(russianSet);

/** Every third message held out in turn; the classifier learns from the clean others. */
const classifiers = Array.from({ length: PARTS }, (_, part) =>
  localClassifier({
    scenarios: scenarios.map(([id, messages]) => ({ id, examples: messages.filter((_, at) => at % PARTS !== part) })),
  }),
);

/** Share of all messages whose best guess is right. */
async function accuracy(dirt: Dirt): Promise<number> {
  let right = 0;
  let all = 0;
  for (const [id, messages] of scenarios) {
    for (const [at, message] of messages.entries()) {
      const answer = await classifiers[at % PARTS]!.classify({ text: dirt(message) });
      const guess = answer.scenario === UNKNOWN ? answer.alternatives[0]?.scenario : answer.scenario;
      right += guess === id ? 1 : 0;
      all += 1;
    }
  }
  return right / all;
}

describe('Russian messages, eight examples a scenario', () => {
  it('has twenty scenarios of twelve messages', () => {
    expect(scenarios.map(([, messages]) => messages.length)).toEqual(new Array(20).fill(12));
  });

  it('are recognised', async () => {
    expect(await accuracy((text) => text)).toBeGreaterThanOrEqual(0.7);
  });

  it.each([
    ['typos in every second word', withTypos],
    ['the wrong keyboard layout', inWrongLayout],
    ['Latin letters', inLatinLetters],
  ])('lose less than ten points by %s', async (_, dirt) => {
    const sample = 'Почему не работает оплата?';
    expect(dirt(sample)).not.toBe(sample);
    expect((await accuracy((text) => text)) - (await accuracy(dirt))).toBeLessThan(0.1);
  });
});
