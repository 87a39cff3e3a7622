import { describe, expect, it } from 'vitest';
import { ScriptedClassifier } from '../src/testing/index';
import { asksForHuman } from '../src/policies/wording/asks-for-human';
import { CHANNEL, desk } from './support/fixture';

const say = (engine: ReturnType<typeof desk>['engine'], text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more });
const types = (outcome: { replies: readonly { type: string }[] }): string[] =>
  outcome.replies.map((reply) => reply.type);

describe('decisions', () => {
  it.each([
    ['I want a person: alive', 'asks-for-human'],
    ['gibberish', 'unknown'],
    ['maybe', 'low-confidence'],
    ['stolen', 'scenario-always'],
    ['silent', 'missing-template'],
  ])('escalates "%s" by rule %s, with a ticket and one notice', async (text, rule) => {
    const { engine } = desk();
    const outcome = await say(engine, text);
    expect(outcome).toMatchObject({ status: 'escalated', ticket: { rule, status: 'open', repeats: 0 } });
    expect(types(outcome)).toEqual(['greeting', 'escalation_notice']);
    expect((await engine.conversations.get(outcome.conversationId))?.status).toBe('waiting_on_person');
  });

  it('replies first where the scenario goes to a person after its reply', async () => {
    const { engine } = desk();
    const outcome = await say(engine, 'cancel');
    expect(outcome.status).toBe('escalated');
    expect(types(outcome)).toEqual(['greeting', 'bot_auto', 'escalation_notice']);
  });

  it('asks for the screenshot first, and escalates when it arrives', async () => {
    const { engine, clock } = desk();
    const first = await say(engine, 'nothing works');
    expect(first).toMatchObject({ status: 'answered', ticket: null });
    expect(first.replies.at(-1)).toMatchObject({ type: 'bot_auto', sendAt: clock.now() + 3_000 });
    const second = await say(engine, '', { attachments: [{ kind: 'image', url: 'https://files.example/s.png' }] });
    expect(second).toMatchObject({ status: 'escalated', ticket: { rule: 'awaited-attachment' } });
    expect(types(second)).toEqual(['escalation_notice']);
  });

  it('does not ask for a screenshot that came along, and calls a person at once', async () => {
    const { engine } = desk();
    const outcome = await say(engine, 'nothing works', {
      attachments: [{ kind: 'image', url: 'https://files.example/s.png' }],
    });
    expect(outcome).toMatchObject({ status: 'escalated', ticket: { rule: 'awaited-attachment' } });
    expect(types(outcome)).toEqual(['greeting', 'escalation_notice']);
  });

  it('goes on waiting for what it asked for through small talk, and hands over in the end', async () => {
    const { engine, clock } = desk();
    const { conversationId } = await say(engine, 'nothing works');
    await clock.advance('5m');
    await say(engine, 'good morning');
    await clock.advance('3d');
    await engine.tick();
    await clock.advance('3d');
    await engine.tick();
    expect((await engine.tickets.list()).items).toMatchObject([{ conversationId, rule: 'awaited-never-came' }]);
  });

  it('counts what would escalate again on the open ticket, and says nothing twice', async () => {
    const { engine } = desk();
    const first = await say(engine, 'gibberish');
    const second = await say(engine, 'more gibberish');
    const third = await say(engine, 'operator!');
    expect([second.status, third.status]).toEqual(['held', 'held']);
    expect([second.replies, third.replies]).toEqual([[], []]);
    expect((await engine.tickets.list()).items).toMatchObject([{ id: first.ticket?.id, repeats: 2 }]);
    expect(third.ticket).toMatchObject({ id: first.ticket?.id, repeats: 2 });
  });

  it('still answers a question it knows while the client waits for a person', async () => {
    const { engine } = desk();
    await say(engine, 'gibberish');
    const outcome = await say(engine, 'referral');
    expect(outcome).toMatchObject({ status: 'answered', ticket: null });
    expect((await engine.conversations.get(outcome.conversationId))?.status).toBe('waiting_on_person');
  });

  it('explains a decision: inputs, runner-up, thresholds, versions, and why the other rules did not fire', async () => {
    const { engine } = desk();
    const outcome = await say(engine, 'referral');
    const record = await engine.explain(outcome.messageId);
    expect(record).toMatchObject({
      trigger: 'message',
      outcome: 'answered',
      rule: 'reply',
      inputs: { isFirstMessage: true, owner: 'bot', greetedAt: null, thresholds: { minConfidence: 0.4 } },
      replies: [
        { type: 'greeting', template: { key: 'greeting', locale: 'en' } },
        { template: { key: 'scenario.REFERRAL' } },
      ],
    });
    expect(record?.rules.map((rule) => rule.rule)).toEqual([
      'human-owns',
      'asks-for-human',
      'awaited-attachment',
      'loop-guard',
      'repeated-request',
      'negative-wording',
      'unknown',
      'low-confidence',
      'small-gap',
      'scenario-always',
      'missing-template',
      'scenario-after-reply',
    ]);
    expect(record?.rules.every((rule) => !rule.fired && rule.reason !== '')).toBe(true);
    expect(record?.versions.policy).toMatch(/^[0-9a-f]{12}$/);
    expect(await engine.explain(outcome.replies[0]?.messageId ?? '')).toEqual(record);
    expect(await engine.explain('nothing')).toBeNull();
  });

  it('does not escalate because the classifier is down: the local one answers', async () => {
    const { engine } = desk({
      classifier: new ScriptedClassifier().failAll(new Error('provider down')),
    });
    const outcome = await say(engine, 'как работает реферальная программа');
    expect(outcome).toMatchObject({ status: 'answered', classification: { scenario: 'REFERRAL', source: 'fallback' } });
  });

  it.each([
    'позовите оператора',
    'Соедините меня с живым человеком',
    'хочу поговорить с человеком',
    'оператор',
    'I want to talk to a human',
    'connect me to an agent',
    'Get me a real person!',
    'agent',
  ])('hears that "%s" asks for a person', (text) => expect(asksForHuman(text)).toBe(true));

  it.each([
    'мой оператор связи лучше',
    'человек в кадре',
    'a person called me yesterday',
    'the agent of change',
    'user agent string',
  ])('does not hear it in "%s"', (text) => expect(asksForHuman(text)).toBe(false));
});
