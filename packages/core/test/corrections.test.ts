import { describe, expect, it } from 'vitest';
import { createEngine, localClassifier, memoryStorage } from '../src/index';
import { ManualClock } from '../src/testing/index';

const SCENARIOS = [
  {
    id: 'INVOICE',
    description: 'A question about an invoice',
    examples: ['why is my invoice higher', 'I was charged twice', 'where is my receipt', 'explain my last bill'],
    reply: 'In the app.',
  },
  {
    id: 'ROUTER',
    description: 'Trouble with the router',
    examples: ['the router blinks red', 'restart the router', 'wifi does not work', 'the internet stopped working'],
    reply: 'Restart it.',
  },
];
const ODD = 'the zorblat is flimming';

function desk(storage = memoryStorage()) {
  const classifier = localClassifier({ scenarios: SCENARIOS });
  const engine = createEngine({ scenarios: SCENARIOS, storage, classifier, clock: new ManualClock() });
  const best = async (clientId: string) => {
    const { classification } = await engine.receive({ clientId, text: ODD });
    const { scenario = '', alternatives = [] } = classification ?? {};
    return scenario === 'UNKNOWN' ? alternatives[0]?.scenario : scenario;
  };
  return { engine, classifier, storage, best };
}

describe('corrections', () => {
  it('teach the classifier, now and after a restart', async () => {
    const one = desk();
    const { messageId, classification } = await one.engine.receive({ clientId: 'a', text: ODD });
    expect(classification?.scenario).toBe('UNKNOWN');
    await one.engine.operators.correct(messageId, 'ROUTER', { operatorId: 'olga' });
    await one.classifier.ready();
    expect(await one.best('b')).toBe('ROUTER');

    // Another process on the same storage: nothing is left but what is stored.
    const again = desk(one.storage);
    expect(await again.best('c')).toBe('ROUTER');
  });

  it('refuse a scenario outside the set and a message that does not exist', async () => {
    const { engine } = desk();
    const { messageId } = await engine.receive({ clientId: 'a', text: ODD });
    await expect(engine.operators.correct(messageId, 'NOTHING')).rejects.toMatchObject({
      code: 'invalid_input',
      path: 'scenario',
    });
    await expect(engine.operators.correct(messageId, 'UNKNOWN')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(engine.operators.correct('nowhere', 'ROUTER')).rejects.toMatchObject({ code: 'not_found' });
  });
});
