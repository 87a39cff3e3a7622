import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localClassifier } from '../src/classification/local-classifier';
import { isFirstlineError } from '../src/errors';
import { type Classification, UNKNOWN } from '../src/model/classification';

const scenarios = [
  {
    id: 'GREETING',
    description: 'Says hello and nothing else.',
    examples: ['Привет', 'Здравствуйте', 'Добрый день', 'Доброе утро', 'Hi', 'Hello', 'Good morning', 'Hey there'],
  },
  {
    id: 'BILLING',
    description: 'Asks about a payment, a charge or the balance.',
    examples: [
      'Сколько у меня на балансе?',
      'Здравствуйте, я оплатил, но деньги не поступили',
      'За что списали деньги?',
      'Привет, почему такой большой счёт?',
      'What is my balance?',
      'I paid but the money has not arrived',
      'Hello, why was I charged twice?',
      'My card was declined',
    ],
  },
  {
    id: 'TECH_SUPPORT_BASIC',
    description: 'Something does not work.',
    examples: [
      'Не работает интернет',
      'Здравствуйте, пропала связь',
      'Очень медленный интернет',
      'Привет, ничего не работает',
      'The internet is not working',
      'Hello, my wifi is very slow',
      'No connection since yesterday',
      'My router does not turn on',
    ],
  },
  {
    id: 'ASK_HUMAN',
    description: 'Asks for a person.',
    examples: [
      'Позовите оператора',
      'Хочу поговорить с человеком',
      'Здравствуйте, соедините со специалистом',
      'Мне нужен живой сотрудник',
      'I want to talk to a human',
      'Connect me to an operator',
      'Can I speak to a real person?',
      'Give me an agent please',
    ],
  },
];

const classifier = localClassifier({ scenarios });
const classify = (text: string) => classifier.classify({ text });

function expectWellFormed(answer: Classification): void {
  const shown = [answer.confidence, ...answer.alternatives.map((alternative) => alternative.confidence)];
  expect(shown.every((confidence) => confidence >= 0 && confidence <= 1)).toBe(true);
  const candidates = answer.scenario === UNKNOWN ? shown.slice(1) : shown;
  expect(candidates).toEqual([...candidates].sort((a, b) => b - a));
  const named = answer.alternatives.map((alternative) => alternative.scenario);
  expect(named).not.toContain(answer.scenario);
  expect(new Set(named).size).toBe(named.length);
}

describe('localClassifier', () => {
  it.each([
    ['у меня не работает интернет', 'TECH_SUPPORT_BASIC'],
    ['интрнет очень медленый', 'TECH_SUPPORT_BASIC'],
    ['my wi-fi is slow', 'TECH_SUPPORT_BASIC'],
    ['ПОЧЕМУ СПИСАЛИ ДЕНЬГИ', 'BILLING'],
    ['i was charged two times', 'BILLING'],
    ['нужен оператор, позовите', 'ASK_HUMAN'],
    ['let me talk to a person', 'ASK_HUMAN'],
    ['приветттт!!!', 'GREETING'],
    ['good morning', 'GREETING'],
  ])('recognises %s', async (text, scenario) => {
    const answer = await classify(text);
    expect(answer).toMatchObject({ scenario, source: 'local' });
    expect(answer.confidence).toBeGreaterThanOrEqual(0.5);
    expectWellFormed(answer);
  });

  it.each([
    ['asdfgh'],
    ['расскажи анекдот про слона'],
    ['Wie wird das Wetter morgen in Berlin?'],
    ['今日の天気は？'],
    ['https://example.com/x?y=1'],
    ['👍'],
  ])('answers UNKNOWN to %s, with its best guess', async (text) => {
    const answer = await classify(text);
    expect(answer.scenario).toBe(UNKNOWN);
    expect(answer.alternatives[0]?.confidence).toBeLessThan(0.3);
    expectWellFormed(answer);
  });

  it.each([[''], ['   '], ['?!…'], ['\u0000\ud800']])('is not troubled by a text without words: %j', async (text) => {
    expect(await classify(text)).toMatchObject({ scenario: UNKNOWN, confidence: 0, alternatives: [] });
  });

  it('is not led by a greeting in front of a question', async () => {
    expect((await classify('Привет! Ничего не работает со вчера')).scenario).toBe('TECH_SUPPORT_BASIC');
    expect((await classify('Здравствуйте! Здравствуйте! Какой у меня баланс?')).scenario).toBe('BILLING');
    expect((await classify('Здравствуйте! Привет!')).scenario).toBe('GREETING');
  });

  it('explains itself by words of the examples, never by the rest of the text', async () => {
    const answer = await classify(
      'Привет, я Иван Петров, ivan@example.com, не работает интернет, карта 4111111111111111',
    );
    expect(answer.reasoning).toContain('TECH_SUPPORT_BASIC');
    expect(answer.reasoning).toMatch(/интернет|работает/);
    expect(answer.reasoning).not.toMatch(/иван|петров|ivan|4111|_email|_number/iu);
  });

  it('says UNKNOWN below unknownBelow only', async () => {
    const bold = localClassifier({ scenarios, unknownBelow: 0 });
    const shy = localClassifier({ scenarios, unknownBelow: 1 });
    const guess = (await classify('asdfgh')).alternatives[0];
    expect(await bold.classify({ text: 'asdfgh' })).toMatchObject({ ...guess });
    expect(await shy.classify({ text: 'my internet is slow' })).toMatchObject({ scenario: UNKNOWN });
  });

  it('works from one scenario, and from scenarios of which some have no examples', async () => {
    const [greeting, billing] = scenarios;
    const one = localClassifier({ scenarios: [{ id: 'BILLING', examples: billing?.examples ?? [] }] });
    expect((await one.classify({ text: 'what is my balance' })).scenario).toBe('BILLING');
    expect((await one.classify({ text: 'зелёный крокодил' })).scenario).toBe(UNKNOWN);
    const some = localClassifier({ scenarios: [greeting ?? scenarios[0]!, { id: 'OTHER', examples: [] }] });
    expect((await some.classify({ text: 'здравствуйте' })).scenario).toBe('GREETING');
  });

  it('refuses scenarios it cannot tell apart or learn from', () => {
    const twice = [
      { id: 'A', examples: ['a'] },
      { id: 'A', examples: ['b'] },
    ];
    const fault = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        return isFirstlineError(error) ? { code: error.code, path: error.path } : error;
      }
      return null;
    };
    const invalid = 'invalid_scenarios';
    expect(fault(() => localClassifier({ scenarios: twice }))).toEqual({ code: invalid, path: 'scenarios[1].id' });
    expect(fault(() => localClassifier({ scenarios: [] }))).toEqual({ code: invalid, path: 'scenarios' });
    expect(fault(() => localClassifier({ scenarios: [{ id: 'A', examples: [] }] }))).toMatchObject({ code: invalid });
    expect(fault(() => localClassifier({ scenarios: [{ id: UNKNOWN, examples: ['a'] }] }))).toMatchObject({
      code: invalid,
    });
    expect(fault(() => localClassifier({ scenarios, unknownBelow: 2 }))).toEqual({
      code: 'invalid_options',
      path: 'unknownBelow',
    });
  });

  it('trains once however often it is asked', async () => {
    let reads = 0;
    const counting = {
      id: 'A',
      get examples() {
        reads += 1;
        return ['one two', 'three four'];
      },
    };
    const lazy = localClassifier({ scenarios: [counting, { id: 'B', examples: ['five six'] }] });
    const checked = reads;
    await Promise.all([lazy.ready(), lazy.ready(), lazy.classify({ text: 'one' })]);
    const trained = reads;
    expect(trained).toBeGreaterThan(checked);
    await lazy.ready();
    await lazy.classify({ text: 'five' });
    expect(reads).toBe(trained);
  });

  it('answers any text, with probabilities and in order, the same in every instance', async () => {
    const other = localClassifier({ scenarios: structuredClone(scenarios) });
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...scenarios.flatMap(({ examples }) => examples), 'qwe', '42')).map((x) => x.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const answer = await classify(text);
        expectWellFormed(answer);
        expect(await other.classify({ text })).toEqual(answer);
      }),
    );
  });

  it('does bounded work for an endless text', async () => {
    expectWellFormed(await classify('не работает интернет '.repeat(100_000)));
    expectWellFormed(await classify('а'.repeat(1_000_000)));
    expectWellFormed(await classify('x@'.repeat(500_000)));
  });
});
