// What went wrong in the support systems before this one, each as a test. The numbers are those of the list the project
// was planned with; those that concern storage and delivery are in their contract suites.
import { describe, expect, it } from 'vitest';
import type { Classification, Classifier } from '../src/index';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, type Desk, desk } from './support/fixture';

const say = ({ engine }: Desk, text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more });
const sent = ({ transport }: Desk): string[] => transport.sent.map(({ message }) => message.type);

/** A classifier that answers when the test says so, as a language model that takes its time. */
function slowClassifier(scenario: string): { classifier: Classifier; asked: Promise<void>; answer: () => void } {
  let answer = (): void => undefined;
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const answered = new Promise<Classification>((resolve) => {
    answer = () => resolve({ scenario, confidence: 0.9, reasoning: 'slow', source: 'llm', alternatives: [] });
  });
  const classify = (): Promise<Classification> => {
    isAsked();
    return answered;
  };
  return { classifier: { classify }, asked, answer: () => answer() };
}

describe('failure modes', () => {
  it('2: a person who answers while the model is still thinking has the word', async () => {
    const { classifier, asked, answer } = slowClassifier('REFERRAL');
    const one = desk({ classifier });
    const outcome = say(one, 'how does it work');
    await asked;
    const [conversation] = (await one.engine.conversations.list()).items;
    await one.engine.operators.reply(conversation?.id ?? '', { text: 'I am on it' });
    answer();
    expect(await outcome).toMatchObject({ status: 'held', replies: [] });
    await one.engine.tick();
    expect(sent(one)).toEqual(['operator']);
  });

  it('3: a handover says one thing, not its notice and a final reply', async () => {
    const one = desk();
    await say(one, 'stolen');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting', 'escalation_notice']);
  });

  it('4: what the bot does itself is never taken for a person', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'cancel');
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'bot', operatorId: null });
    expect((await one.engine.stats()).deliveries.cancelled).toBe(0);
  });

  it('4: a person who answers past the engine takes the conversation all the same', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'nothing works');
    await one.engine.tick();
    const told = await one.engine.operators.recordReply(conversationId, { operatorId: 'olga', text: 'I call you now' });
    expect(told.type).toBe('operator');
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting']);
    expect((await say(one, 'referral')).status).toBe('held');
    const { items } = await one.engine.conversations.messages(conversationId);
    expect(items.at(-2)).toMatchObject({ type: 'operator', text: 'I call you now', operatorId: 'olga' });
  });

  it('5: after a person hands back, the bot answers, and does not hand over again', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'gibberish');
    await one.engine.operators.reply(conversationId, { text: 'Solved' });
    await one.engine.operators.release(conversationId);
    expect(await say(one, 'referral')).toMatchObject({ status: 'answered', ticket: null });
    expect((await one.engine.tickets.list()).items).toHaveLength(1);
  });

  it('6: only a message of the client is greeted, never an activity', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    await one.engine.operators.takeOver(conversationId);
    await one.engine.operators.release(conversationId);
    await one.clock.advance('15m');
    await one.engine.tick();
    await one.engine.operators.resolve(conversationId);
    await say(one, 'referral again');
    await one.engine.tick();
    expect(sent(one).filter((type) => type === 'greeting')).toHaveLength(0);
    expect((await one.engine.conversations.list()).items).toHaveLength(2);
  });

  it('7: no reminder follows a resolution, and none an answer, also between its firing and its sending', async () => {
    const resolved = desk();
    const { conversationId } = await say(resolved, 'referral');
    await resolved.engine.tick();
    await resolved.clock.advance('15m');
    resolved.transport.failNext({ class: 'retry', code: 'http_503' });
    await resolved.engine.tick();
    await resolved.engine.operators.resolve(conversationId);
    await resolved.clock.advance('2d');
    await resolved.engine.tick();
    expect(resolved.transport.received.filter(({ message }) => message.type === 'reminder')).toEqual([]);
  });

  it('9: a restart after a week does not send a week of reminders', async () => {
    const one = desk();
    for (let client = 0; client < 20; client += 1) await say(one, 'referral', { clientId: `c${client}` });
    await one.engine.tick();
    const before = one.transport.sent.length;
    await one.clock.advance('7d');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(before);
    expect((await one.engine.stats()).reminders.expired).toBe(20);
  });

  it('10: a provider that is down does not send everybody to a person', async () => {
    const classifier = new ScriptedClassifier().failAll(new Error('down'));
    const one = desk({ classifier });
    for (let client = 0; client < 20; client += 1) {
      await say(one, 'how does the referral program work', { clientId: `c${client}` });
    }
    expect(await one.engine.stats()).toMatchObject({ decisions: { answered: 20, escalated: 0 } });
  });

  it('11: a receiver that fails does not silence the bot', async () => {
    const one = desk();
    one.transport.respondWith(() => ({ class: 'retry', code: 'timeout' }));
    const { conversationId } = await say(one, 'referral');
    await one.engine.tick();
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'bot', status: 'open' });
    expect((await say(one, 'thanks')).status).toBe('answered');
  });

  it('12: sweeps do not escalate again what is escalated', async () => {
    const one = desk();
    await say(one, 'gibberish');
    for (let sweep = 0; sweep < 50; sweep += 1) {
      await one.clock.advance('1h');
      await one.engine.tick();
    }
    expect((await one.engine.tickets.list()).items).toMatchObject([{ repeats: 0 }]);
    expect(sent(one)).toEqual(['greeting', 'escalation_notice']);
  });

  it('13: two handovers at once make one ticket, which exists before anything promises it', async () => {
    const one = desk();
    const promised: boolean[] = [];
    one.transport.respondWith(async ({ message }) => {
      if (message.type === 'escalation_notice') promised.push((await one.engine.tickets.list()).items.length === 1);
      return { class: 'ok' };
    });
    await Promise.all(['operator!', 'stolen', 'gibberish'].map((text) => say(one, text)));
    await one.engine.tick();
    expect((await one.engine.tickets.list()).items).toMatchObject([{ repeats: 2 }]);
    expect(promised).toEqual([true]);
  });

  it('14: a category outside the set is no category', async () => {
    const classifier = new ScriptedClassifier([[/./, { scenario: 'ESCALATE_NOW', confidence: 0.99 }]]);
    const outcome = await say(desk({ classifier }), 'whatever');
    expect(outcome.classification).toMatchObject({ scenario: 'UNKNOWN', confidence: 0 });
    expect(outcome.ticket?.rule).toBe('unknown');
  });

  it('16: another bot is talked to for a while, then in silence it is a ticket', async () => {
    const one = desk();
    for (let turn = 0; turn < 60; turn += 1) {
      await say(one, turn % 2 === 0 ? 'thanks' : 'спасибо', { id: `turn ${turn}` });
      await one.engine.tick();
      await one.clock.advance('1s');
    }
    expect(sent(one)).toEqual(['greeting', ...Array<string>(20).fill('bot_auto')]);
    expect((await one.engine.tickets.list()).items).toMatchObject([{ rule: 'loop-guard', repeats: 39 }]);
  });

  it('16: an auto-reply is stored and not answered, and is no answer to a reminder', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    await one.engine.tick();
    await one.clock.advance('5m');
    const reply = await say(one, 'I am out of office until Monday', { automated: true });
    expect(reply).toMatchObject({ status: 'held', replies: [], conversationId });
    expect((await one.engine.explain(reply.messageId))?.rule).toBe('automated');
    await one.clock.advance('10m');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting', 'bot_auto', 'reminder']);
    expect(await say(one, 'out of office', { clientId: 'd', automated: true })).toMatchObject({
      status: 'held',
      replies: [],
    });
  });

  it('17: thanks after an answer is answered once, opens no ticket, and is not followed up', async () => {
    const one = desk();
    await say(one, 'referral');
    const thanks = await say(one, 'thanks');
    expect(thanks).toMatchObject({ status: 'answered', ticket: null });
    await one.clock.advance('2d');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting', 'bot_auto', 'bot_auto']);
  });

  it('19: a variable without a value calls a person instead of leaving a hole', async () => {
    const scenarios = [
      {
        id: 'HI',
        description: 'Hi',
        examples: ['hi there', 'hello you'],
        reply: { en: '{{product}}, what can I get you?' },
      },
    ];
    const one = desk({ scenarios, classifier: new ScriptedClassifier([[/./, 'HI']]), variables: { product: ' ' } });
    const outcome = await say(one, 'hi there');
    expect(outcome).toMatchObject({ status: 'escalated', ticket: { rule: 'missing-template' } });
  });
});
