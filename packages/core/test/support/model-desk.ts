import {
  type LanguageModelClassifier,
  languageModelClassifier,
  type LanguageModelClassifierOptions,
} from '../../src/index';
import { ManualClock } from '../../src/testing/index';
import { expect } from 'vitest';
import { says, ScriptedModel } from './scripted-model';

const SCENARIOS = [
  {
    id: 'BILLING',
    description: 'A question about an invoice or a payment',
    examples: ['why is my invoice so high', 'I was charged twice', 'where is my receipt'],
  },
  {
    id: 'TECH_SUPPORT',
    description: 'Something does\nnot work',
    examples: ['the app crashes when I log in', 'ничего не работает', 'no internet since morning'],
  },
  { id: 'GREETING', description: 'Says hello and nothing else', examples: ['hello', 'привет'] },
];

export interface ModelDesk {
  readonly clock: ManualClock;
  readonly model: ScriptedModel;
  readonly classifier: LanguageModelClassifier;
}

export function modelDesk(options: Partial<LanguageModelClassifierOptions> = {}, model = billing()): ModelDesk {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock();
  return { clock, model, classifier: languageModelClassifier({ model, scenarios: SCENARIOS, ...options, clock }) };
}

export const billing = () => new ScriptedModel(() => says('BILLING'));
export const hangs = () => new ScriptedModel(() => new Promise(() => undefined));
/** Rejects as a stage that failed does. */
export const failed = (promise: Promise<unknown>) => expect(promise).rejects.toMatchObject({ code: 'model_failed' });
