import {
  createEngine,
  type Engine,
  type EngineOptions,
  memoryStorage,
  type ScenarioInput,
  type Storage,
} from '../../src/index';
import { FakeTransport, ManualClock, ScriptedClassifier } from '../../src/testing/index';

export const SCENARIOS: readonly ScenarioInput[] = [
  {
    id: 'REFERRAL',
    description: 'The referral program',
    examples: ['how does the referral program work', 'как работает реферальная программа'],
    reply: { ru: 'Приведите друга, {{client.name|и}} получите бонус.', en: 'Bring a friend and get a bonus.' },
    priority: 'low',
  },
  {
    id: 'BROKEN',
    description: 'Something does not work',
    examples: ['nothing works', 'ничего не работает'],
    reply: { ru: 'Пришлите скриншот.', en: 'Please send a screenshot.' },
    escalate: 'after-reply',
    asksFor: 'screenshot',
    delay: '3s',
  },
  {
    id: 'CANCEL',
    description: 'Wants to cancel the contract',
    examples: ['cancel my contract', 'хочу расторгнуть договор'],
    reply: { ru: 'Нам жаль.', en: 'We are sorry.' },
    escalate: 'after-reply',
    reminders: false,
  },
  {
    id: 'FRAUD',
    description: 'Money was stolen',
    examples: ['my money was stolen', 'у меня украли деньги'],
    escalate: 'always',
    priority: 'high',
  },
  { id: 'SILENT', description: 'A scenario without a reply', examples: ['silent scenario'] },
  {
    id: 'HUMAN',
    description: 'Wants a person',
    examples: ['someone alive please'],
    reply: { ru: 'Хорошо.', en: 'Fine.' },
    asksForHuman: true,
  },
  {
    id: 'GREETING',
    smallTalk: true,
    description: 'Says hello',
    examples: ['good morning', 'доброе утро'],
    reply: { ru: 'Чем помочь?', en: 'What can I do for you?' },
  },
  {
    id: 'THANKS',
    smallTalk: true,
    description: 'Says thanks',
    examples: ['thanks', 'спасибо'],
    reply: { ru: 'Пожалуйста!', en: 'You are welcome!' },
    reminders: false,
  },
];

export const CHANNEL = { transport: 'fake', address: { to: 'somewhere' } };

export interface Desk {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly transport: FakeTransport;
  readonly classifier: ScriptedClassifier;
  readonly storage: Storage;
}

/** Rules by text, so that decisions are tested apart from classification. */
export function scriptedClassifier(): ScriptedClassifier {
  return new ScriptedClassifier([
    [/referral|реферал/i, { scenario: 'REFERRAL', confidence: 0.95 }],
    [/nothing works|не работает/i, 'BROKEN'],
    [/cancel/i, 'CANCEL'],
    [/stolen/i, 'FRAUD'],
    [/silent/i, 'SILENT'],
    [/alive/i, 'HUMAN'],
    [/thanks|спасибо/i, 'THANKS'],
    [/good morning|доброе утро/i, 'GREETING'],
    [/maybe/i, { scenario: 'REFERRAL', confidence: 0.2 }],
  ]);
}

export function desk(options: Partial<EngineOptions> = {}): Desk {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock();
  const transport = (options.transports?.['fake'] as FakeTransport | undefined) ?? new FakeTransport();
  const classifier = scriptedClassifier();
  const storage = options.storage ?? memoryStorage();
  const engine = createEngine({
    scenarios: SCENARIOS,
    classifier,
    transports: { fake: transport },
    policy: { receiving: { clientRateLimit: false, duplicateWindow: 0 } },
    ...options,
    storage,
    clock,
  });
  return { engine, clock, transport, classifier, storage };
}
