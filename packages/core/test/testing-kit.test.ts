import { describe, expect, it } from 'vitest';
import { createEngine, decide, type OutboundDelivery, type ScenarioInput, type SendContext } from '../src/index';
import {
  countingIds,
  decisionInput,
  type DecisionInputOptions,
  FakeTransport,
  ManualClock,
  ScriptedClassifier,
} from '../src/testing/index';

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

describe('decisionInput', () => {
  const scenarios: readonly ScenarioInput[] = [
    {
      id: 'BILLING',
      description: 'Invoices',
      examples: ['where is my invoice', 'где мой счёт'],
      reply: { en: '{{client.name|You}}: see {{company.name}}.', ru: 'В приложении {{company.name}}.' },
      priority: 'high',
    },
  ];
  const variables = { 'company.name': 'Acme' };
  const text = 'Where is my invoice?';
  const classification = 'BILLING';
  const input = (more: Partial<DecisionInputOptions> = {}) =>
    decisionInput({ scenarios, variables, text, classification, ...more });
  const said = (more: Partial<DecisionInputOptions> = {}) => decide(input(more)).replies.map((reply) => reply.text);

  it.each([
    ['a first message', text, {}],
    ['a policy, texts and locales of its own', text, { policy: { greeting: false, reminders: [] } as const }],
    ['other texts', text, { templates: { greeting: { en: 'Hi!', ru: 'Привет!' } }, locales: ['ru', 'en'] }],
    ['another language, uncleaned', '  Где \u0007 мой   счёт? ', {}],
  ])('is decided as an engine decides it: %s', async (_, written, options) => {
    const clock = new ManualClock();
    const classifier = new ScriptedClassifier([[/./, classification]]);
    const engine = createEngine({ scenarios, variables, clock, classifier, ...options });
    const outcome = await engine.receive({ clientId: 'client', text: written });
    const record = await engine.explain(outcome.messageId);
    const given = input({ text: written, ...options });
    const decision = decide(given);
    expect(decision.replies.map((reply) => [reply.type, reply.text])).toEqual(
      outcome.replies.map((reply) => [reply.type, reply.text]),
    );
    expect(decision).toMatchObject({
      ...{ outcome: outcome.status, rule: record?.rule, rules: record?.rules, priority: outcome.priority },
      ...{ locale: record?.locale },
    });
    expect([given.policy.version, given.templates.version]).toEqual([
      record?.versions.policy,
      record?.versions.templates,
    ]);
    const stored = await engine.conversations.messages(outcome.conversationId);
    const { text: cleaned, originalText, seq } = given.message;
    expect(stored.items[0]).toMatchObject({ text: cleaned, originalText, seq });
  });

  it('takes everything that is told otherwise', () => {
    const now = Date.UTC(2026, 2, 1);
    const attachments = [{ kind: 'image', url: 'https://files.example/a.png' }] as const;
    const told = input({
      ...{ now: '2026-03-01T00:00:00Z', locale: 'ru', peopleThere: false, attachedBefore: true, moreToDecide: true },
      client: { id: 'c-7', name: 'Anna', greetedAt: now },
      conversation: { id: 'v-7', tenant: 't', status: 'waiting_on_person', lastSeq: 5 },
      message: { attachments, automated: true },
      cover: null,
    });
    expect(told).toMatchObject({
      ...{ now, locale: 'ru', peopleThere: false, attachedBefore: true, moreToDecide: true, cover: null, variables },
      client: { id: 'c-7', tenant: 't', name: 'Anna', greetedAt: now, createdAt: now },
      conversation: { id: 'v-7', clientId: 'c-7', status: 'waiting_on_person', owner: 'bot', lastSeq: 5 },
      message: { conversationId: 'v-7', clientId: 'c-7', seq: 5, attachments, automated: true, createdAt: now },
    });
    expect(input({ message: { seq: 9, locale: 'ru' } })).toMatchObject({ message: { seq: 9 }, locale: 'ru' });
  });

  it('lets each threshold, rule and text be seen alone', () => {
    const doubtful = { classification: { scenario: 'BILLING', confidence: 0.5 } };
    expect(decide(input(doubtful))).toMatchObject({ outcome: 'answered', rule: 'reply' });
    const strict = { ...doubtful, policy: { escalation: { minConfidence: 0.6 } } };
    expect(decide(input(strict))).toMatchObject({ outcome: 'escalated', rule: 'low-confidence' });
    expect(decide(input({ classification: 'UNKNOWN' }))).toMatchObject({ outcome: 'escalated', rule: 'unknown' });
    expect(decide(input({ conversation: { owner: 'human', operatorId: 'olga' } })).outcome).toBe('held');
    expect(said({ client: { name: 'Anna', locale: 'en' } }).at(-1)).toBe('Anna: see Acme.');
    expect(said({ client: { locale: 'ru' } }).at(-1)).toBe('В приложении Acme.');
    const closed = { policy: { people: { hours: { timeZone: 'UTC', weekly: { sun: ['09:00-10:00'] } } } } } as const;
    expect(said({ ...closed, classification: 'UNKNOWN' }).at(-1)).toContain('in the queue');
  });

  it('goes on from a decision by its record', () => {
    const now = Date.UTC(2026, 0, 5);
    const first = decide(input({ now }));
    const second = decide(input({ now: now + 1, client: { recent: first.recent ?? [], greetedAt: now } }));
    const third = decide(input({ now: now + 2, client: { recent: second.recent ?? [], greetedAt: now } }));
    expect([first, second, third].map(({ rule, timesAsked, greets }) => [rule, timesAsked, greets])).toEqual([
      ['reply', 1, true],
      ['reply', 2, false],
      ['repeated-request', 3, false],
    ]);
  });

  it('refuses what an engine would refuse, and a scenario that is none', () => {
    expect(() => input({ classification: 'BILING' })).toThrow('there is no scenario BILING');
    expect(() => input({ scenarios: [] })).toThrow('at least one scenario');
    expect(() => input({ templates: { greeting: 'Hello {{nobody}}' } })).toThrow('unknown variable {{nobody}}');
    expect(() => input({ policy: { escalation: { minConfidence: 2 } } })).toThrow('policy.escalation.minConfidence');
    expect(() => input({ txt: 'misspelt' } as never)).toThrow('txt');
    expect(() => input({ now: 'tomorrow' })).toThrow(RangeError);
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
