import { describe, expect, it } from 'vitest';
import {
  cascade,
  createEngine,
  type Classifier,
  languageModelClassifier,
  localClassifier,
  type Outcome,
} from '../src/index';
import { ManualClock } from '../src/testing/index';
import { down, says, ScriptedModel } from './support/scripted-model';
import { LABELLED, SMALL_DESK } from './support/small-desk';

/** Messages, one a second, each by a client of its own. */
async function desk(clock: ManualClock, classifier: Classifier, seconds: number): Promise<Outcome[]> {
  const engine = createEngine({
    scenarios: SMALL_DESK,
    classifier,
    clock,
    policy: { receiving: { clientRateLimit: false, sourceRateLimit: false, duplicateWindow: 0 } },
  });
  const outcomes: Promise<Outcome>[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const [text] = LABELLED[second % LABELLED.length]!;
    outcomes.push(engine.receive({ clientId: `client ${second}`, text, locale: 'en' }));
    await clock.advance('1s');
  }
  // Nobody's answer hangs on a provider for longer than its time.
  await clock.advance('10s');
  const all = await Promise.all(outcomes);
  await engine.stop();
  return all;
}

const told = ({ status, replies, ticket, classification }: Outcome) => ({
  status,
  texts: replies.map(({ text }) => text),
  ticket: ticket?.reason,
  scenario: classification?.scenario,
});

describe('without the provider', () => {
  const local = localClassifier({ scenarios: SMALL_DESK });

  it.each([
    ['refuses connections, for an hour', 3_600, () => down()],
    ['is overloaded', 600, () => down({ retryable: true, retryAfterMs: 20_000 })],
    ['hangs', 600, () => new Promise<never>(() => undefined)],
  ])(
    'that %s: the desk answers as without it, nobody is escalated for it, and it is left alone',
    async (_, seconds, script) => {
      const alone = await desk(new ManualClock(), local, LABELLED.length);
      const clock = new ManualClock();
      const model = new ScriptedModel(script);
      const llm = languageModelClassifier({ model, scenarios: SMALL_DESK, clock });
      const outcomes = await desk(clock, cascade([local, llm], { acceptAt: 0.7 }), seconds);

      const expected = alone.map(told);
      expect(outcomes.map(told)).toEqual(outcomes.map((__, second) => expected[second % expected.length]));
      expect(outcomes.filter(({ classification }) => classification?.source === 'fallback').length).toBeGreaterThan(0);
      expect(outcomes.filter(({ status }) => status === 'answered').length).toBeGreaterThan(seconds / 4);
      expect(model.requests.length).toBeGreaterThan(0);
      expect(model.requests.length).toBeLessThan(80);

      model.script = () => says('BILLING', 0.9, 0.99);
      await clock.advance('5m');
      const back = cascade([local, llm], { acceptAt: 0.7 }).classify({ text: 'my dog ate the remote' });
      expect(await back).toMatchObject({ scenario: 'BILLING', source: 'llm' });
    },
    120_000,
  );
});
