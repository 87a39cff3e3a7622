import { expect, it } from 'vitest';
import { memoryStorage, type StorageSignal, type StorageSignals } from '../src/index';
import { ManualClock } from '../src/testing/index';
import { CHANNEL, desk } from './support/fixture';

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const policy = {
  receiving: { clientRateLimit: false as const, duplicateWindow: 0 },
  work: { sweep: '1h' as const },
};

/** Signals as another process would send them, and a storage that counts the looks at its feed. */
function wired() {
  const storage = memoryStorage();
  const listeners = new Set<{ listener: (signal: StorageSignal) => void; missed: (() => void) | undefined }>();
  const signals: StorageSignals = {
    send: () => undefined,
    listen: (listener, missed) => {
      const entry = { listener, missed };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
  const looks = { feed: 0, due: 0 };
  const shared = new Proxy(storage, {
    get: (target, name) => {
      if (name === 'signals') return signals;
      if (name === 'close') return () => Promise.resolve();
      if (name === 'events') looks.feed += 1;
      if (name === 'nextDueAt') looks.due += 1;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { storage, shared, listeners, looks };
}

it('a hundred followers share a look or two at the feed for each commit', async () => {
  const clock = new ManualClock();
  const { shared, looks } = wired();
  const { engine } = desk({ storage: shared, clock, policy });
  const stop = new AbortController();
  const seen = Array.from({ length: 100 }, (): number[] => []);
  const following = seen.map(async (seqs) => {
    for await (const { seq } of engine.events.subscribe({ signal: stop.signal })) seqs.push(seq);
  });
  await settle();
  looks.feed = 0;
  await clock.advance('1h');
  await settle();
  // Who comes while one looks waits for the next, since that one may have begun too early.
  expect(looks.feed).toBeGreaterThan(0);
  expect(looks.feed).toBeLessThanOrEqual(2);
  for (let n = 0; n < 5; n += 1) {
    await engine.receive({ clientId: 'c', text: `referral ${n}`, channel: CHANNEL });
    await settle();
  }
  stop.abort();
  await Promise.all(following);
  expect(seen[0]?.length).toBeGreaterThan(10);
  expect(seen[0]).toEqual([...(seen[0] ?? [])].sort((a, b) => a - b));
  for (const seqs of seen) expect(seqs).toEqual(seen[0]);
  // A message is two commits, each with a look that finds something and one that finds nothing more.
  expect(looks.feed).toBeLessThan(5 * 10);
  await engine.stop();
});

it('a follower who is behind is served beside those at the end', async () => {
  const { shared } = wired();
  const { engine } = desk({ storage: shared, policy });
  await engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
  const all: number[] = [];
  for await (const { seq } of engine.events.subscribe()) {
    all.push(seq);
    if (all.length === 3) break;
  }
  const [, second] = all;
  for await (const { seq } of engine.events.subscribe({ after: second ?? 0 })) {
    expect(seq).toBe(all[2]);
    break;
  }
  await engine.stop();
});

it('others are heard only while somebody follows or the workers run', async () => {
  const { shared, listeners } = wired();
  const { engine } = desk({ storage: shared, policy });
  await engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
  expect(listeners.size).toBe(0);
  for await (const { type } of engine.events.subscribe()) {
    expect([type, listeners.size]).toEqual(['conversation.opened', 1]);
    break;
  }
  expect(listeners.size).toBe(0);
  await engine.start();
  expect(listeners.size).toBe(1);
  await engine.stop();
  expect(listeners.size).toBe(0);
});

it('signals that may have been lost lead to one look at everything, and no look at what is of no concern', async () => {
  const clock = new ManualClock();
  const { storage, shared, listeners, looks } = wired();
  const other = desk({ storage, clock, policy });
  const { engine, transport } = desk({ storage: shared, clock, policy });
  await engine.start();
  await settle();
  const message = { clientId: 'c', text: 'referral please', channel: CHANNEL };
  await other.engine.receive(message, { wait: false });
  await settle();
  looks.due = 0;
  for (const { listener } of listeners) {
    listener({ tenant: 'another', due: { process: 0 } });
    listener({ tenant: 'default', due: {} });
    listener({ tenant: 'default', due: { unheardOf: 0 } as StorageSignal['due'] });
  }
  await settle();
  expect([looks.due, transport.sent.length]).toEqual([0, 0]);
  for (const { missed } of listeners) missed?.();
  await settle();
  expect(looks.due).toBeGreaterThanOrEqual(5);
  expect(transport.sent).toHaveLength(2);
  await engine.stop();
});
