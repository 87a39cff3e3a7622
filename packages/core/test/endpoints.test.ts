import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelKey, createEngine, memoryStorage, type SendOutcome, type Storage } from '../src/index';
import { FakeTransport, ManualClock } from '../src/testing/index';
import { scriptedClassifier, SCENARIOS } from './support/fixture';
import { type OutboxDesk, outboxDesk } from './support/outbox-desk';

const KEY = channelKey({ transport: 'fake', address: { to: 'a' } });
const DOWN: SendOutcome = { class: 'retry', code: 'http_503', status: 503 };

const clients = (count: number): string[] => Array.from({ length: count }, (_, n) => `c${n}`);
const endpoint = ({ engine }: OutboxDesk, key = KEY) => engine.deliveries.endpoints.get(key);
const statuses = async (one: OutboxDesk): Promise<string[]> => (await one.deliveries()).map(({ status }) => status);
const attempts = async (one: OutboxDesk): Promise<number[]> => (await one.deliveries()).map((row) => row.attempts);

async function eventsOf({ engine }: OutboxDesk, type: RegExp): Promise<string[]> {
  const told: string[] = [];
  const stop = new AbortController();
  for await (const event of engine.events.subscribe({ signal: stop.signal })) {
    if (type.test(event.type)) told.push(event.type);
    // The feed goes on; what is written so far ends with this one.
    if (event.type === 'conversation.noted') break;
  }
  stop.abort();
  return told;
}

/** The feed so far; a note marks its end. */
async function feed(one: OutboxDesk, type: RegExp): Promise<string[]> {
  const [conversation] = (await one.engine.conversations.list()).items;
  await one.engine.operators.note(conversation?.id ?? '', { text: 'the end' });
  return eventsOf(one, type);
}

describe('an endpoint that fails', () => {
  it('is paused after five different messages, and the others wait without an attempt', async () => {
    const one = outboxDesk();
    one.transport.respondWith(() => DOWN);
    for (const client of clients(4)) {
      await one.say(client);
      await one.engine.tick();
    }
    expect(await endpoint(one)).toMatchObject({ status: 'active', reason: 'http_503' });
    await one.say('c4');
    await one.engine.tick();
    expect(await endpoint(one)).toMatchObject({ status: 'paused', waitUntil: one.clock.now() + 60_000 });
    for (const client of ['c5', 'c6']) await one.say(client);
    await one.clock.advance('59s');
    await one.engine.tick();
    expect(await attempts(one)).toEqual([1, 1, 1, 1, 1, 0, 0]);
    expect(await feed(one, /^endpoint/)).toEqual(['endpoint.paused']);
    expect(await one.engine.deliveries.status()).toMatchObject({ oldestDueAt: null, troubled: [{ key: KEY }] });
  });

  it('is tried with one message at growing pauses, and everything goes out when one succeeds', async () => {
    const one = outboxDesk({ retries: ['30m', '2h'] });
    one.transport.respondWith(() => DOWN);
    for (const client of clients(8)) await one.say(client);
    await one.engine.tick();
    // All places of the endpoint were taken when the pause began.
    expect(await attempts(one)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    const late = clients(16).slice(8);
    for (const client of late) await one.say(client);
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(9);
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(9);
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(10);
    expect(await endpoint(one)).toMatchObject({ status: 'paused', probes: 2 });

    one.transport.respondWith(() => ({ class: 'ok' }));
    await one.clock.advance('4m');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(clients(16).map(() => 'sent'));
    expect(await endpoint(one)).toMatchObject({ status: 'active', failing: [], lastSuccessAt: one.clock.now() });
    expect(await feed(one, /^endpoint/)).toEqual(['endpoint.paused', 'endpoint.recovered']);
  });

  it('keeps what is due no longer than it is worth sending', async () => {
    const one = outboxDesk({ maxAge: '1h' });
    one.transport.respondWith(() => ({ class: 'off', code: 'http_410', status: 410 }));
    await one.say('first');
    await one.engine.tick();
    await one.say('second');
    await one.clock.advance('59m');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['pending', 'pending']);
    await one.clock.advance('2m');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['expired', 'expired']);
    expect(one.transport.sent).toHaveLength(1);
  });

  it('that is gone keeps its messages until somebody enables it', async () => {
    const one = outboxDesk();
    one.transport.failNext({ class: 'off', code: 'http_410', status: 410 });
    await one.say('first');
    await one.engine.tick();
    await one.say('second');
    await one.say('elsewhere', 'b');
    await one.clock.advance('2d');
    await one.engine.tick();
    expect(one.to).toEqual(['a', 'b']);
    expect((await one.engine.deliveries.endpoints.list({ status: 'disabled' })).items).toMatchObject([
      { key: KEY, reason: 'http_410' },
    ]);
    await one.engine.deliveries.endpoints.enable(KEY, { operatorId: 'olga' });
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['sent', 'sent', 'sent']);
    expect(await endpoint(one)).toMatchObject({ status: 'active', reason: null });
    expect(await feed(one, /^endpoint/)).toEqual(['endpoint.disabled', 'endpoint.enabled']);
    await expect(one.engine.deliveries.endpoints.enable('nothing')).rejects.toMatchObject({ code: 'not_found' });
    await expect(one.engine.deliveries.endpoints.disable('nothing')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('for five days is disabled, and nothing is tried any more', async () => {
    const one = outboxDesk({ maxAge: '30d' });
    one.transport.respondWith(() => DOWN);
    for (let day = 0; day < 8; day += 1) {
      for (const client of clients(3)) await one.say(`${day} ${client}`);
      for (let hour = 0; hour < 24; hour += 1) {
        await one.engine.tick();
        await one.clock.advance('1h');
      }
      const expected = day < 4 ? 'paused' : day > 5 ? 'disabled' : undefined;
      if (expected !== undefined && day > 0) expect(await endpoint(one)).toMatchObject({ status: expected });
    }
    const tries = one.transport.sent.length;
    await one.clock.advance('1d');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(tries);
    one.transport.respondWith(() => ({ class: 'ok' }));
    await one.engine.deliveries.endpoints.enable(KEY);
    const from = one.clock.now() - 20 * 86_400_000;
    await one.engine.deliveries.replay({ from, to: one.clock.now(), endpoint: KEY });
    await one.engine.tick();
    expect(new Set(await statuses(one))).toEqual(new Set(['sent']));
  });

  it('by the fault of a message is not paused for it', async () => {
    const one = outboxDesk({ retries: ['1s', '2s', '3s', '4s', '5s', '6s', '7s', '8s'] });
    one.transport.respondWith(({ delivery }) => (delivery.clientId === 'sick' ? DOWN : { class: 'ok' }));
    await one.say('sick');
    for (let second = 0; second < 40; second += 1) {
      await one.engine.tick();
      await one.clock.advance('1s');
    }
    expect(await endpoint(one)).toMatchObject({ status: 'active' });
    await one.say('well');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['dead', 'sent']);
  });
});

describe('an endpoint that refuses messages for good', () => {
  it('loses four of them, and keeps the rest when it turns out to refuse everything', async () => {
    const one = outboxDesk({ retries: ['10m', '10m'] });
    one.transport.respondWith(() => ({ class: 'park', code: 'http_400', status: 400 }));
    for (const client of clients(7)) {
      await one.say(client);
      await one.engine.tick();
    }
    expect(await statuses(one)).toEqual(['dead', 'dead', 'dead', 'dead', 'pending', 'pending', 'pending']);
    expect(await attempts(one)).toEqual([1, 1, 1, 1, 1, 0, 0]);
    // The probe is kept too; the second time it is at fault itself.
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['dead', 'dead', 'dead', 'dead', 'pending', 'pending', 'pending']);
    one.transport.respondWith(() => ({ class: 'ok' }));
    await one.clock.advance('10m');
    await one.engine.tick();
    const to = one.clock.now() + 1;
    expect(await one.engine.deliveries.replay({ from: 0, to })).toEqual({ replayed: 4, more: false });
    await one.engine.tick();
    expect(await statuses(one)).toEqual(clients(7).map(() => 'sent'));
  });

  it('as an internal address is paused at the first, whose message is given up', async () => {
    const one = outboxDesk();
    one.transport.failNext({ class: 'park', code: 'ssrf_blocked' });
    await one.say('first');
    await one.engine.tick();
    await one.say('second');
    await one.engine.tick();
    expect(await endpoint(one)).toMatchObject({ status: 'paused', reason: 'ssrf_blocked' });
    expect(await statuses(one)).toEqual(['dead', 'pending']);
  });
});

describe('an endpoint that asks for a pause', () => {
  it('is left alone for all messages, none of which uses up an attempt', async () => {
    const one = outboxDesk();
    one.transport.failNext({ class: 'cool', code: 'http_429', status: 429, retryAfterMs: 120_000 });
    await one.say('first');
    await one.engine.tick();
    await one.say('second');
    await one.say('elsewhere', 'b');
    await one.clock.advance('119s');
    await one.engine.tick();
    expect(one.to).toEqual(['a', 'b']);
    expect((await one.deliveries())[0]).toMatchObject({ attempts: 1, attemptsThisRun: 0 });
    await one.clock.advance('1s');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['sent', 'sent', 'sent']);
  });

  it('for the whole transport keeps every endpoint of it, and no other transport', async () => {
    const other = new FakeTransport();
    const transport = new FakeTransport();
    const one = outboxDesk({}, { transport, transports: { fake: transport, other } });
    transport.failNext({ class: 'cool', code: 'http_429', status: 429, retryAfterMs: 60_000, scope: 'transport' });
    await one.say('first');
    await one.engine.tick();
    await one.say('second', 'b');
    await one.engine.receive({ clientId: 'x', text: 'referral', channel: { transport: 'other', address: {} } });
    await one.engine.tick();
    expect([transport.sent.length, other.sent.length]).toEqual([1, 1]);
    expect(await endpoint(one, 'fake')).toMatchObject({ key: 'fake', waitUntil: one.clock.now() + 60_000 });
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(transport.received).toHaveLength(2);
  });

  it('for ever doubles the pause, up to an hour', async () => {
    const one = outboxDesk();
    one.transport.respondWith(() => ({ class: 'cool', code: 'http_429', status: 429 }));
    await one.say('first');
    const times: number[] = [];
    for (let minute = 0; minute < 200; minute += 1) {
      const before = one.transport.sent.length;
      await one.engine.tick();
      if (one.transport.sent.length > before) times.push(minute);
      await one.clock.advance('1m');
    }
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect((await one.deliveries())[0]).toMatchObject({ status: 'pending', attemptsThisRun: 0 });
  });
});

describe('a transport', () => {
  it('that is switched off as a whole holds everything until it is enabled', async () => {
    const one = outboxDesk();
    one.transport.failNext({ class: 'off', code: 'http_401', status: 401, scope: 'transport' });
    await one.say('first');
    await one.engine.tick();
    await one.say('second', 'b');
    await one.clock.advance('1d');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(1);
    expect(await endpoint(one, 'fake')).toMatchObject({ status: 'disabled', reason: 'http_401' });
    await one.engine.deliveries.endpoints.enable('fake');
    await one.engine.tick();
    expect(await statuses(one)).toEqual(['sent', 'sent']);
  });

  it('works again as soon as one of its places answers, whatever the answer', async () => {
    const one = outboxDesk({ retries: ['1m', '1m', '1m'] });
    const outage: SendOutcome = { class: 'retry', code: 'http_502', status: 502, scope: 'transport' };
    one.transport.respondWith(() => outage);
    for (const client of clients(6)) await one.say(client, client);
    await one.engine.tick();
    expect(await endpoint(one, 'fake')).toMatchObject({ status: 'paused' });
    one.transport.respondWith(({ delivery }) =>
      delivery.clientId === 'c0' ? { class: 'park', code: 'http_400', status: 400 } : { class: 'ok' },
    );
    await one.clock.advance('1m');
    await one.engine.tick();
    expect(await endpoint(one, 'fake')).toMatchObject({ status: 'active' });
    expect(await statuses(one)).toEqual(['dead', 'sent', 'sent', 'sent', 'sent', 'sent']);
  });

  it('that its operator stopped is not revived by a client', async () => {
    const one = outboxDesk();
    await one.engine.start();
    await one.say('first');
    await one.clock.advance('1s');
    await one.engine.deliveries.endpoints.disable(KEY, { operatorId: 'olga' });
    await one.say('second');
    await one.transport.ingress.revive({ to: 'a' });
    await one.clock.advance('1s');
    expect(one.to).toEqual(['a']);
    await one.engine.deliveries.endpoints.enable(KEY);
    await one.clock.advance('1s');
    expect(one.to).toEqual(['a', 'a']);
    await one.engine.stop();
  });

  it('brings an address back to life, and what was kept goes out', async () => {
    const one = outboxDesk();
    await one.engine.start();
    one.transport.failNext({ class: 'off', code: 'blocked', status: 403 });
    await one.say('first');
    await one.clock.advance('1s');
    await one.say('second');
    await one.clock.advance('1h');
    expect(one.transport.received).toHaveLength(0);
    await one.transport.ingress.revive({ to: 'nobody' });
    await one.transport.ingress.revive({ to: 'a' });
    await one.clock.advance('1s');
    expect(one.transport.received).toHaveLength(2);
    expect(await endpoint(one)).toMatchObject({ status: 'active' });
    await one.engine.stop();
  });
});

describe('health', () => {
  it('costs nothing while nothing is wrong', async () => {
    const storage = memoryStorage();
    const asked: string[] = [];
    const watched = new Proxy(storage, {
      get: (target, name: keyof Storage) => {
        const method = target[name] as ((...args: unknown[]) => unknown) | undefined;
        if (method === undefined) return undefined;
        return (...args: unknown[]) => {
          if (/endpoint|wake/i.test(name)) asked.push(name);
          return method.apply(target, args);
        };
      },
    });
    const one = outboxDesk({}, { storage: watched });
    for (const client of clients(30)) await one.say(client);
    await one.engine.tick();
    expect(await statuses(one)).toEqual(clients(30).map(() => 'sent'));
    // More than the endpoint has places: those that were set aside are called in.
    expect(asked.filter((name) => name !== 'wake')).toEqual([]);
    expect(await endpoint(one)).toBeNull();
  });

  it('is shared: a probe that died with its process is repeated by another after its lease', async () => {
    const storage = memoryStorage();
    const clock = new ManualClock();
    const mortal = { storage, dead: false };
    const one = outboxDesk({}, { storage: untilDeath(mortal), clock });
    const two = outboxDesk({}, { storage, clock });
    one.transport.respondWith(() => DOWN);
    for (const client of clients(5)) await one.say(client);
    await one.engine.tick();
    one.transport.respondWith(() => new Promise<SendOutcome>(() => undefined));
    await clock.advance('5m');
    void one.engine.tick();
    await clock.advance(1);
    expect(one.transport.sent).toHaveLength(6);
    mortal.dead = true;
    await two.engine.tick();
    expect(two.transport.sent).toHaveLength(0);
    await clock.advance('91s');
    await two.engine.tick();
    expect(two.transport.received.length).toBeGreaterThanOrEqual(4);
  });
});

describe('one slow endpoint', () => {
  it('never delays another, however much is waiting for it', async () => {
    const plan = fc.record({
      slow: fc.integer({ min: 1, max: 60 }),
      quick: fc.integer({ min: 1, max: 12 }),
      perEndpoint: fc.integer({ min: 1, max: 7 }),
      order: fc.infiniteStream(fc.boolean()),
    });
    const run = fc.asyncProperty(plan, async ({ slow, quick, perEndpoint, order }) => {
      const transport = new FakeTransport({ timeoutMs: 20_000 });
      transport.respondWith(({ channel }) =>
        channel.address['to'] === 'slow' ? new Promise<SendOutcome>(() => undefined) : { class: 'ok' },
      );
      const one = outboxDesk({ concurrency: 8, perEndpoint }, { transport });
      const waiting = { slow, quick };
      let said = 0;
      while (waiting.slow + waiting.quick > 0) {
        const next = order.next().value === true;
        const to = waiting.slow === 0 ? 'quick' : waiting.quick === 0 ? 'slow' : next ? 'slow' : 'quick';
        waiting[to] -= 1;
        await one.say(`c${(said += 1)}`, to);
      }
      await one.engine.start();
      await settled(one);
      const arrived = transport.received.filter(({ channel }) => channel.address['to'] === 'quick');
      expect(arrived, 'all that is not slow has arrived, and no time has passed').toHaveLength(quick);
      expect(transport.sent.filter(({ channel }) => channel.address['to'] === 'slow').length).toBe(
        Math.min(slow, perEndpoint),
      );
      await one.say('late', 'quick');
      await settled(one);
      expect(transport.received.at(-1)?.delivery.clientId, 'nor what comes later').toBe('late');
      const stopping = one.engine.stop();
      await one.clock.advance('1m');
      await stopping;
    });
    await fc.assert(run, { numRuns: 25 });
  });

  it('is sent everything in the end, in order', async () => {
    const transport = new FakeTransport();
    const clock = new ManualClock();
    let open = 0;
    let most = 0;
    transport.respondWith(async () => {
      most = Math.max(most, (open += 1));
      await clock.sleep(5_000);
      open -= 1;
      return { class: 'ok' };
    });
    const one = outboxDesk({ perEndpoint: 3 }, { transport, clock });
    await one.engine.start();
    for (const client of clients(20)) {
      await one.say(client);
      await one.say(client);
    }
    await clock.advance('3m');
    expect(await statuses(one)).toEqual([...clients(20), ...clients(20)].map(() => 'sent'));
    expect(most).toBe(3);
    const last = new Map<string, number>();
    for (const { delivery } of transport.received) {
      expect(delivery.seq).toBeGreaterThan(last.get(delivery.conversationId) ?? 0);
      last.set(delivery.conversationId, delivery.seq);
    }
    await one.engine.stop();
  });

  it('leaves nothing aside for the next process to wait for', async () => {
    const storage = memoryStorage();
    const clock = new ManualClock();
    const transport = new FakeTransport();
    transport.respondWith(async () => {
      await clock.sleep(5_000);
      return { class: 'ok' };
    });
    const one = outboxDesk({ perEndpoint: 1 }, { transport, clock, storage: unclosed(storage) });
    for (const client of clients(9)) await one.say(client);
    await one.engine.start();
    await clock.advance('1s');
    const stopping = one.engine.stop();
    await clock.advance('10s');
    await stopping;
    const two = createEngine({
      ...{ scenarios: SCENARIOS, classifier: scriptedClassifier(), storage, clock },
      transports: { fake: new FakeTransport() },
    });
    await two.tick();
    expect((await two.stats()).deliveries).toMatchObject({ pending: 0, sent: 9 });
  });
});

/** Everything that needs no time has happened. */
async function settled({ clock }: OutboxDesk): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await clock.advance(0);
}

/** The storage as a process sees it that dies: nothing it asks for then happens, nor is ever answered. */
function untilDeath(mortal: { readonly storage: Storage; dead: boolean }): Storage {
  return new Proxy(mortal.storage, {
    get: (target, name: keyof Storage) => {
      const method = target[name] as ((...args: unknown[]) => unknown) | undefined;
      if (method === undefined) return undefined;
      return (...args: unknown[]) => (mortal.dead ? new Promise<never>(() => undefined) : method.apply(target, args));
    },
  });
}

function unclosed(storage: Storage): Storage {
  return new Proxy(storage, {
    get: (target, name: keyof Storage) => {
      if (name === 'close') return () => Promise.resolve();
      const member = target[name] as ((...args: unknown[]) => unknown) | undefined;
      return member?.bind(target);
    },
  });
}
