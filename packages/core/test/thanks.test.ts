import { describe, expect, it } from 'vitest';
import { defineScenarios } from '../src/index';
import { besideThanks, needsNothingMore, saysMoreThanThanks, saysOnlyThanks } from '../src/policies/wording/thanks';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, type Desk, desk, SCENARIOS } from './support/fixture';

const say = ({ engine }: Desk, text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more });
const types = (outcome: { replies: readonly { type: string }[] }): string[] => outcome.replies.map(({ type }) => type);

describe('thanks', () => {
  it.each([
    'Спасибо',
    'спасибо большое!',
    'Спс, всё понятно',
    'Благодарю за помощь',
    'ок, спасибо, разобрался',
    'Thanks!',
    'thank you so much',
    'Ok great, thx 👍',
    'Всё заработало!',
    'помогло',
    'уже работает, спасибо',
    'сам разобрался',
    'вопрос решён',
    'до свидания',
    'Спасибо, хорошего дня!',
    'it works now',
    'never mind, fixed',
    'всё в порядке',
    'all good now',
    'no problem',
    'thanks, bye',
    'thanks, will try',
    'спасибо, попробую',
    'no thanks',
    'No, thank you!',
    'нет, спасибо',
    'Нет спасибо',
    'спасибо, нет',
    'нет, это всё',
    'На этом всё',
    'that is all',
    "that's all, thanks",
    'good bye, no more questions',
    'Больше вопросов нет, спасибо',
    'merci beaucoup',
    'cgfcb,j',
    'spasibo',
  ])('%s says thanks and nothing else', (text) => expect(saysOnlyThanks(text)).toBe(true));

  it.each([
    'Спасибо, но не работает',
    'спасибо, а когда починят?',
    'ок',
    'всё понятно',
    'Thanks, but how do I cancel',
    'thanks for nothing',
    'спасибо за такой сервис',
    'не работает',
    'работает?',
    'how it works',
    'no, it is a problem',
    'все хорошо но',
    'never works',
    'спасибо, жду',
    '',
  ])('%s says something else', (text) => expect(saysOnlyThanks(text)).toBe(false));

  it.each([
    'Ну спасибо, опять ничего не работает',
    'Супер. Третий день без интернета. Спасибо.',
    'Огромное спасибо за отсутствие интернета',
    'спасибо, блин',
    'Спасибо! А как поменять тариф?',
    'спасибо и еще как пригласить друга',
    'Как поменять тариф? Заранее спасибо',
    'понял, спасибо. но счет всё равно неправильный',
    'спасибо не помогло',
    'спасибо, жду',
    'thanks for nothing',
    'thank you for wasting my time',
    'great, internet is down again, thanks a lot',
    'thanks, and how do I pay',
    "thanks, didn't help",
  ])('%s says more than thanks', (text) => {
    expect(saysMoreThanThanks(text)).toBe(true);
    expect(besideThanks(text)).not.toBeNull();
  });

  it.each([
    'Спасибо, больше вопросов нет',
    'нет, спасибо',
    'спасибо, но нет',
    'спасибо, не надо',
    'Спасибо, не беспокойтесь',
    'thanks but no thanks',
    'спасибо, больше ничего не нужно',
    'Спасибо, Ольга, всё заработало',
    'спасибо ещё раз',
    'Здорово, интернет снова есть, спасибо!',
    'Спасибо, теперь всё как надо',
    'Thank you, no more questions',
    'no, thank you',
    'thanks, that’s all',
    'Thanks, no worries',
  ])('%s does not', (text) => expect(saysMoreThanThanks(text)).toBe(false));

  it('after an answer close the conversation kindly, and nobody is reminded', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    const outcome = await say(one, 'Спасибо большое!');
    expect(outcome).toMatchObject({ status: 'answered', ticket: null });
    expect(types(outcome)).toEqual(['bot_auto']);
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ status: 'closed', owner: 'bot' });
    await one.clock.advance('2d');
    await one.engine.tick();
    expect(one.transport.sent.map(({ message }) => message.type)).toEqual(['greeting', 'bot_auto', 'bot_auto']);
  });

  it('said again are not answered again, however often', async () => {
    const one = desk();
    await say(one, 'referral');
    await say(one, 'thanks');
    for (const text of ['thanks', 'спасибо', 'thank you']) {
      expect(await say(one, text)).toMatchObject({ status: 'held', replies: [], ticket: null });
    }
    expect((await one.engine.conversations.list({ status: 'closed' })).items).toHaveLength(4);
    expect((await say(one, 'referral')).status).toBe('answered');
  });

  it('are never doubted: a classifier that does not know them calls nobody', async () => {
    const one = desk();
    await say(one, 'referral');
    one.classifier.failAll(new Error('down'));
    expect(await say(one, 'сенкс')).toMatchObject({ status: 'answered', ticket: null });
  });

  it('do not close what is promised to a person, or still awaited', async () => {
    const one = desk();
    const first = await say(one, 'gibberish');
    await say(one, 'thanks');
    expect((await one.engine.conversations.get(first.conversationId))?.status).toBe('waiting_on_person');
    const two = desk();
    const asked = await say(two, 'nothing works');
    await say(two, 'thanks');
    expect(await two.engine.conversations.get(asked.conversationId)).toMatchObject({
      status: 'open',
      awaiting: 'screenshot',
    });
  });

  it('do not close over a message that came right behind', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    const quick = { wait: false };
    const input = (text: string) => ({ clientId: 'c', text, channel: CHANNEL });
    await one.engine.receive(input('thanks'), quick);
    await one.engine.receive(input('nothing works'), quick);
    await one.engine.tick();
    const conversation = await one.engine.conversations.get(conversationId);
    expect(conversation).toMatchObject({ status: 'open', awaiting: 'screenshot' });
  });

  it('may be said by a scenario that closes, in its own words', async () => {
    const bye = {
      id: 'BYE',
      description: 'Says good-bye',
      examples: ['bye'],
      reply: { ru: 'До свидания!', en: 'Good-bye!' },
      closes: true,
    };
    expect(defineScenarios([bye])[0]).toMatchObject({ closes: true, smallTalk: true, reminders: false });
    const one = desk({ scenarios: [...SCENARIOS, bye] });
    one.classifier.classify = async () => ({
      scenario: 'BYE',
      confidence: 0.9,
      reasoning: '',
      source: 'local',
      alternatives: [],
    });
    const outcome = await say(one, 'see you', { locale: 'en' });
    expect(outcome.replies.at(-1)?.text).toBe('Good-bye!');
    expect((await one.engine.conversations.get(outcome.conversationId))?.status).toBe('closed');
  });

  it('stay open where the client is about to try something', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    const outcome = await say(one, 'спасибо, попробую');
    expect(outcome).toMatchObject({ status: 'answered', replies: [{ type: 'bot_auto' }] });
    expect((await one.engine.conversations.get(conversationId))?.status).toBe('open');
  });
});

/** A classifier that falls for the word of thanks, as all of them do. */
const misled = (): ScriptedClassifier =>
  new ScriptedClassifier([
    [/спасибо|thank/i, 'BYE'],
    [/referral|друг/i, 'REFERRAL'],
    [/не работает|doubtful/i, 'BROKEN'],
  ]);
const BYE = {
  id: 'BYE',
  description: 'Says thanks or good-bye',
  examples: ['bye'],
  reply: { ru: 'До свидания!', en: 'Good-bye!' },
  closes: true,
};

describe('thanks with something besides', () => {
  const thankful = (classifier = misled()): Desk => desk({ classifier, scenarios: [...SCENARIOS, BYE] });

  it.each([
    ['Ну спасибо, опять не работает', 'BROKEN', 'опять не работает'],
    ['Спасибо! А как пригласить друга?', 'REFERRAL', 'а как пригласить друга?'],
    ['спасибо не работает', 'BROKEN', 'не работает'],
  ])('"%s" is read without the thanks, as %s', async (text, scenario, rest) => {
    const classifier = misled();
    const one = thankful(classifier);
    const outcome = await say(one, text);
    expect(outcome).toMatchObject({ status: 'answered', classification: { scenario } });
    expect(outcome.classification?.reasoning).toMatch(/read without the thanks/);
    expect(classifier.calls.map((call) => call.text)).toEqual([text, rest]);
    expect((await one.engine.conversations.get(outcome.conversationId))?.status).toBe('open');
  });

  it('calls a person where nobody knows what that is, and never says good-bye to it', async () => {
    for (const text of ['спасибо, блин', 'thanks for nothing', 'спасибо, а это вообще что?']) {
      const outcome = await say(thankful(), text);
      expect(outcome).toMatchObject({ status: 'escalated', ticket: { rule: 'unknown' } });
    }
  });

  it('is read again also where the question came out ahead of the thanks by a hair', async () => {
    const alternatives = [{ scenario: 'BYE', confidence: 0.44 }];
    const classifier = new ScriptedClassifier([
      [/Спасибо/, { scenario: 'REFERRAL', confidence: 0.47, alternatives }],
      [/друга/, 'REFERRAL'],
    ]);
    const outcome = await say(thankful(classifier), 'Спасибо! А как пригласить друга?');
    expect(outcome).toMatchObject({ status: 'answered', ticket: null, classification: { scenario: 'REFERRAL' } });
  });

  it('is read once where it is thanks alone', async () => {
    const classifier = misled();
    const one = thankful(classifier);
    const outcome = await say(one, 'Спасибо вам от всей семьи');
    expect((await one.engine.conversations.get(outcome.conversationId))?.status).toBe('closed');
    expect(classifier.calls).toHaveLength(1);
  });

  it('is not closed by a decision either, whatever it was classified as', () => {
    const [bye = null] = defineScenarios([BYE]);
    expect(needsNothingMore('спасибо, но ничего не работает', 0, bye)).toBe(false);
    expect(needsNothingMore('спасибо от всей семьи', 0, bye)).toBe(true);
    expect(needsNothingMore('спасибо от всей семьи', 1, bye)).toBe(false);
  });
});
