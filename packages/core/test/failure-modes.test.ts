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

  it('3: a scenario’s own answer does not follow the promise of a person', async () => {
    const one = desk();
    await say(one, 'I want to talk to a human about the referral program');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting', 'escalation_notice']);
  });

  it('4: a resolution does not take back the answer that was decided before it', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'nothing works');
    await one.engine.operators.resolve(conversationId);
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting', 'bot_auto']);
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

  it('5: what was asked before a person helped is not counted as asked again', async () => {
    const one = desk();
    await say(one, 'referral');
    const { conversationId } = await say(one, 'referral');
    await one.engine.operators.reply(conversationId, { text: 'Like this' });
    await one.engine.operators.release(conversationId);
    expect(await say(one, 'referral')).toMatchObject({ status: 'answered', ticket: null });
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
    for (const time of ['1m', '2d'] as const) {
      await resolved.clock.advance(time);
      await resolved.engine.tick();
    }
    expect(resolved.transport.received.filter(({ message }) => message.type === 'reminder')).toEqual([]);

    const answered = desk();
    await say(answered, 'referral');
    await answered.engine.tick();
    await answered.clock.advance('15m');
    answered.transport.failNext({ class: 'retry', code: 'http_503' });
    await answered.engine.tick();
    expect(sent(answered).at(-1)).toBe('reminder');
    await answered.clock.advance('1s');
    await say(answered, 'good morning');
    await answered.clock.advance('1m');
    await answered.engine.tick();
    expect(answered.transport.received.filter(({ message }) => message.type === 'reminder')).toEqual([]);
  });

  it('7: no reminder follows a takeover, also not after the person has handed back', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    await one.engine.tick();
    await one.clock.advance('15m');
    one.transport.failNext({ class: 'retry', code: 'http_503' });
    await one.engine.tick();
    expect(sent(one).at(-1)).toBe('reminder');
    await one.engine.operators.takeOver(conversationId);
    await one.clock.advance('1m');
    await one.engine.tick();
    await one.engine.operators.release(conversationId);
    for (const time of ['20m', '2d'] as const) {
      await one.clock.advance(time);
      await one.engine.tick();
    }
    expect(one.transport.received.filter(({ message }) => message.type === 'reminder')).toEqual([]);
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

  it('9: a receiver that was away for a week is not told what nobody wants to know any more', async () => {
    const one = desk();
    one.transport.respondWith(() => ({ class: 'retry', code: 'http_503' }));
    for (let client = 0; client < 20; client += 1) await say(one, 'referral', { clientId: `c${client}` });
    await one.engine.tick();
    await one.clock.advance('7d');
    one.transport.respondWith(() => ({ class: 'ok' }));
    const before = one.transport.sent.length;
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(before);
    expect((await one.engine.stats()).deliveries).toMatchObject({ pending: 0, expired: 40 });
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

  it('11: a receiver that takes too long is told again, and nothing else changes', async () => {
    const one = desk();
    let slow = true;
    one.transport.respondWith(async () => {
      if (slow) await one.clock.sleep(60_000);
      return { class: 'ok' };
    });
    const { conversationId } = await say(one, 'referral');
    const working = one.engine.tick();
    await one.clock.advance('2m');
    await working;
    slow = false;
    await one.clock.advance('1h');
    await one.engine.tick();
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ owner: 'bot', status: 'open' });
    expect((await one.engine.stats()).deliveries).toMatchObject({ dead: 0, pending: 0 });
    expect(one.transport.received.map(({ message }) => message.type).slice(0, 2)).toEqual(['greeting', 'bot_auto']);
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
    await say(one, 'gibberish');
    await one.engine.tick();
    expect((await one.engine.tickets.list()).items).toMatchObject([{ repeats: 1 }]);
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
      await say(one, turn % 2 === 0 ? 'good morning' : 'доброе утро', { id: `turn ${turn}` });
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
    expect((await one.engine.conversations.get(thanks.conversationId))?.status).toBe('closed');
    await one.clock.advance('2d');
    await one.engine.tick();
    expect(sent(one)).toEqual(['greeting', 'bot_auto', 'bot_auto']);
  });

  it('17: thanks after a person has closed the conversation reopen nothing, and are not said back and forth', async () => {
    const one = desk();
    const { conversationId, ticket } = await say(one, 'gibberish');
    await one.engine.tick();
    await one.engine.operators.reply(conversationId, { text: 'Solved, good-bye' });
    await one.engine.operators.resolve(conversationId);
    for (const text of ['спасибо', 'спасибо!', 'thank you', 'thanks again']) await say(one, text);
    await one.clock.advance('2d');
    await one.engine.tick();
    expect(sent(one).slice(2)).toEqual(['operator', 'bot_auto']);
    expect((await one.engine.conversations.get(conversationId))?.status).toBe('closed');
    expect((await one.engine.tickets.list()).items).toMatchObject([{ id: ticket?.id, status: 'resolved' }]);
    expect((await one.engine.stats()).conversations).toMatchObject({ open: 0, waiting_on_person: 0 });
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

  it('asking for a person leads to one under any policy, whatever the classifier thinks', async () => {
    const escalation = {
      minConfidence: 0,
      minGap: 0,
      unknownAfter: 100,
      repeats: false,
      negativeWording: false,
      loopGuard: { limit: 2, window: '1h' },
    } as const;
    const receiving = { clientRateLimit: false, duplicateWindow: 0 } as const;
    const classifier = new ScriptedClassifier([[/./, { scenario: 'GREETING', confidence: 1 }]]);
    const quiet = desk({ classifier, policy: { receiving, escalation } });
    expect((await say(quiet, 'operator')).ticket?.rule).toBe('asks-for-human');
    const busy = desk({ classifier, policy: { receiving, escalation } });
    for (let message = 0; message < 2; message += 1) await say(busy, 'good morning');
    const asked = await say(busy, 'call an operator');
    expect(asked.ticket?.rule).toBe('asks-for-human');
    expect(asked.replies.map(({ type }) => type)).toEqual(['escalation_notice']);
  });
});
