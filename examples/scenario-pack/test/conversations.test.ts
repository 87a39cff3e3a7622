// Real-sounding conversations through the whole engine: what the pack and the rules make of them together.
import { createEngine, type Engine, localClassifier, type Outcome, type Ticket } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { supportScenarios } from '../src';

const classifier = localClassifier({ scenarios: supportScenarios });
beforeAll(() => classifier.ready());

/** What came of one message. */
interface Step {
  readonly status: Outcome['status'];
  readonly rule: string | undefined;
  readonly scenario: string | undefined;
  readonly says: readonly string[];
  readonly ticket: Ticket | null;
}

/** One client's messages, a minute apart; `[photo]` in a text is an attachment. */
async function talk(...texts: readonly string[]): Promise<{ steps: readonly Step[]; engine: Engine; id: string }> {
  const clock = new ManualClock();
  const engine = createEngine({
    scenarios: supportScenarios,
    classifier,
    clock,
    transports: { fake: new FakeTransport() },
    policy: { receiving: { clientRateLimit: false, duplicateWindow: 0 } },
  });
  const steps: Step[] = [];
  let id = '';
  for (const text of texts) {
    const photo = text.includes('[photo]');
    const outcome = await engine.receive({
      clientId: 'c',
      text: text.replace('[photo]', ''),
      channel: { transport: 'fake', address: { to: 'c' } },
      ...(photo ? { attachments: [{ kind: 'image', url: 'https://files.example/photo.png' }] } : {}),
    });
    const { status, replies, ticket, classification, conversationId } = outcome;
    const rule = (await engine.explain(outcome.messageId))?.rule;
    steps.push({ status, rule, ticket, scenario: classification?.scenario, says: replies.map(({ type }) => type) });
    id = conversationId;
    await clock.advance('1m');
  }
  return { steps, engine, id };
}
const last = async (...texts: readonly string[]): Promise<Step> =>
  (await talk(...texts)).steps.at(-1) ?? expect.fail('nothing was said');
const rules = ({ steps }: { steps: readonly Step[] }) => steps.map(({ rule }) => rule);

describe('asking for a person, in words the classifier has to help with', () => {
  it.each([
    'опиратор',
    'ответьте как человек',
    'оператор вы тут?',
    'хочу говорить с начальством',
    'Свяжите с кем-нибудь из ваших',
    'нужна консультация живого человека',
    'are you human?',
    'customer support person',
    'get me someone who can help',
    'put me through',
  ])('"%s"', async (text) => expect((await last(text)).ticket?.rule).toBe('asks-for-human'));

  it.each([
    'Хочу сменить тариф и позовите оператора',
    'Интернет не работает, соедините с оператором',
    'не хочу говорить с ботом',
    'не надо мне инструкций, дайте оператора',
    'спасибо, перезвоните',
    "I don't understand, get me a person",
  ])('"%s", besides something else', async (text) => expect((await last(text)).ticket?.rule).toBe('asks-for-human'));
});

describe('refusing a person', () => {
  it.each([
    'оператор мне не нужен',
    'только не оператора',
    'не хочу говорить с оператором',
    'можно без оператора?',
    "I don't need an operator",
    'please don’t connect me to an agent',
  ])('"%s" calls none', async (text) => expect(await last(text)).toMatchObject({ status: 'answered', ticket: null }));

  it.each([
    ['Мне не нужен оператор, просто скажите, какие есть тарифы', 'TARIFFS'],
    ['не зовите оператора, как пригласить друга?', 'REFERRAL'],
    ["I don't want to talk to a person, what plans do you have?", 'TARIFFS'],
  ])('"%s" is about %s', async (text, scenario) => {
    expect(await last(text)).toMatchObject({ status: 'answered', ticket: null, scenario });
  });

  it('after one was called leaves the ticket to the people', async () => {
    const one = await talk('позовите оператора', 'ок', 'жду', 'алло', 'спасибо, оператор уже не нужен');
    expect(rules(one)).toEqual(['asks-for-human', 'acknowledged', 'acknowledged', 'person-comes', 'thanks']);
    expect((await one.engine.tickets.list()).items).toMatchObject([{ status: 'open', repeats: 0 }]);
  });
});

describe('thanks', () => {
  it.each([
    'Спасибо!',
    'спасибо вам огромное, вы мне очень помогли',
    'Спасибо, Ольга, всё заработало',
    'Спасибо, больше вопросов нет',
    'уже работает',
    'до свидания',
    'it works now',
    'never mind, fixed',
    'thanks, bye',
  ])('"%s" ends the conversation kindly', async (text) => {
    const { steps, engine, id } = await talk('какие есть тарифы?', text);
    expect(steps[1]).toMatchObject({ status: 'answered', rule: 'thanks', ticket: null });
    expect((await engine.conversations.get(id))?.status).toBe('closed');
  });

  it.each([
    'Ну спасибо, опять ничего не работает',
    'Супер. Третий день без интернета. Спасибо.',
    'Огромное спасибо за отсутствие интернета',
    'спасибо, блин',
    'спасибо, не помогло',
    'Спасибо, но интернета всё равно нет',
    'понял, спасибо. но счёт всё равно неправильный',
    'thanks for nothing',
    'thanks, useless',
    'thank you for wasting my time',
    'great, internet is down again, thanks a lot',
    "thanks, didn't help",
  ])('"%s" is no reason to say "you are welcome"', async (text) => {
    const { steps, engine, id } = await talk(text);
    expect(steps[0]?.rule).not.toBe('thanks');
    expect(steps[0]?.scenario).not.toBe('THANKS');
    expect((await engine.conversations.get(id))?.status).not.toBe('closed');
  });

  it.each([
    ['Спасибо! А как поменять тариф?', 'TARIFFS'],
    ['спасибо и ещё как пригласить друга', 'REFERRAL'],
    ['Как поменять тариф? Заранее спасибо', 'TARIFFS'],
    ['Спасибо, помогло. И ещё вопрос: когда спишут деньги?', 'BILLING'],
    ['thanks, and how do I change my plan', 'TARIFFS'],
    ['Thanks! One more thing: my invoice is wrong', 'BILLING'],
  ])('"%s" is a question about %s', async (text, scenario) => {
    const { steps } = await talk('здравствуйте', text);
    expect(steps[1]?.scenario).toBe(scenario);
    expect(['reply', 'scenario-after-reply']).toContain(steps[1]?.rule);
  });

  it.each(supportScenarios.filter(({ closes }) => closes === true).flatMap(({ examples }) => examples))(
    '"%s" is all that is said, as the pack knows it',
    async (text) => expect((await last('какие есть тарифы?', text)).ticket).toBeNull(),
  );
});

describe('a conversation about a fault', () => {
  it.each([
    ['a photo before any word', ['[photo]', 'вот, не работает'], ['unknown', 'already-escalated']],
    [
      'a photo after hello',
      ['Здравствуйте', '[photo]', 'не работает интернет'],
      ['reply', 'unknown', 'already-escalated'],
    ],
    [
      '"I send it" before the photo',
      ['не работает интернет', 'сейчас пришлю', '[photo]'],
      ['reply', 'acknowledged', 'awaited-attachment'],
    ],
    [
      'thanks before the photo',
      ['my internet is down', 'thanks, will try', '[photo]'],
      ['reply', 'thanks', 'awaited-attachment'],
    ],
    [
      'another question before the photo',
      ['не работает интернет', 'а какие тарифы есть?', '[photo]'],
      ['reply', 'reply', 'awaited-attachment'],
    ],
    [
      'no photo, and no help',
      ['не работает интернет', 'перезагрузил, не помогло', 'ничего не работает'],
      ['reply', 'reply', 'repeated-request'],
    ],
    ['it works after all', ['не работает интернет', 'уже работает, спасибо'], ['reply', 'thanks']],
    [
      'abuse at once',
      ['не работает интернет, это мошенничество', '[photo]'],
      ['negative-wording', 'already-escalated'],
    ],
  ] as const)('with %s', async (_name, texts, expected) => expect(rules(await talk(...texts))).toEqual(expected));

  it('is instructed first on first contact, also when it escalates', async () => {
    expect((await last('какого хрена не работает интернет')).says).toEqual([
      'greeting',
      'bot_auto',
      'escalation_notice',
    ]);
  });

  it('a photo that comes with thanks is looked at by a person', async () => {
    expect((await last('какие есть тарифы?', 'спасибо [photo]')).ticket).toMatchObject({
      rule: 'unknown',
      attachments: [{ kind: 'image' }],
    });
  });
});

describe('anger', () => {
  it.each([
    'воры!',
    'верните мои деньги, ворьё',
    'какого хрена не работает',
    'я на вас в суд подам',
    'fuck you',
    'what the hell',
  ])('"%s" is a matter for a person, and urgent', async (text) =>
    expect((await last(text)).ticket).toMatchObject({ rule: 'negative-wording', priority: 'high' }),
  );

  it('raises the ticket that waits already', async () => {
    const { steps, engine } = await talk('сколько звёзд на небе', 'вы мошенники');
    expect(steps[0]?.ticket?.priority).toBe('normal');
    expect((await engine.tickets.list()).items).toMatchObject([{ priority: 'high', repeats: 1 }]);
  });
});

describe('two questions in one message', () => {
  it('with a person in it reach one; nothing is lost', async () => {
    for (const text of [
      'Не работает интернет, и ещё: как оплатить счёт?',
      'I want to cancel and where is my last invoice',
    ]) {
      expect((await last(text)).ticket).not.toBeNull();
    }
  });
});

describe('an answer that missed', () => {
  it.each(['нет, не то', 'не понял', "that's not what I asked"])('"%s" is not taken for a fault', async (text) => {
    expect((await last('какие есть тарифы?', text)).ticket?.rule).toBe('unknown');
  });
});
