import { describe, expect, it } from 'vitest';
import { saysOnlyHello } from '../src/policies/wording/hello';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, type Desk, desk, SCENARIOS, scriptedClassifier } from './support/fixture';

const say = ({ engine }: Desk, text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more });
const textsOf = ({ replies }: { readonly replies: readonly { readonly text: string }[] }) =>
  replies.map(({ text }) => text);
/** Nobody has thought of a scenario for hello. */
const plainDesk = (more: Partial<Parameters<typeof desk>[0]> = {}): Desk =>
  desk({ scenarios: SCENARIOS.filter(({ smallTalk }) => smallTalk !== true), ...more });

describe('hello', () => {
  it.each([
    'Привет',
    'привет!!! 👋',
    'Здравствуйте',
    'Добрый день!',
    'доброго времени суток',
    'День добрый',
    'Здравствуйте, добрый вечер',
    'Всем привет)',
    'Алло?',
    'есть кто-нибудь?',
    'Вы тут?',
    'Доброе утро, коллеги',
    'Ассаламу алейкум',
    'hi',
    'Hello?',
    'Hey there 👋',
    'Good morning, team',
    'hello hello',
    'Is anybody there?',
    'Hola',
    '👋',
    '👋🏻 👋',
    'Hi, are you there?',
    'Здравствуйте, у меня вопрос',
    'Добрый день! У меня к вам вопрос',
    'Можно задать вопрос?',
    'Здравствуйте, хотел спросить',
    'hello, I have a question',
    'Can I ask you something?',
    'help',
    'Help me please!',
    'I need help',
    'помогите',
    'Помогите, пожалуйста!',
    'Здравствуйте! Подскажите, пожалуйста',
    'Вы на связи?',
  ])('"%s" says no more', (text) => expect(saysOnlyHello(text)).toBe(true));

  it.each([
    '',
    '👍',
    'вам',
    'добрый',
    'Привет, не работает интернет',
    'хорошего дня',
    'помогите с роутером',
    'I need help with my router',
    'у меня вопрос по счёту',
    'can I ask for a refund',
    'подскажите адрес',
    'help does not work',
    'привет от старых штиблет',
    'вы тут все мошенники',
    'есть кто живой',
    'day',
    'good',
    'hi, my card was stolen',
    'Good morning vietnam',
    'say hello',
  ])('"%s" says something else, or nothing', (text) => expect(saysOnlyHello(text)).toBe(false));

  it('is answered with hello and a question, calls nobody and is not followed up', async () => {
    const one = plainDesk();
    const outcome = await say(one, 'Привет!');
    expect(outcome).toMatchObject({ status: 'answered', ticket: null });
    expect(textsOf(outcome)).toEqual(['Здравствуйте! Это служба поддержки.', 'Чем могу помочь?']);
    expect(await one.engine.explain(outcome.messageId)).toMatchObject({ rule: 'hello', priority: 'normal' });
    await one.clock.advance('3d');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(2);
  });

  it('is said once by the engine, and asked back as often as it is said to it', async () => {
    const one = plainDesk();
    await say(one, 'hi');
    for (const text of ['hello?', 'hi', 'hi']) {
      expect(textsOf(await say(one, text))).toEqual(['What can I do for you?']);
    }
  });

  it('is no message that was not understood', async () => {
    const one = plainDesk({ policy: { escalation: { unknownAfter: 2 } } });
    await say(one, 'hi');
    expect(await say(one, 'xyzzy')).toMatchObject({ status: 'answered' });
    expect(await say(one, 'plugh')).toMatchObject({ status: 'escalated' });
  });

  it('with something to look at is for a person', async () => {
    const attachments = [{ kind: 'image' as const, url: 'https://example.com/a.png' }];
    expect(await say(plainDesk(), 'Hello', { attachments })).toMatchObject({ status: 'escalated' });
  });

  it('is answered by a scenario that knows it, also where the classifier is not sure', async () => {
    const unsure = new ScriptedClassifier([[/hello/, { scenario: 'GREETING', confidence: 0.2 }]]);
    for (const [text, classifier] of [
      ['good morning', scriptedClassifier()],
      ['hello', unsure],
    ] as const) {
      const templates = { invitation: 'Not this one.' };
      const outcome = await say(desk({ classifier, templates }), text);
      expect(outcome).toMatchObject({ status: 'answered', ticket: null });
      expect(textsOf(outcome).at(-1)).toBe('What can I do for you?');
    }
  });

  it('goes where a scenario sends it that the classifier is sure of', async () => {
    const sure = new ScriptedClassifier([[/hello/, { scenario: 'FRAUD', confidence: 0.9 }]]);
    expect(await say(plainDesk({ classifier: sure }), 'hello')).toMatchObject({ status: 'escalated' });
  });

  it('to a person who is awaited is passed on to them', async () => {
    const one = plainDesk();
    await say(one, 'cancel');
    const outcome = await say(one, 'Hello?');
    expect(outcome).toMatchObject({ status: 'held', replies: [] });
  });

  it('does not take the place of what was asked for', async () => {
    const asking = {
      id: 'ASKING',
      description: 'Asks first',
      examples: ['screen'],
      reply: { en: 'Send a screenshot.' },
    };
    const classifier = new ScriptedClassifier([[/screen/, 'ASKING']]);
    const one = desk({ classifier, scenarios: [{ ...asking, asksFor: 'screenshot' }] });
    await say(one, 'screen');
    expect(await say(one, 'hi')).toMatchObject({ status: 'answered' });
    const attachments = [{ kind: 'image' as const, url: 'https://example.com/a.png' }];
    const { messageId } = await say(one, 'here', { attachments });
    expect(await one.engine.explain(messageId)).toMatchObject({ rule: 'awaited-attachment' });
  });
});
