import { describe, expect, it } from 'vitest';
import { FakeTransport } from '../src/testing/index';
import { CHANNEL, type Desk, desk } from './support/fixture';

const chatDesk = (policy = {}): Desk =>
  desk({
    transports: { fake: new FakeTransport({ chat: true }) },
    policy: { receiving: { clientRateLimit: false, duplicateWindow: 0 }, ...policy },
  });
const write = ({ engine }: Desk, text: string, more = {}) =>
  engine.receive({ clientId: 'c', text, channel: CHANNEL, ...more }, { wait: false });
const sent = ({ transport }: Desk): string[] => transport.sent.map(({ message }) => message.text);

/** One client who writes the texts two seconds apart. */
async function chat(one: Desk, ...texts: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const text of texts) {
    ids.push((await write(one, text)).messageId);
    await one.clock.advance('2s');
    await one.engine.tick();
  }
  return ids;
}

describe('turns', () => {
  it('short messages of one thought are decided together, once', async () => {
    const one = chatDesk();
    const ids = await chat(one, 'hello', 'it is about', 'the referral program');
    expect(sent(one)).toEqual([]);
    await one.clock.advance('1s');
    await one.engine.tick();
    expect(sent(one)).toHaveLength(2);
    expect(one.classifier.calls.map(({ text }) => text)).toEqual(['hello\nit is about\nthe referral program']);
    const records = await Promise.all(ids.map((id) => one.engine.explain(id)));
    expect(new Set(records.map((record) => record?.id)).size).toBe(1);
    expect(records[0]).toMatchObject({ messageIds: ids, messageId: ids[2], outcome: 'answered' });
    expect(records[0]?.inputs.isFirstMessage).toBe(true);
  });

  it('a client who never stops writing is answered all the same', async () => {
    const one = chatDesk();
    await chat(one, 'one', 'two', 'three', 'four', 'five', 'six', 'the referral program');
    expect(sent(one).length).toBeGreaterThan(0);
  });

  it('two thoughts far apart are two decisions', async () => {
    const one = chatDesk();
    const [first] = await chat(one, 'referral');
    await one.clock.advance('10s');
    await one.engine.tick();
    const [second] = await chat(one, 'and what about the referral bonus');
    await one.clock.advance('10s');
    await one.engine.tick();
    const records = [await one.engine.explain(first ?? ''), await one.engine.explain(second ?? '')];
    expect(records.map((record) => record?.messageIds)).toEqual([[first], [second]]);
  });

  it('a newer message replaces a reply that was not sent yet', async () => {
    const one = chatDesk({ turns: { quiet: '1s', maxWait: '30s' } });
    const [first] = await chat(one, 'nothing works');
    expect(sent(one)).toHaveLength(1); // the greeting; the reply waits for its 3 s
    const [second] = await chat(one, 'sorry, I mean the referral program');
    await one.clock.advance('10s');
    await one.engine.tick();
    expect(one.classifier.calls.at(-1)?.text).toBe('nothing works\nsorry, I mean the referral program');
    const replies = one.transport.sent.filter(({ message }) => message.type === 'bot_auto');
    expect(replies).toHaveLength(1);
    const record = await one.engine.explain(second ?? '');
    const before = await one.engine.explain(first ?? '');
    expect(record?.inputs.supersedes).toEqual([before?.replies.at(-1)?.messageId]);
    expect(record?.inputs.timesAsked).toBe(1);
    const { items } = await one.engine.deliveries.list({ status: 'cancelled' });
    expect(items).toMatchObject([{ reason: 'superseded', messageId: before?.replies.at(-1)?.messageId }]);
  });

  it('a chain of replaced replies forgets no question', async () => {
    const one = chatDesk({ turns: { quiet: '1s', maxWait: '30s' } });
    await chat(one, 'nothing works', 'good morning', 'good morning');
    await one.clock.advance('10s');
    await one.engine.tick();
    expect(one.classifier.calls.at(-1)?.text).toBe('nothing works\ngood morning\ngood morning');
  });

  it('asking for a person in one of its lines is enough', async () => {
    const one = chatDesk();
    const [first] = await chat(one, 'operator', 'how does the referral program work');
    await one.clock.advance('10s');
    await one.engine.tick();
    expect(await one.engine.explain(first ?? '')).toMatchObject({ outcome: 'escalated', rule: 'asks-for-human' });
  });

  it('a reply that is on its way is never replaced', async () => {
    const one = chatDesk({ turns: { quiet: '1s', maxWait: '30s' } });
    await chat(one, 'referral');
    await chat(one, 'nothing works');
    await one.clock.advance('10s');
    await one.engine.tick();
    expect(one.transport.sent.filter(({ message }) => message.type === 'bot_auto')).toHaveLength(2);
    expect((await one.engine.stats()).deliveries.cancelled).toBe(0);
  });

  it('a notice that promises a person is never replaced', async () => {
    const one = chatDesk({ turns: { quiet: '1s', maxWait: '30s' } });
    one.transport.failNext({ class: 'retry', code: 'http_503' });
    await chat(one, 'stolen');
    await chat(one, 'referral');
    await one.clock.advance('1h');
    await one.engine.tick();
    expect(one.transport.received.map(({ message }) => message.type)).toContain('escalation_notice');
  });

  it('whoever waits for the answer is answered at once', async () => {
    const one = chatDesk();
    const outcome = await one.engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    expect(outcome.status).toBe('answered');
  });

  it('an automated message breaks the turn and is held', async () => {
    const one = chatDesk();
    const first = await write(one, 'referral');
    const second = await write(one, 'out of office', { automated: true });
    await one.clock.advance('10s');
    await one.engine.tick();
    expect((await one.engine.explain(first.messageId))?.messageIds).toEqual([first.messageId]);
    expect((await one.engine.explain(second.messageId))?.rule).toBe('automated');
  });

  it('are off where the policy says so, and on other transports', async () => {
    const off = chatDesk({ turns: false });
    await write(off, 'referral');
    await off.engine.tick();
    expect(sent(off)).toHaveLength(2);
    const plain = desk();
    await write(plain, 'referral');
    await plain.engine.tick();
    expect(sent(plain)).toHaveLength(2);
  });

  it('a person who closes the conversation does not wait for the client to finish', async () => {
    const one = chatDesk();
    const { conversationId } = await write(one, 'referral');
    await one.engine.operators.resolve(conversationId, { operatorId: 'olga' });
    expect((await one.engine.conversations.get(conversationId))?.status).toBe('closed');
  });
});
