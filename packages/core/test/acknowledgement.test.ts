import { describe, expect, it } from 'vitest';
import { isAcknowledgement } from '../src/policies/wording/thanks';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, type Desk, desk, SCENARIOS, scriptedClassifier } from './support/fixture';

const say = ({ engine }: Desk, text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more });
const ruleOf = async ({ engine }: Desk, messageId: string): Promise<string | undefined> =>
  (await engine.explain(messageId))?.rule;
const status = async ({ engine }: Desk, id: string) => (await engine.conversations.get(id))?.status;

describe('"ok" after an answer', () => {
  it.each([
    'ок',
    'Ок, понял',
    'хорошо',
    'понятно',
    'да',
    'ага',
    'сейчас пришлю',
    'ok',
    'got it',
    'sure',
    'will do',
    'I will try',
    'Yes it did',
    '👍🏻',
  ])('"%s" only confirms', (text) => expect(isAcknowledgement(text, false)).toBe(true));

  it.each([
    'нет',
    'не понял',
    'ок?',
    'ок, а дальше что',
    'жду',
    'спасибо',
    'send it',
    'yes I want it',
    '👎',
    '',
    '...',
  ])('"%s" says something else', (text) => expect(isAcknowledgement(text, false)).toBe(false));

  it('calls nobody, is not answered, and leaves the conversation as it is', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    const outcome = await say(one, 'ок, понятно');
    expect(outcome).toMatchObject({ status: 'held', replies: [], ticket: null, conversationId });
    expect(await ruleOf(one, outcome.messageId)).toBe('acknowledged');
    expect(await status(one, conversationId)).toBe('open');
    await one.clock.advance('2d');
    await one.engine.tick();
    expect(one.transport.sent.map(({ message }) => message.type)).toEqual(['greeting', 'bot_auto']);
  });

  it('is no question, however sure the classifier is, unless an example says such words', async () => {
    const classifier = new ScriptedClassifier([
      [/referral/, 'REFERRAL'],
      [/will try/, { scenario: 'REFERRAL', confidence: 0.96 }],
      [/agreed/, { scenario: 'AGREES', confidence: 0.96 }],
      [/ok/, { scenario: 'AGREES', confidence: 0.96 }],
    ]);
    const agrees = {
      id: 'AGREES',
      description: 'Agrees',
      examples: ['ok, do it', 'ok'],
      reply: { en: 'It is done.', ru: 'Готово.' },
    };
    const one = desk({ classifier, scenarios: [...SCENARIOS, agrees] });
    await say(one, 'referral');
    expect((await say(one, 'I will try')).status).toBe('held');
    expect((await say(one, 'ok')).replies).toMatchObject([{ text: 'It is done.' }]);
  });

  it('goes on waiting for what was asked for, and reminds', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'nothing works');
    expect((await say(one, 'сейчас пришлю')).status).toBe('held');
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({
      status: 'open',
      awaiting: 'screenshot',
    });
    await one.clock.advance('15m');
    await one.engine.tick();
    expect(one.transport.sent.at(-1)?.message.type).toBe('reminder');
    const outcome = await say(one, '', { attachments: [{ kind: 'image', url: 'https://files.example/s.png' }] });
    expect(outcome.ticket?.rule).toBe('awaited-attachment');
  });

  it('adds nothing to a ticket, also where it says that the client waits', async () => {
    const one = desk();
    await say(one, 'gibberish');
    for (const text of ['ок', 'жду', 'спасибо, жду']) {
      const outcome = await say(one, text);
      expect(await ruleOf(one, outcome.messageId)).toBe('acknowledged');
    }
    expect((await one.engine.tickets.list()).items).toMatchObject([{ repeats: 0 }]);
  });

  it('after the end of a conversation is over with itself', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'gibberish');
    await one.engine.operators.reply(conversationId, { text: 'Solved, good-bye' });
    await one.engine.operators.resolve(conversationId);
    const outcome = await say(one, 'ok');
    expect(outcome).toMatchObject({ status: 'held', replies: [] });
    expect(await status(one, outcome.conversationId)).toBe('closed');
    expect((await one.engine.tickets.list({ status: 'open' })).items).toEqual([]);
  });

  it('is a riddle where nothing was said before, and what the host says it is where there is a scenario for it', async () => {
    expect((await say(desk(), 'да')).ticket?.rule).toBe('unknown');
    const consent = {
      id: 'CONSENT',
      description: 'Agrees',
      examples: ['yes'],
      reply: { ru: 'Включили.', en: 'It is on.' },
    };
    const classifier = new ScriptedClassifier([
      [/referral/, 'REFERRAL'],
      [/yes/, 'CONSENT'],
    ]);
    const one = desk({ classifier, scenarios: [...SCENARIOS, consent] });
    await say(one, 'referral');
    expect(await say(one, 'yes')).toMatchObject({ status: 'answered', classification: { scenario: 'CONSENT' } });
  });
});

describe('a client who says that the answer missed', () => {
  it.each([
    'нет',
    'no',
    'нет, не то',
    'вы не поняли',
    'не понял',
    'я не об этом спрашивал',
    "no, that's not what I asked",
    'I don’t understand',
  ])('"%s" is not answered with whatever it looks like', async (text) => {
    const classifier = new ScriptedClassifier([[/./, 'REFERRAL']]);
    const one = desk({ classifier });
    await say(one, 'referral');
    expect((await say(one, text)).ticket).toMatchObject({
      rule: 'unknown',
      reason: 'the client says that the answer missed the question',
    });
  });

  it.each([
    'не понял, как оплатить',
    'это не то, что работает медленно, а просто нет сигнала',
    'not it but the router',
  ])('"%s" is about something', async (text) => {
    const one = desk({ classifier: new ScriptedClassifier([[/./, 'REFERRAL']]) });
    await say(one, 'referral');
    expect((await say(one, text)).status).toBe('answered');
  });
});

describe('while a person is on the way', () => {
  it('small talk is left to them', async () => {
    const one = desk();
    await say(one, 'gibberish');
    const outcome = await say(one, 'good morning');
    expect(outcome).toMatchObject({ status: 'held', replies: [] });
    expect(await ruleOf(one, outcome.messageId)).toBe('person-comes');
  });

  it('nothing is asked for that is on the ticket already', async () => {
    const one = desk();
    const attachments = [{ kind: 'image', url: 'https://files.example/s.png' }] as const;
    expect((await say(one, '', { attachments })).ticket).toMatchObject({ rule: 'unknown', attachments });
    const outcome = await say(one, 'nothing works');
    expect(outcome).toMatchObject({ status: 'held', replies: [], ticket: { repeats: 1 } });
  });

  it('what is worse than what opened the ticket raises its priority, in the feed and for its targets', async () => {
    const serviceLevels = { normal: { firstResponse: '4h' }, high: { firstResponse: '1h' } } as const;
    const receiving = { clientRateLimit: false, duplicateWindow: 0 } as const;
    const one = desk({ policy: { receiving, people: { serviceLevels } } });
    const { ticket } = await say(one, 'gibberish');
    expect(ticket?.priority).toBe('normal');
    expect((await say(one, 'this is a scam')).ticket).toMatchObject({ id: ticket?.id, priority: 'high', repeats: 1 });
    await say(one, 'this is a scam, I said');
    expect(await one.engine.tickets.get(ticket?.id ?? '')).toMatchObject({ priority: 'high', repeats: 2 });
    await one.clock.advance('1h');
    await one.engine.tick();
    expect(await one.engine.tickets.get(ticket?.id ?? '')).toMatchObject({ breaches: ['firstResponse'] });
  });
});

describe('an attachment that nobody asked for', () => {
  const attachments = [{ kind: 'image', url: 'https://files.example/s.png' }] as const;

  it.each(['', 'good morning', 'thanks'])('with "%s" is for a person to look at', async (text) => {
    expect((await say(desk(), text, { attachments })).ticket).toMatchObject({ rule: 'unknown', attachments });
  });

  it('does not keep a question beside it from being answered', async () => {
    expect(await say(desk(), 'referral', { attachments })).toMatchObject({ status: 'answered', ticket: null });
  });
});

describe('a client who wants no person', () => {
  /** The fixture's, and one who hears a wish wherever a person is named. */
  const eager = () => {
    const classifier = scriptedClassifier();
    const others = classifier.classify.bind(classifier);
    const human = {
      scenario: 'HUMAN',
      confidence: 0.99,
      reasoning: 'a word',
      source: 'local',
      alternatives: [],
    } as const;
    classifier.classify = async (input) => (/оператор|operator|human/i.test(input.text) ? human : others(input));
    return classifier;
  };

  it('gets none, and is asked for what it is about', async () => {
    for (const text of ['оператор мне не нужен', 'I do not want to talk to a human']) {
      const one = desk({ classifier: eager() });
      const outcome = await say(one, text);
      expect(outcome).toMatchObject({ status: 'answered', ticket: null });
      expect(await ruleOf(one, outcome.messageId)).toBe('clarify');
    }
  });

  it('is answered what else was said', async () => {
    const outcome = await say(
      desk({ classifier: eager() }),
      "I don't need an operator, how does the referral program work",
    );
    expect(outcome).toMatchObject({ status: 'answered', ticket: null, classification: { scenario: 'REFERRAL' } });
  });

  it('gets one where a rule of the desk says so', async () => {
    const outcome = await say(desk({ classifier: eager() }), "I don't need an operator, my money was stolen");
    expect(outcome.ticket?.rule).toBe('scenario-always');
  });

  it('keeps the ticket that is open already, and hears no more of it', async () => {
    const one = desk({ classifier: eager() });
    const { ticket } = await say(one, 'gibberish');
    const refused = await say(one, 'оператор уже не нужен');
    expect(refused).toMatchObject({ status: 'held', replies: [] });
    expect((await say(one, 'спасибо, оператор уже не нужен')).status).toBe('answered');
    expect((await one.engine.tickets.list()).items).toMatchObject([{ id: ticket?.id, status: 'open', repeats: 0 }]);
  });

  it('closes the conversation where nothing else is wanted', async () => {
    const one = desk({ classifier: eager() });
    const { conversationId } = await say(one, 'referral');
    await say(one, 'спасибо, оператор уже не нужен, сам разобрался');
    expect(await status(one, conversationId)).toBe('closed');
  });
});
