import { describe, expect, it } from 'vitest';
import { createEngine, isFirstlineError, type PolicyOptions } from '../src/index';
import { gistOf, sameGist } from '../src/policies/gist';
import { isStronglyNegative } from '../src/policies/wording/negative-wording';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, type Desk, desk, SCENARIOS } from './support/fixture';

const OTHER_CHANNEL = { transport: 'fake', address: { to: 'elsewhere' } };

const say = ({ engine }: Desk, text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more });
const withEscalation = (escalation: NonNullable<PolicyOptions['escalation']>): Desk =>
  desk({ policy: { receiving: { clientRateLimit: false, duplicateWindow: 0 }, escalation } });
const notices = ({ transport }: Desk): number =>
  transport.sent.filter((sent) => sent.message.type === 'escalation_notice').length;

describe('the same request again', () => {
  it('goes to a person with priority high at the third time; the fourth and fifth add nothing but a count', async () => {
    const one = desk();
    const outcomes = [];
    for (let time = 0; time < 5; time += 1) outcomes.push(await say(one, `referral, time ${time}`));
    await one.engine.tick();
    expect(outcomes.map(({ status }) => status)).toEqual(['answered', 'answered', 'escalated', 'held', 'held']);
    expect(outcomes[2]).toMatchObject({ priority: 'high', ticket: { rule: 'repeated-request', priority: 'high' } });
    expect((await one.engine.tickets.list()).items).toMatchObject([{ repeats: 2, status: 'open' }]);
    expect(notices(one)).toBe(1);
    const record = await one.engine.explain(outcomes[2]?.messageId ?? '');
    expect(record).toMatchObject({ inputs: { timesAsked: 3, thresholds: { repeats: 3 } } });
  });

  it('is noticed across the conversations of a client, and not across clients', async () => {
    const one = desk();
    await say(one, 'referral');
    await say(one, 'referral', { channel: OTHER_CHANNEL });
    expect((await say(one, 'referral', { clientId: 'd' })).status).toBe('answered');
    expect((await say(one, 'referral')).status).toBe('escalated');
  });

  it('is recognised by nearly the same words, also where the scenario differs', async () => {
    const classifier = new ScriptedClassifier([
      [/1/, 'REFERRAL'],
      [/2/, 'THANKS'],
      [/./, 'BROKEN'],
    ]);
    const one = desk({ classifier, policy: { receiving: { duplicateWindow: 0 } } });
    await say(one, 'where is the money for my friend 1');
    await say(one, 'where is the money for my friend 1!');
    expect((await say(one, 'So where is the MONEY for my friend?')).ticket?.rule).toBe('repeated-request');
  });

  it('is forgotten after the window, and when a person was called', async () => {
    const one = desk();
    await say(one, 'referral');
    await say(one, 'referral');
    await one.clock.advance('24h');
    expect((await say(one, 'referral')).status).toBe('answered');
    await say(one, 'referral');
    const { conversationId, status } = await say(one, 'referral');
    expect(status).toBe('escalated');
    await one.engine.operators.takeOver(conversationId);
    await one.engine.operators.release(conversationId);
    expect((await say(one, 'referral')).status).toBe('answered');
  });

  it('is no matter where it is small talk, or where the policy does not count', async () => {
    const polite = desk();
    const patient = withEscalation({ repeats: false });
    for (let time = 0; time < 6; time += 1) {
      expect((await say(polite, 'good morning')).status).toBe('answered');
      expect((await say(patient, 'referral')).status).toBe('answered');
    }
  });

  it('counts a message once, however often it is delivered or decided again', async () => {
    const one = desk();
    for (let time = 0; time < 5; time += 1) await say(one, 'referral', { id: 'one' });
    expect((await say(one, 'referral', { id: 'two' })).status).toBe('answered');
  });
});

describe('doubt', () => {
  it('asks to say it in other words before it calls a person, where the policy allows', async () => {
    const one = withEscalation({ unknownAfter: 3 });
    const outcomes = [await say(one, 'gibberish'), await say(one, 'blah'), await say(one, 'what ever')];
    expect(outcomes.map(({ status }) => status)).toEqual(['answered', 'answered', 'escalated']);
    expect(outcomes[0]?.replies.at(-1)?.text).toBe('I did not quite understand. Could you say it in other words?');
    expect((await one.engine.explain(outcomes[0]?.messageId ?? ''))?.rule).toBe('clarify');
  });

  it('counts misunderstandings in a row', async () => {
    const one = withEscalation({ unknownAfter: 2 });
    await say(one, 'gibberish');
    await say(one, 'referral');
    expect((await say(one, 'blah')).status).toBe('answered');
    expect((await say(one, 'what ever')).status).toBe('escalated');
  });

  it('calls a person when two scenarios are about as likely', async () => {
    const alternatives = [{ scenario: 'BROKEN', confidence: 0.48 }];
    const classifier = new ScriptedClassifier([[/./, { scenario: 'REFERRAL', confidence: 0.5, alternatives }]]);
    const outcome = await say(desk({ classifier }), 'either');
    expect(outcome.ticket).toMatchObject({ rule: 'small-gap', reason: '0.020 ahead of BROKEN, needed 0.05' });
  });
});

describe('wording', () => {
  it.each([
    'Вы мошенники, верните деньги',
    'Я подам на вас жалобу в Роспотребнадзор',
    'подаю в суд',
    'Отвратительный сервис',
    'хватит, вы издеваетесь',
    'This is a scam',
    'I will sue you',
    'you will hear from my lawyer',
    'terrible customer service',
    'This is unacceptable',
  ])('"%s" calls a person with priority high', async (text) => {
    expect(isStronglyNegative(text)).toBe(true);
    const classifier = new ScriptedClassifier([[/./, 'REFERRAL']]);
    const outcome = await say(desk({ classifier }), text);
    expect(outcome).toMatchObject({ status: 'escalated', ticket: { rule: 'negative-wording', priority: 'high' } });
  });

  it.each([
    'Опять ничего не работает',
    'очень медленный интернет',
    'как судить о скорости',
    'there is a problem again',
    'can I pursue a refund',
    'спасибо, ужасно рад',
  ])('"%s" does not', (text) => expect(isStronglyNegative(text)).toBe(false));
});

describe('own rules', () => {
  const rules = [
    {
      id: 'vip',
      when: ({ client }: { client: { id: string } }) => (client.id === 'vip' ? 'a client we know by name' : null),
      priority: 'urgent',
    },
  ] as const;

  it('call a person for their own reason, and are explained like the others', async () => {
    const one = withEscalation({ rules });
    const outcome = await say(one, 'referral', { clientId: 'vip' });
    expect(outcome.ticket).toMatchObject({ rule: 'vip', reason: 'a client we know by name', priority: 'urgent' });
    const other = await say(one, 'referral');
    const trace = (await one.engine.explain(other.messageId))?.rules.find(({ rule }) => rule === 'vip');
    expect(trace).toEqual({ rule: 'vip', fired: false, reason: 'the own rule sees no reason' });
  });

  it('that break, or answer with anything but a reason, call nobody, and the record says so', async () => {
    const answers: readonly unknown[] = [undefined, '', true, Promise.resolve('later')];
    for (const answer of answers) {
      const one = withEscalation({ rules: [{ id: 'odd', when: () => answer as null }] });
      expect((await say(one, 'referral')).status).toBe('answered');
    }
    const when = (): null => {
      throw new TypeError('secret');
    };
    const one = withEscalation({ rules: [{ id: 'broken', when }] });
    const outcome = await say(one, 'referral');
    expect(outcome.status).toBe('answered');
    const trace = (await one.engine.explain(outcome.messageId))?.rules.find(({ rule }) => rule === 'broken');
    expect(trace).toEqual({ rule: 'broken', fired: false, reason: 'the own rule failed: TypeError' });
  });

  it('cannot take the place of a built-in one', () => {
    const replaced = [{ id: 'asks-for-human', when: () => null }];
    const create = () => createEngine({ scenarios: SCENARIOS, policy: { escalation: { rules: replaced } } });
    expect(create).toThrow(expect.objectContaining({ path: 'policy.escalation.rules[0].id' }) as Error);
    try {
      create();
    } catch (error) {
      expect(isFirstlineError(error) && error.code).toBe('invalid_options');
    }
  });
});

describe('what was asked for', () => {
  /** Lets time pass as a worker would live it. */
  const pass = async ({ clock, engine }: Desk, hours: number): Promise<void> => {
    for (let quarter = 0; quarter < hours * 4; quarter += 1) {
      await clock.advance('15m');
      await engine.tick();
    }
  };

  it('is asked for first on first contact, also when that escalates at once', async () => {
    const classifier = new ScriptedClassifier([[/./, 'BROKEN']]);
    const one = desk({ classifier });
    const first = await say(one, 'nothing works, this is unacceptable');
    expect(first.replies.map(({ type }) => type)).toEqual(['greeting', 'bot_auto', 'escalation_notice']);
    const [greeting, instruction, notice] = first.replies;
    expect(instruction?.sendAt).toBe((greeting?.sendAt ?? 0) + 3_000);
    expect(notice?.sendAt).toBe(instruction?.sendAt);
  });

  it('is not asked of a machine that has been talked to long enough', async () => {
    const one = withEscalation({ loopGuard: { limit: 2, window: '5m' } });
    for (const text of ['thanks', 'thanks']) await say(one, text);
    const outcome = await say(one, 'nothing works');
    expect(outcome).toMatchObject({ status: 'escalated', replies: [], ticket: { rule: 'loop-guard' } });
  });

  it('arrives: the attachment is on the ticket', async () => {
    const one = desk();
    await say(one, 'nothing works');
    const attachments = [{ kind: 'image', url: 'https://files.example/s.png' }] as const;
    const outcome = await say(one, 'here it is', { attachments });
    expect(outcome.ticket).toMatchObject({ rule: 'awaited-attachment', messageId: outcome.messageId, attachments });
  });

  it('never comes: three reminders, then a person, told once', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'nothing works');
    await pass(one, 80);
    const types = one.transport.sent.map((sent) => sent.message.type);
    expect(types).toEqual(['greeting', 'bot_auto', 'reminder', 'reminder', 'reminder', 'escalation_notice']);
    const [ticket] = (await one.engine.tickets.list()).items;
    expect(ticket).toMatchObject({ rule: 'awaited-never-came', conversationId, messageId: null });
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({
      status: 'waiting_on_person',
      awaiting: null,
    });
    const notice = one.transport.sent.at(-1)?.message.id ?? '';
    expect(await one.engine.explain(notice)).toMatchObject({ outcome: 'escalated', ticketId: ticket?.id });
  });

  it('is not waited for any more once a person is there', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'nothing works');
    await one.engine.operators.takeOver(conversationId);
    await one.engine.operators.release(conversationId);
    await pass(one, 80);
    expect((await one.engine.tickets.list()).items).toEqual([]);
  });

  it('goes to a person after the pause alone where there are no reminders', async () => {
    const one = desk({ policy: { reminders: [], handOverAfter: '2h' } });
    await say(one, 'nothing works');
    await pass(one, 1);
    expect((await one.engine.tickets.list()).items).toEqual([]);
    await pass(one, 2);
    expect((await one.engine.tickets.list()).items).toMatchObject([{ rule: 'awaited-never-came' }]);
  });
});

describe('gist', () => {
  it('knows the same request in slightly other words, and keeps short texts apart', () => {
    const same = (one: string, other: string): boolean => sameGist(gistOf(one), gistOf(other));
    expect(same('Где мой платёж за март?', 'где мой платеж за март')).toBe(true);
    expect(same('my invoice is wrong again', 'My invoice is wrong!')).toBe(true);
    expect(same('help', 'help')).toBe(false);
    expect(same('my invoice is wrong', 'my internet is slow')).toBe(false);
    expect(same('', '')).toBe(false);
  });
});
