import { describe, expect, it } from 'vitest';
import { CHANNEL, desk, type Desk } from './support/fixture';

const say = ({ engine }: Desk, text: string) => engine.receive({ clientId: 'c', text, channel: CHANNEL });

/** Lets a stretch of time pass minute by minute, as a worker would live it. */
async function pass({ engine, clock }: Desk, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await clock.advance('1m');
    await engine.tick();
  }
}

function sentAt({ transport }: Desk, start: number): [string, number][] {
  return transport.sent.map((sent) => [sent.message.type, Math.round((sent.context.now - start) / 60_000)]);
}

describe('reminders', () => {
  it('sends exactly three within a day of silence, at 15 minutes, 30 minutes and a day', async () => {
    const one = desk();
    const start = one.clock.now();
    const { conversationId } = await say(one, 'referral');
    await pass(one, 2 * 24 * 60);
    expect(sentAt(one, start)).toEqual([
      ['greeting', 1],
      ['bot_auto', 1],
      ['reminder', 15],
      ['reminder', 30],
      ['reminder', 24 * 60],
    ]);
    const reminders = await one.engine.conversations.reminders(conversationId);
    expect(reminders.map(({ step, status }) => [step, status])).toEqual([
      [0, 'sent'],
      [1, 'sent'],
      [2, 'sent'],
    ]);
    expect(new Set(reminders.map((reminder) => reminder.episode)).size).toBe(1);
  });

  it('is cancelled by the answer at minute 20', async () => {
    const one = desk();
    const start = one.clock.now();
    const { conversationId } = await say(one, 'referral');
    await pass(one, 20);
    await say(one, 'thanks');
    await pass(one, 2 * 24 * 60);
    expect(sentAt(one, start).filter(([type]) => type === 'reminder')).toEqual([['reminder', 15]]);
    const reminders = await one.engine.conversations.reminders(conversationId);
    expect(reminders.map(({ status, reason }) => [status, reason])).toEqual([
      ['sent', null],
      ['cancelled', 'client_answered'],
    ]);
  });

  it.each(['takeOver', 'resolve'] as const)('is cancelled by %s', async (action) => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    await one.engine.operators[action](conversationId);
    await pass(one, 24 * 60);
    expect(one.transport.sent.filter((sent) => sent.message.type === 'reminder')).toEqual([]);
    expect(await one.engine.conversations.reminders(conversationId)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('is not scheduled for an escalation, nor where the scenario says no', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'thanks');
    await say(one, 'stolen');
    expect(await one.engine.conversations.reminders(conversationId)).toEqual([]);
  });

  it('after a downtime drops what is too late and sends at most one at once', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'referral');
    await one.engine.tick();
    await one.clock.advance('45m');
    await one.engine.tick();
    const sent = one.transport.sent.filter((sent) => sent.message.type === 'reminder');
    expect(sent).toHaveLength(1);
    await one.clock.advance('3d');
    await one.engine.tick();
    expect(one.transport.sent.filter((sent) => sent.message.type === 'reminder')).toHaveLength(1);
    const reminders = await one.engine.conversations.reminders(conversationId);
    expect(reminders.map(({ step, status }) => [step, status])).toEqual([
      [0, 'sent'],
      [2, 'expired'],
    ]);
  });

  it('is not sent when the client answers between the firing and the sending', async () => {
    const one = desk();
    await say(one, 'referral');
    await one.engine.tick();
    await one.clock.advance('15m');
    one.transport.failNext({ class: 'retry', code: 'http_503' }, 1);
    await one.engine.tick();
    await say(one, 'good morning');
    await one.clock.advance('10m');
    await one.engine.tick();
    expect(one.transport.received.filter((sent) => sent.message.type === 'reminder')).toEqual([]);
    expect((await one.engine.deliveries.list({ status: 'cancelled' })).items).toMatchObject([
      { reason: 'client_answered' },
    ]);
  });

  it('explains a reminder by its own message', async () => {
    const one = desk();
    await say(one, 'referral');
    await pass(one, 16);
    const reminder = one.transport.sent.find((sent) => sent.message.type === 'reminder');
    expect(await one.engine.explain(reminder?.message.id ?? '')).toMatchObject({
      trigger: 'reminder',
      rule: 'reminder',
    });
  });
});
