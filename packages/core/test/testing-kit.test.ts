import { describe, expect, it } from 'vitest';
import type { OutboundDelivery, SendContext } from '../src/index';
import { countingIds, FakeTransport, ManualClock, ScriptedClassifier } from '../src/testing/index';

describe('ManualClock', () => {
  it('stands still, and starts where it is told', () => {
    expect(new ManualClock(42).now()).toBe(42);
    expect(new ManualClock('2026-03-01T09:00:00Z').now()).toBe(Date.UTC(2026, 2, 1, 9));
    expect(new ManualClock().now()).toBe(new ManualClock().now());
    expect(() => new ManualClock('tomorrow')).toThrow(RangeError);
  });

  it('wakes every sleeper at its own time, in order, and lets it run on', async () => {
    const clock = new ManualClock(0);
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ...pauses: readonly number[]) => {
      for (const pause of pauses) {
        await clock.sleep(pause);
        // A long chain of promises belongs to the same moment.
        for (let hop = 0; hop < 1_000; hop += 1) await Promise.resolve();
        woken.push([name, clock.now()]);
      }
    };
    void sleeper('a', 100, 100, 300);
    void sleeper('b', 150);
    void sleeper('c', 1_000);
    await clock.advance('500ms');
    expect(woken).toEqual([
      ['a', 100],
      ['b', 150],
      ['a', 200],
      ['a', 500],
    ]);
    expect([clock.now(), clock.sleeping]).toEqual([500, 1]);
    await clock.advance(500);
    expect(woken.at(-1)).toEqual(['c', 1_000]);
  });

  it('does not sleep for nothing, nor once aborted, and forgets who was aborted', async () => {
    const clock = new ManualClock(0);
    const stop = new AbortController();
    await clock.sleep(0);
    await clock.sleep(-1);
    const sleeping = clock.sleep(1_000, stop.signal);
    stop.abort();
    await sleeping;
    await clock.sleep(1_000, stop.signal);
    expect([clock.now(), clock.sleeping]).toEqual([0, 0]);
  });

  it('jumps', async () => {
    const clock = new ManualClock(0);
    let woken = false;
    const sleeping = clock.sleep(1_000).then(() => (woken = true));
    clock.set(999);
    await Promise.resolve();
    expect(woken).toBe(false);
    clock.set('1970-01-01T00:00:01Z');
    await sleeping;
    clock.set(5);
    expect(clock.now()).toBe(5);
  });

  it('refuses what is no duration', async () => {
    await expect(new ManualClock().advance(-1)).rejects.toThrow(RangeError);
  });

  it('passes a month with a sleeper every minute quickly', async () => {
    const clock = new ManualClock(0);
    let minutes = 0;
    const stop = new AbortController();
    const ticking = (async () => {
      for (; !stop.signal.aborted; minutes += 1) await clock.sleep(60_000, stop.signal);
    })();
    await clock.advance('30d');
    stop.abort();
    await ticking;
    expect(minutes).toBe(30 * 24 * 60 + 1);
  });
});

describe('FakeTransport', () => {
  const context: SendContext = { attempt: 1, now: 7, signal: new AbortController().signal };
  const outbound = (id: string) => ({ delivery: { id }, message: { text: `to ${id}` } }) as OutboundDelivery;
  const send = (transport: FakeTransport, id: string) => transport.send(outbound(id), context);

  it('confirms everything and remembers it', async () => {
    const transport = new FakeTransport();
    expect(await send(transport, 'd1')).toEqual({ class: 'ok' });
    await send(transport, 'd2');
    await send(transport, 'd1');
    expect(transport.sent.map((sent) => sent.delivery.id)).toEqual(['d1', 'd2', 'd1']);
    expect(transport.received.map((sent) => sent.delivery.id)).toEqual(['d1', 'd2']);
    expect(transport.sent[0]?.context).toBe(context);
  });

  it('fails as often as it is told, before it responds as it is told', async () => {
    const transport = new FakeTransport().respondWith(({ delivery }) => ({ class: 'park', code: delivery.id }));
    transport.failNext({ class: 'retry', code: 'http_503' }, 2).failNext(new Error('boom'));
    expect([(await send(transport, 'a')).code, (await send(transport, 'b')).code]).toEqual(['http_503', 'http_503']);
    await expect(send(transport, 'c')).rejects.toThrow('boom');
    expect(await send(transport, 'd')).toEqual({ class: 'park', code: 'd' });
    expect([transport.sent.length, transport.received]).toEqual([4, []]);
  });

  it('takes any address unless it is told otherwise', () => {
    expect(new FakeTransport().checkAddress({ to: 'x' })).toEqual({ to: 'x' });
    const strict = new FakeTransport({ checkAddress: () => ({ to: 'normal' }), timeoutMs: 5 });
    expect([strict.checkAddress({}), strict.timeoutMs]).toEqual([{ to: 'normal' }, 5]);
  });

  it('knows whether it was started', async () => {
    const transport = new FakeTransport();
    await transport.start();
    expect(transport.started).toBe(true);
    await transport.stop();
    expect(transport.started).toBe(false);
  });
});

describe('ScriptedClassifier', () => {
  it('answers by whole text or pattern; the first rule wins', async () => {
    const alternatives = [{ scenario: 'B', confidence: 0.1 }];
    const classifier = new ScriptedClassifier([['hello', 'GREETING']])
      .on(/hell/g, { scenario: 'ANGER', confidence: 0.5, source: 'llm', alternatives })
      .on(/o/, 'LAST');
    expect(await classifier.classify({ text: 'hello' })).toEqual({
      scenario: 'GREETING',
      confidence: 0.95,
      reasoning: 'scripted',
      source: 'local',
      alternatives: [],
    });
    for (let n = 0; n < 2; n += 1) {
      const anger = { scenario: 'ANGER', confidence: 0.5, source: 'llm', alternatives };
      expect(await classifier.classify({ text: 'oh hell' })).toMatchObject(anger);
    }
    expect(await classifier.classify({ text: 'no', locale: 'en' })).toMatchObject({ scenario: 'LAST' });
    expect(classifier.calls.at(-1)).toEqual({ text: 'no', locale: 'en' });
    expect(classifier.calls).toHaveLength(4);
  });

  it('knows nothing of other texts, and refuses them where it is strict', async () => {
    const lenient = new ScriptedClassifier();
    expect(await lenient.classify({ text: 'what?' })).toMatchObject({ scenario: 'UNKNOWN', confidence: 0 });
    const strict = new ScriptedClassifier([], { strict: true });
    await expect(strict.classify({ text: 'what?' })).rejects.toThrow('"what?"');
    expect([lenient.unexpected, strict.unexpected]).toEqual([['what?'], ['what?']]);
  });

  it('fails for one text, or for all until it recovers', async () => {
    const classifier = new ScriptedClassifier([['bad', new Error('down')]]).on('good', 'GOOD');
    await expect(classifier.classify({ text: 'bad' })).rejects.toThrow('down');
    classifier.failAll(new Error('all down'));
    await expect(classifier.classify({ text: 'good' })).rejects.toThrow('all down');
    classifier.failAll(null);
    expect(await classifier.classify({ text: 'good' })).toMatchObject({ scenario: 'GOOD' });
  });
});

describe('countingIds', () => {
  it('counts in an order that text keeps', () => {
    const ids = countingIds('m');
    const made = Array.from({ length: 1_200 }, () => ids.next());
    expect(made.slice(0, 2)).toEqual(['m-000001', 'm-000002']);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(1_200);
  });
});
