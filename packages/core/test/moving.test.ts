import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../src/index';
import { outboxDesk } from './support/outbox-desk';

const MOVED: SendOutcome = { class: 'retry', code: 'migrated', status: 400, movedTo: { to: 'b' } };

describe('a place that has moved', () => {
  it('is sent to at once, and remembered, without using up an attempt', async () => {
    const one = outboxDesk();
    one.transport.failNext(MOVED);
    const { conversationId } = await one.say('c');
    await one.engine.tick();
    expect(one.to).toEqual(['a', 'b']);
    expect(await one.deliveries()).toMatchObject([{ status: 'sent', attempts: 2, attemptsThisRun: 1 }]);
    expect(await one.engine.conversations.get(conversationId)).toMatchObject({ channel: { address: { to: 'b' } } });
    expect((await one.say('c', 'b')).conversationId).toBe(conversationId);
    await one.engine.tick();
    expect(one.to).toEqual(['a', 'b', 'b']);
    expect((await one.engine.deliveries.endpoints.list()).items).toEqual([]);
  });

  it('keeps what is behind it in order', async () => {
    const one = outboxDesk();
    one.transport.respondWith(({ channel }) => (channel.address['to'] === 'a' ? MOVED : { class: 'ok' }));
    await one.say('c');
    await one.say('c');
    await one.say('c');
    await one.engine.tick();
    expect(one.to).toEqual(['a', 'b', 'b', 'b']);
    expect(one.transport.received.map(({ delivery }) => delivery.seq)).toEqual([2, 4, 6]);
  });

  it('back and forth comes to an end', async () => {
    const one = outboxDesk({ retries: ['1m', '1m'] });
    one.transport.respondWith(({ channel }): SendOutcome => {
      // Or this test would have no end if there were none.
      if (one.transport.sent.length > 50) return { class: 'ok' };
      return { class: 'retry', code: 'migrated', movedTo: { to: channel.address['to'] === 'a' ? 'b' : 'a' } };
    });
    await one.say('c');
    for (let minute = 0; minute < 10; minute += 1) {
      await one.engine.tick();
      await one.clock.advance('1m');
    }
    expect(await one.deliveries()).toMatchObject([{ status: 'dead', attempts: 4 }]);
  });

  it('to where it is, or to nowhere, has not', async () => {
    for (const movedTo of [{ to: 'a' }, { to: 7 }]) {
      const one = outboxDesk({ retries: ['1m'] });
      one.transport.failNext({ ...MOVED, movedTo });
      await one.say('c');
      await one.engine.tick();
      expect(one.to[0]).toBe('a');
      expect((await one.deliveries())[0]?.reason).toBe(movedTo.to === 'a' ? 'migrated' : null);
    }
  });
});
