import { describe, expect, it } from 'vitest';
import { defineScenarios, isFirstlineError, type ScenarioInput } from '../src/index';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, type Desk, desk } from './support/fixture';

const PHOTO = { kind: 'image', url: 'https://files.example/router.png', mimeType: 'image/png' } as const;
const BASE = { description: 'A question', examples: ['which router'] };
const ROUTER: ScenarioInput = {
  ...{ ...BASE, id: 'ROUTER', reply: { en: 'Which one is it?', ru: 'Какой у вас?' }, attachments: [PHOTO] },
  quickReplies: { en: ['The white one', 'The black one'], ru: ['Белый', 'Чёрный'] },
};

function faults(...scenarios: readonly ScenarioInput[]): readonly string[] {
  try {
    defineScenarios(scenarios);
  } catch (error) {
    if (isFirstlineError(error)) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('quick replies and attachments of a scenario', () => {
  it('are checked, all faults at once', () => {
    expect(faults(ROUTER)).toEqual([]);
    expect(faults({ ...ROUTER, quickReplies: ['1', '2'] }), 'one list for every locale').toEqual([]);
    expect(faults({ ...ROUTER, quickReplies: { en: ['yes'] } })).toEqual([
      'scenarios[0].quickReplies.ru: is missing; add the answers for locale "ru"',
    ]);
    expect(
      faults({ ...ROUTER, quickReplies: { en: [], ru: ['a', 'a', ' ', 'x'.repeat(65), '{{client.name|you}}'] } }),
    ).toEqual([
      'scenarios[0].quickReplies.en: has no answer; leave quickReplies out instead',
      'scenarios[0].quickReplies.ru: has the same answer twice',
      'scenarios[0].quickReplies.ru: has an empty answer',
      'scenarios[0].quickReplies.ru: has an answer of more than 64 characters',
      'scenarios[0].quickReplies.ru: are sent as they are; variables are for the reply',
    ]);
    expect(faults({ ...ROUTER, quickReplies: Array.from({ length: 11 }, (_, n) => `${n}`) })).toEqual([
      'scenarios[0].quickReplies: has more than 10 answers',
    ]);
    expect(faults({ ...BASE, id: 'ROUTER', quickReplies: ['yes'], attachments: [PHOTO] })).toEqual([
      'scenarios[0].attachments: goes with a reply, and there is none',
      'scenarios[0].quickReplies: goes with a reply, and there is none',
    ]);
    expect(faults({ ...ROUTER, attachments: [{ kind: 'image', url: '' }] })[0]).toMatch(
      /^scenarios\[0\]\.attachments\[0\]\.url/,
    );
  });

  it('survive being defined twice', () => {
    const once = defineScenarios([ROUTER]);
    expect(defineScenarios(once as unknown as readonly ScenarioInput[])).toEqual(once);
  });
});

const say = ({ engine }: Desk, text: string, locale: string) =>
  engine.receive({ clientId: locale, text, channel: { ...CHANNEL, address: { to: locale } }, locale });

describe('a reply', () => {
  const make = (scenarios: readonly ScenarioInput[]) =>
    desk({ scenarios, classifier: new ScriptedClassifier([[/router/, 'ROUTER']]), locales: ['en', 'ru'] });

  it('goes out with what its scenario sends along, in the language of its text', async () => {
    const one = make([ROUTER]);
    const outcome = await say(one, 'which router', 'ru-RU');
    expect(outcome.replies).toMatchObject([
      { type: 'greeting', attachments: [], quickReplies: [] },
      { type: 'bot_auto', text: 'Какой у вас?', attachments: [PHOTO], quickReplies: ['Белый', 'Чёрный'] },
    ]);
    await say(one, 'which router', 'de');
    await one.engine.tick();
    const sent = one.transport.received.filter(({ message }) => message.type === 'bot_auto');
    expect(sent.map(({ message }) => message.quickReplies)).toEqual([
      ['Белый', 'Чёрный'],
      ['The white one', 'The black one'],
    ]);
    expect(sent[0]?.message.attachments).toEqual([PHOTO]);
    const history = await one.engine.conversations.messages(outcome.conversationId);
    expect(history.items.at(-1)).toMatchObject({ attachments: [PHOTO], quickReplies: ['Белый', 'Чёрный'] });
    expect(await one.engine.conversations.transcript(outcome.conversationId)).toContain(PHOTO.url);
  });

  it('in one language for all takes the answers of the language that was asked for', async () => {
    const one = make([{ ...ROUTER, reply: '?' }]);
    expect((await say(one, 'which router', 'ru')).replies.at(-1)?.quickReplies).toEqual(['Белый', 'Чёрный']);
  });

  it('that is received again says the same', async () => {
    const one = make([ROUTER]);
    const input = { clientId: 'c', text: 'which router', id: 'm1', channel: CHANNEL, locale: 'en' };
    const first = await one.engine.receive(input);
    expect((await one.engine.receive(input)).replies).toEqual(first.replies);
  });
});

describe('an operator', () => {
  it('sends files, with words or without', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'stolen', 'en');
    const said = await one.engine.operators.reply(conversationId, { text: 'Look', attachments: [PHOTO] });
    expect(said).toMatchObject({ text: 'Look', attachments: [PHOTO], quickReplies: [] });
    await one.engine.operators.reply(conversationId, { text: '', attachments: [PHOTO] });
    await one.engine.tick();
    const sent = one.transport.received.filter(({ message }) => message.type === 'operator');
    expect(sent.map(({ message }) => [message.text, message.attachments])).toEqual([
      ['Look', [PHOTO]],
      ['', [PHOTO]],
    ]);
  });

  it('who sends nothing, or what is no file, is told', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'stolen', 'en');
    const reply = (params: object) => one.engine.operators.reply(conversationId, { text: '', ...params });
    await expect(reply({})).rejects.toMatchObject({ code: 'invalid_input', path: 'text' });
    await expect(reply({ attachments: [] })).rejects.toMatchObject({ code: 'invalid_input', path: 'text' });
    const broken = [{ kind: 'image', url: 7 }];
    await expect(reply({ attachments: broken })).rejects.toMatchObject({ path: 'attachments[0].url' });
    await expect(reply({ attachments: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
