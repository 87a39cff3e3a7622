import { describe, expect, it } from 'vitest';
import { CHANNEL, desk, type Desk } from './support/fixture';

const say = ({ engine }: Desk, text: string, clientId = 'c') =>
  engine.receive({ clientId, text, channel: { transport: 'fake', address: { to: clientId } } });

describe('delivery', () => {
  it('sends in order, waits for the human-like delay, and marks what arrived', async () => {
    const one = desk();
    await say(one, 'nothing works');
    await one.engine.tick();
    expect(one.transport.sent.map((sent) => sent.message.type)).toEqual(['greeting']);
    await one.clock.advance('3s');
    await one.engine.tick();
    expect(one.transport.sent.map((sent) => sent.message.type)).toEqual(['greeting', 'bot_auto']);
    expect((await one.engine.stats()).deliveries).toMatchObject({ sent: 2, pending: 0 });
    expect((await one.engine.stats()).deliverySuccess).toBe(1);
  });

  it('retries under the same id with growing pauses, in order, and ends as a dead letter that can be replayed', async () => {
    const one = desk({ policy: { delivery: { retries: ['5s', '5m'], jitter: 0 }, reminders: [] } });
    one.transport.failNext({ class: 'retry', code: 'http_500', status: 500 }, 3);
    const start = one.clock.now();
    await say(one, 'referral');
    for (let second = 0; second < 400; second += 1) {
      await one.engine.tick();
      await one.clock.advance('1s');
    }
    const [greeting, reply] = [one.transport.sent.slice(0, 3), one.transport.sent.slice(3)];
    expect(greeting.map((sent) => (sent.context.now - start) / 1_000)).toEqual([0, 5, 305]);
    expect(new Set(greeting.map((sent) => sent.delivery.id)).size).toBe(1);
    expect(reply.map((sent) => sent.message.type)).toEqual(['bot_auto']);
    const dead = (await one.engine.deliveries.list({ status: 'dead' })).items;
    expect(dead).toMatchObject([{ type: 'greeting', reason: 'http_500', attempts: 3 }]);
    const id = dead[0]?.id ?? '';
    await one.engine.deliveries.replay(id);
    await one.engine.tick();
    const replayed = await one.engine.deliveries.get(id);
    expect(replayed?.delivery).toMatchObject({ status: 'sent', attempts: 4 });
    expect(replayed?.attempts.map(({ number, outcome, code }) => [number, outcome, code])).toEqual([
      [1, 'retry', 'http_500'],
      [2, 'retry', 'http_500'],
      [3, 'retry', 'http_500'],
      [4, 'ok', null],
    ]);
    await expect(one.engine.deliveries.replay(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(one.engine.deliveries.replay('nothing')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('honours Retry-After, does not burn attempts on 429, and parks what will never be accepted', async () => {
    const one = desk({ policy: { delivery: { retries: ['5s'], jitter: 0 }, reminders: [], greeting: false } });
    one.transport.failNext({ class: 'cool', code: 'http_429', retryAfterMs: 30_000 }, 2);
    await say(one, 'referral');
    await one.engine.tick();
    const [pending] = (await one.engine.deliveries.list()).items;
    expect(pending).toMatchObject({ status: 'pending', attempts: 1, attemptsThisRun: 0 });
    expect(pending?.nextAttemptAt).toBe(one.clock.now() + 30_000);
    await one.clock.advance('30s');
    await one.engine.tick();
    one.transport.failNext({ class: 'park', code: 'http_400' }, 1);
    await one.clock.advance('30s');
    await one.engine.tick();
    expect((await one.engine.deliveries.list()).items).toMatchObject([
      { status: 'dead', reason: 'http_400', attempts: 3 },
    ]);
  });

  it('treats a transport that throws or hangs as a failed attempt', async () => {
    const one = desk({ policy: { delivery: { jitter: 0 }, reminders: [], greeting: false } });
    one.transport.failNext(new Error('boom'), 1);
    await say(one, 'referral');
    await one.engine.tick();
    expect((await one.engine.deliveries.list()).items).toMatchObject([
      { status: 'pending', reason: 'transport_error' },
    ]);
  });

  it('does not send a reply that was decided before a takeover', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'nothing works');
    await one.engine.tick();
    await one.engine.operators.takeOver(conversationId, { operatorId: 'olga' });
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(one.transport.sent.map((sent) => sent.message.type)).toEqual(['greeting']);
    expect((await one.engine.deliveries.list({ status: 'cancelled' })).items).toMatchObject([{ reason: 'taken_over' }]);
  });

  it('holds what the client writes while a person owns the conversation, and sends what the person says', async () => {
    const one = desk();
    const { conversationId } = await say(one, 'stolen');
    await one.engine.operators.reply(conversationId, { operatorId: 'olga', text: ' Hello, Olga here. ' });
    const held = await say(one, 'referral');
    expect(held).toMatchObject({ status: 'held', replies: [] });
    await one.engine.tick();
    expect(one.transport.sent.at(-1)?.message).toMatchObject({
      type: 'operator',
      text: 'Hello, Olga here.',
      operatorId: 'olga',
    });
    await expect(one.engine.operators.takeOver(conversationId, { operatorId: 'ivan' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await one.engine.operators.release(conversationId, { operatorId: 'olga' });
    expect((await say(one, 'referral')).status).toBe('answered');
    expect((await one.engine.tickets.list()).items).toMatchObject([{ status: 'resolved', assignee: 'olga' }]);
    const closed = await one.engine.operators.resolve(conversationId);
    expect(closed).toMatchObject({ status: 'closed', closedAt: one.clock.now() });
    const next = await say(one, 'referral');
    expect(next.conversationId).not.toBe(conversationId);
    await expect(one.engine.operators.reply(conversationId, { text: 'x' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(one.engine.operators.takeOver('nothing')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('delivers by itself once started, at the time it is due', async () => {
    const one = desk({ policy: { reminders: ['15m'] } });
    await one.engine.start();
    await say(one, 'nothing works');
    await one.clock.advance('10s');
    expect(one.transport.sent.map((sent) => sent.message.type)).toEqual(['greeting', 'bot_auto']);
    await one.clock.advance('16m');
    expect(one.transport.sent.map((sent) => sent.message.type)).toEqual(['greeting', 'bot_auto', 'reminder']);
    expect(await one.engine.health()).toMatchObject({ status: 'healthy', worker: { running: true } });
    await one.engine.stop();
    await expect(say(one, 'referral')).rejects.toMatchObject({ code: 'stopped' });
  });

  it('is not held up by another conversation whose receiver hangs', async () => {
    const one = desk({ policy: { greeting: false, reminders: [] } });
    one.transport.respondWith((outbound) =>
      outbound.channel.address['to'] === 'slow' ? { class: 'retry', code: 'timeout' } : { class: 'ok' },
    );
    await say(one, 'referral', 'slow');
    await say(one, 'referral', 'fast');
    await one.engine.tick();
    expect((await one.engine.deliveries.list({ status: 'sent' })).items).toHaveLength(1);
    expect(CHANNEL.transport).toBe('fake');
  });
});
