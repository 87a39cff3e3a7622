import { describe, expect, it } from 'vitest';
import { defineScenarios } from '../src/index';
import { saysOnlyThanks } from '../src/policies/wording/thanks';
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
  ])('%s says thanks and nothing else', (text) => expect(saysOnlyThanks(text)).toBe(true));

  it.each([
    'Спасибо, но не работает',
    'спасибо, а когда починят?',
    'ок',
    'всё понятно',
    'Thanks, but how do I cancel',
    'thanks for nothing',
    'спасибо за такой сервис',
    '',
  ])('%s says something else', (text) => expect(saysOnlyThanks(text)).toBe(false));

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
});
