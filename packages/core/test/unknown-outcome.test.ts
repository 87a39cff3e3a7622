import { describe, expect, it } from 'vitest';
import { memoryStorage, type SendOutcome, type Storage } from '../src/index';
import { FakeTransport, ManualClock } from '../src/testing/index';
import { type OutboxDesk, outboxDesk } from './support/outbox-desk';

const NEVER = (): Promise<SendOutcome> => new Promise(() => undefined);

/** Processes that share a storage and die in the middle of a send, one after the other. */
class Mortals {
  readonly storage = memoryStorage();
  readonly clock = new ManualClock();
  readonly transport: FakeTransport;

  constructor(options: { readonly forgetful?: boolean } = {}) {
    this.transport = new FakeTransport(options);
  }

  process(): OutboxDesk & { kill(): void } {
    let dead = false;
    const storage = new Proxy(this.storage, {
      get: (target, name: keyof Storage) => {
        const method = target[name] as ((...args: unknown[]) => unknown) | undefined;
        if (method === undefined) return undefined;
        return (...args: unknown[]) => (dead ? NEVER() : method.apply(target, args));
      },
    });
    const one = outboxDesk({ retries: ['5s', '5m', '30m'] }, { storage, clock: this.clock, transport: this.transport });
    return Object.assign(one, { kill: () => void (dead = true) });
  }

  /** One more process takes the due delivery, and dies while it sends. */
  async dieSending(): Promise<void> {
    const process = this.process();
    this.transport.respondWith(NEVER);
    const before = this.transport.sent.length;
    void process.engine.tick();
    await this.clock.advance(1);
    expect(this.transport.sent.length - before, 'an attempt was begun').toBe(1);
    process.kill();
    await this.clock.advance('91s');
    this.transport.respondWith(() => ({ class: 'ok' }));
  }
}

describe('a send that nobody knows the end of', () => {
  it('is repeated under the same id where the receiver remembers it, and not marked', async () => {
    const world = new Mortals();
    await world.process().say('c');
    await world.dieSending();
    const one = world.process();
    await one.engine.tick();
    expect(await one.deliveries()).toMatchObject([{ status: 'sent', attempts: 2, possibleDuplicate: false }]);
    expect(new Set(world.transport.sent.map(({ delivery }) => delivery.id)).size).toBe(1);
  });

  it('is repeated once where it does not, and marked', async () => {
    const world = new Mortals({ forgetful: true });
    await world.process().say('c');
    await world.dieSending();
    const one = world.process();
    await one.engine.tick();
    expect(await one.deliveries()).toMatchObject([{ status: 'sent', attempts: 2, possibleDuplicate: true }]);
    expect(world.transport.sent.map(({ delivery }) => delivery.possibleDuplicate)).toEqual([false, true]);
    const [sent] = await one.deliveries();
    const found = await one.engine.deliveries.get(sent?.id ?? '');
    expect(found?.attempts).toMatchObject([{ finishedAt: null }, { outcome: 'ok' }]);
  });

  it('stays unknown the second time, and can be replayed', async () => {
    const world = new Mortals({ forgetful: true });
    await world.process().say('c');
    await world.dieSending();
    await world.dieSending();
    const one = world.process();
    await one.engine.tick();
    const [delivery] = await one.deliveries();
    expect(delivery).toMatchObject({ status: 'unknown', reason: 'process_died', attempts: 2 });
    await one.engine.deliveries.replay(delivery?.id ?? '');
    await one.engine.tick();
    expect(await one.deliveries()).toMatchObject([{ status: 'sent', possibleDuplicate: true }]);
  });

  it('is not for ever that of a message which takes its process down each time', async () => {
    for (const forgetful of [true, false]) {
      const world = new Mortals({ forgetful });
      await world.process().say('c');
      let deaths = 0;
      for (; deaths < 50; deaths += 1) {
        const look = world.process();
        const [delivery] = await look.deliveries();
        if (delivery?.status !== 'pending') break;
        const before = world.transport.sent.length;
        const process = world.process();
        world.transport.respondWith(NEVER);
        void process.engine.tick();
        await world.clock.advance(1);
        process.kill();
        await world.clock.advance('91s');
        if (world.transport.sent.length === before) continue;
      }
      const [delivery] = await world.process().deliveries();
      expect(delivery).toMatchObject({ status: forgetful ? 'unknown' : 'dead', reason: 'process_died' });
      expect(world.transport.sent).toHaveLength(forgetful ? 2 : 6);
    }
  });

  it('is one that takes too long, where the receiver does not remember', async () => {
    for (const forgetful of [true, false]) {
      const transport = new FakeTransport({ forgetful, timeoutMs: 5_000 });
      const one = outboxDesk({ retries: ['5s', '5m'] }, { transport });
      transport.respondWith(NEVER);
      await one.engine.start();
      await one.say('c');
      await one.clock.advance('6s');
      expect(await one.deliveries()).toMatchObject([
        { status: 'pending', reason: 'timeout', possibleDuplicate: forgetful, nextAttemptAt: one.clock.now() + 60_000 },
      ]);
      const [delivery] = await one.deliveries();
      const found = await one.engine.deliveries.get(delivery?.id ?? '');
      expect(found?.attempts).toMatchObject([{ outcome: forgetful ? 'unknown' : 'retry', code: 'timeout' }]);
      await one.clock.advance('67s');
      expect(await one.deliveries()).toMatchObject([{ status: forgetful ? 'unknown' : 'pending', attempts: 2 }]);
      const stopping = one.engine.stop();
      await one.clock.advance('1m');
      await stopping;
    }
  });
});
