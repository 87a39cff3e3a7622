import { describe, expect, it } from 'vitest';
import { memoryStorage, type Storage, type StorageSignal, type StorageSignals } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { CHANNEL, desk } from './support/fixture';
import { ManualDispatcher } from './support/manual-dispatcher';

/** One memory for two engines, each of which thinks it is alone but for the signals. */
function shared(storage: Storage): { storage: () => Storage; sent: StorageSignal[] } {
  const listeners = new Set<(signal: StorageSignal) => void>();
  const sent: StorageSignal[] = [];
  const signals: StorageSignals = {
    send: (signal) => {
      sent.push(signal);
      for (const listener of listeners) listener(signal);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const bound = new Proxy(storage, {
    get: (target, name) => {
      if (name === 'signals') return signals;
      if (name === 'close') return () => Promise.resolve();
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { storage: () => bound, sent };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a dispatcher', () => {
  it('is told what becomes due and when, and is the only one who looks', async () => {
    const dispatcher = new ManualDispatcher();
    const { engine, transport, clock } = desk({ dispatcher });
    await engine.start();
    const message = { clientId: 'c', text: 'referral please', channel: CHANNEL };
    const { messageId } = await engine.receive(message, { wait: false });
    expect(dispatcher.notified).toContainEqual(['process', clock.now()]);
    await clock.advance('1h');
    expect(await engine.explain(messageId)).toBeNull();

    const { work } = dispatcher;
    expect(work).toMatchObject({ tenant: 'default', sweepMs: 1_000 });
    expect([...(work?.kinds ?? [])].sort()).toEqual(['announce', 'deliver', 'process', 'remind', 'watch']);
    // The lane is held by then, and could be claimed by somebody else when its lease has run out.
    expect(await work?.look('process')).toBe(clock.now() + 90_000);
    await settle();
    expect(await engine.explain(messageId)).not.toBeNull();
    expect(transport.sent).toEqual([]);
    expect(dispatcher.notified.map(([kind]) => kind)).toContain('deliver');
    // One delivery of a conversation after the other.
    for (let place = 0; place < 2; place += 1) {
      await work?.look('deliver');
      await settle();
    }
    expect(transport.sent).toHaveLength(2);
    expect(await work?.look('remind')).toBe(clock.now() + 15 * 60_000);
    await engine.stop();
    expect(dispatcher.work).toBeNull();
  });

  it('is stopped with its engine, also where that was never started', async () => {
    const stopped: string[] = [];
    const dispatcher = (name: string) =>
      Object.assign(new ManualDispatcher(), { stop: async () => void stopped.push(name) });
    const door = desk({ dispatcher: dispatcher('told') }).engine;
    await door.receive({ clientId: 'c', text: 'referral please', channel: CHANNEL }, { wait: false });
    await door.stop();
    await desk({ dispatcher: dispatcher('unused') }).engine.stop();
    const twice = desk({ dispatcher: dispatcher('started') }).engine;
    await twice.start();
    await Promise.all([twice.stop(), twice.stop()]);
    expect(stopped).toEqual(['told', 'unused', 'started']);
  });

  it('that fails to stop keeps neither transports nor the storage from it', async () => {
    const closed: string[] = [];
    const storage = memoryStorage();
    storage.close = async () => void closed.push('storage');
    const dispatcher = Object.assign(new ManualDispatcher(), { stop: () => Promise.reject(new Error('stuck')) });
    const { engine } = desk({ storage, dispatcher });
    await engine.start();
    await engine.stop();
    expect(closed).toEqual(['storage']);
  });

  it('may be wrong in every way: looking too often, at the same time, at nothing', async () => {
    const dispatcher = new ManualDispatcher();
    const { engine, transport } = desk({ dispatcher });
    await engine.start();
    await engine.receive({ clientId: 'c', text: 'referral please', channel: CHANNEL }, { wait: false });
    const { work } = dispatcher;
    if (work === null) throw new Error('not started');
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([...work.kinds, ...work.kinds].map((kind) => work.look(kind)));
      await settle();
    }
    expect(transport.sent).toHaveLength(2);
    await engine.stop();
  });
});

describe('signals of a storage', () => {
  it('wake the other processes, which would else only sweep', async () => {
    const clock = new ManualClock();
    const { storage, sent } = shared(memoryStorage());
    const policy = {
      receiving: { clientRateLimit: false as const, duplicateWindow: 0 },
      work: { sweep: '1h' as const },
    };
    const writer = desk({ storage: storage(), clock, policy, dispatcher: new ManualDispatcher() });
    const reader = desk({ storage: storage(), clock, policy });
    await reader.engine.start();
    await settle();
    const { messageId } = await writer.engine.receive(
      { clientId: 'c', text: 'referral please', channel: CHANNEL },
      { wait: false },
    );
    await settle();
    expect(sent[0]).toEqual({ tenant: 'default', due: { process: clock.now() } });
    expect(await reader.engine.explain(messageId)).not.toBeNull();
    expect(reader.transport.sent).toHaveLength(2);
    await reader.engine.stop();
    await writer.engine.stop();
  });

  it('tell followers how a delivery ended, here and in other processes, with sweeps hours away', async () => {
    const clock = new ManualClock();
    const { storage } = shared(memoryStorage());
    const policy = { receiving: { clientRateLimit: false as const }, work: { sweep: '8h' as const } };
    const worker = desk({ storage: storage(), clock, policy });
    const other = desk({ storage: storage(), clock, policy, dispatcher: new ManualDispatcher() });
    const settled = [worker, other].map(async ({ engine }) => {
      for await (const { type } of engine.events.subscribe()) if (type === 'delivery.settled') return true;
      return false;
    });
    await settle();
    await worker.engine.start();
    await worker.engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    expect(await Promise.all(settled)).toEqual([true, true]);
    await Promise.all([worker.engine.stop(), other.engine.stop()]);
  });

  it('do not tell of a place that has become free here', async () => {
    const clock = new ManualClock();
    const { storage, sent } = shared(memoryStorage());
    const { engine, transport } = desk({
      storage: storage(),
      clock,
      policy: { receiving: { clientRateLimit: false } },
    });
    await engine.start();
    for (let n = 0; n < 10; n += 1) await engine.receive({ clientId: `c${n}`, text: 'referral', channel: CHANNEL });
    await settle();
    expect(transport.sent).toHaveLength(20);
    expect(sent.filter(({ due }) => due.deliver !== undefined)).toHaveLength(10);
    await engine.stop();
  });

  it('wake followers of the feed who looked too early again, a few times', async () => {
    const clock = new ManualClock();
    const kept = memoryStorage();
    let isHeld = false;
    const events: Storage['events'] = async (params) => (isHeld ? [] : kept.events(params));
    const late = new Proxy(kept, {
      get: (target, name) => {
        const member: unknown = name === 'events' ? events : Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
    const { storage } = shared(late);
    const { engine } = desk({ storage: storage(), clock, policy: { work: { sweep: '1h' } } });
    const seen: string[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const { type } of engine.events.subscribe({ signal: stop.signal })) seen.push(type);
    })();
    await settle();
    isHeld = true;
    await engine.receive({ clientId: 'c', text: 'referral please' });
    await clock.advance(60);
    expect(seen).toEqual([]);
    isHeld = false;
    await clock.advance('1s');
    await settle();
    expect(seen).toContain('message.decided');
    stop.abort();
    await following;
    await engine.stop();
  });

  it('wake followers of the feed', async () => {
    const clock = new ManualClock();
    const { storage } = shared(memoryStorage());
    const policy = {
      receiving: { clientRateLimit: false as const, duplicateWindow: 0 },
      work: { sweep: '1h' as const },
    };
    const writer = desk({ storage: storage(), clock, policy });
    const reader = desk({ storage: storage(), clock, policy, dispatcher: new ManualDispatcher() });
    await reader.engine.start();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { type } of reader.engine.events.subscribe()) {
        seen.push(type);
        if (type === 'message.decided') return;
      }
    })();
    await settle();
    await writer.engine.receive({ clientId: 'c', text: 'referral please' });
    await following;
    expect(seen).toContain('message.received');
    await reader.engine.stop();
    await writer.engine.stop();
  });
});
