import fc from 'fast-check';
import { expect } from 'vitest';
import { createEngine, type Engine, isFirstlineError, type Storage } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { SCENARIOS, scriptedClassifier } from '../../packages/core/test/support/fixture';
import { flakyStorage } from './flaky-storage';

const TEXTS = ['referral', 'nothing works', 'cancel', 'gibberish', 'thanks', 'operator', 'maybe', 'stolen', 'silent'];
const CLIENTS = ['anna', 'boris', 'clara'];

type Step =
  | { readonly do: 'say'; readonly client: string; readonly text: string; readonly id: number; readonly wait: boolean }
  | { readonly do: 'burst'; readonly client: string; readonly count: number; readonly id: number }
  | { readonly do: 'takeOver' | 'release' | 'resolve' | 'reply'; readonly client: string }
  | { readonly do: 'pass'; readonly minutes: number }
  | { readonly do: 'tick' }
  | { readonly do: 'fail'; readonly times: number }
  | { readonly do: 'crash' };

const client = fc.constantFrom(...CLIENTS);
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      client,
      text: fc.constantFrom(...TEXTS),
      id: fc.nat(40),
      wait: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('burst' as const),
      client,
      count: fc.integer({ min: 2, max: 6 }),
      id: fc.nat(1_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('takeOver' as const, 'release' as const, 'resolve' as const, 'reply' as const),
      client,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(1, 6, 16, 31, 90, 1_500) }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'tick' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'crash' as const }) },
);

/** One support desk whose process may die between any two storage calls; the storage and the receiver survive it. */
export class World {
  readonly clock = new ManualClock();
  readonly transport = new FakeTransport();
  readonly storage: Storage;
  readonly acknowledged = new Set<string>();
  readonly violations: string[] = [];
  engine: Engine;
  #fates: readonly boolean[];
  #calls = 0;
  flaky = true;

  constructor(storage: Storage, fates: readonly boolean[]) {
    this.storage = storage;
    this.#fates = fates;
    this.transport.respondWith((outbound) => {
      const human = this.owners.get(outbound.delivery.conversationId) === 'human';
      if (human && outbound.message.type !== 'operator')
        this.violations.push(`bot spoke over a person: ${outbound.message.type}`);
      return { class: 'ok' };
    });
    this.engine = this.#boot();
  }

  readonly owners = new Map<string, 'bot' | 'human'>();

  #boot(): Engine {
    const storage = flakyStorage(this.storage, () => {
      if (!this.flaky) return 'ok';
      this.#calls += 1;
      if (this.#fates[this.#calls % this.#fates.length] !== true) return 'ok';
      return this.#calls % 2 === 0 ? 'before' : 'after';
    });
    return createEngine({
      scenarios: SCENARIOS,
      classifier: scriptedClassifier(),
      transports: { fake: this.transport },
      policy: { receiving: { clientRateLimit: false, duplicateWindow: 0 }, work: { wait: '2s' } },
      storage: new Proxy(storage, {
        get: (target, key) => (key === 'close' ? () => Promise.resolve() : Reflect.get(target, key)),
      }),
      clock: this.clock,
    });
  }

  async run(one: Step): Promise<void> {
    try {
      await this.#living(this.#run(one));
    } catch (error) {
      if (
        !isFirstlineError(error) ||
        !['storage_unavailable', 'conflict', 'idempotency_key_reused'].includes(error.code)
      )
        throw error;
    }
  }

  /** Time goes on while somebody waits, for example for a lane whose holder died. */
  async #living(step: Promise<void>): Promise<void> {
    let over = false;
    const watched = step.finally(() => (over = true));
    watched.catch(() => undefined);
    for (await this.clock.advance(0); !over; await this.clock.advance(1_000));
    return watched;
  }

  async #run(one: Step): Promise<void> {
    switch (one.do) {
      case 'say':
        return this.#say(one.client, one.text, `${one.client}-${one.id}`, one.wait);
      case 'burst':
        await Promise.all(
          Array.from({ length: one.count }, (_, index) =>
            this.#say(one.client, 'referral', `burst-${one.id}-${index}`, true).catch(() => undefined),
          ),
        );
        return;
      case 'pass':
        return this.clock.advance(one.minutes * 60_000);
      case 'tick':
        await this.engine.tick();
        return;
      case 'fail':
        this.transport.failNext({ class: 'retry', code: 'http_503' }, one.times);
        return;
      case 'crash':
        this.engine = this.#boot();
        return;
      case 'takeOver':
      case 'release':
      case 'resolve':
      case 'reply':
        return this.#operate(one.do, one.client);
    }
  }

  async #say(clientId: string, text: string, id: string, wait: boolean): Promise<void> {
    const channel = { transport: 'fake', address: { to: clientId } };
    const outcome = await this.engine.receive({ clientId, text, id, channel }, { wait });
    this.acknowledged.add(outcome.messageId);
  }

  async #operate(action: 'takeOver' | 'release' | 'resolve' | 'reply', clientId: string): Promise<void> {
    const [conversation] = (await this.storage.conversations({ tenant: 'default', clientId, limit: 1 })).items;
    if (conversation === undefined) return;
    try {
      if (action === 'reply') await this.engine.operators.reply(conversation.id, { text: 'A person speaking' });
      else await this.engine.operators[action](conversation.id);
    } finally {
      const after = await this.storage.conversation({ tenant: 'default', conversationId: conversation.id });
      this.owners.set(conversation.id, after?.owner ?? 'bot');
    }
  }

  /** Lets everything come to its end, however long the ladders are. */
  async settle(): Promise<void> {
    this.flaky = false;
    for (let round = 0; round < 300; round += 1) {
      await this.engine.tick();
      const due = await this.storage.nextDueAt({ tenant: 'default', kinds: ['process', 'deliver', 'remind'] });
      if (due === null) return;
      await this.clock.advance(Math.max(due - this.clock.now(), 0));
    }
  }
}

/** Promises 1, 2, 4, 5, 6 and 9 on what is stored; 3 is watched while it runs. */
export async function check(world: World): Promise<void> {
  const { storage } = world;
  const tenant = 'default';
  expect(world.violations).toEqual([]);

  // 1 and 2: every acknowledged message is stored and decided exactly once.
  const decided = new Map<string, number>();
  for (let after = 0; ;) {
    const events = await storage.events({ tenant, after, limit: 500 });
    for (const event of events) {
      if (event.type === 'message.decided') {
        const id = String(event.data['messageId']);
        decided.set(id, (decided.get(id) ?? 0) + 1);
      }
      after = event.seq;
    }
    if (events.length === 0) break;
  }
  for (const id of world.acknowledged) {
    expect(decided.get(id), `message ${id} decided`).toBe(1);
    const record = await storage.decision({ tenant, messageId: id });
    const stored = await storage.outcome({ tenant, messageId: id });
    // 9: asking for a person always leads to one.
    if (stored?.message.text === 'operator' && record !== null) {
      const reached =
        record.outcome === 'escalated' || record.rule === 'human-owns' || record.rule === 'already-escalated';
      expect(reached, 'asking for a person leads to one').toBe(true);
    }
  }
  expect([...decided.values()].every((count) => count === 1)).toBe(true);

  // 4: nothing is left due, and every delivery has ended; a receiver that remembers ids saw each sent one once.
  expect(await storage.nextDueAt({ tenant, kinds: ['process', 'deliver', 'remind'] })).toBeNull();
  const counts = await storage.counts({ tenant, now: world.clock.now() });
  expect(counts.deliveries.pending).toBe(0);
  expect(world.transport.received.length).toBeGreaterThanOrEqual(counts.deliveries.sent);

  for (const clientId of CLIENTS) {
    const { items } = await storage.conversations({ tenant, clientId, limit: 100 });
    const histories = await Promise.all(
      items.map(async ({ id }) => (await storage.messages({ tenant, conversationId: id, limit: 500 })).items),
    );
    // 5: one greeting per client, ever.
    const greetings = histories
      .flat()
      .filter((message) => message.direction === 'outbound' && message.type === 'greeting');
    expect(greetings.length, `greetings of ${clientId}`).toBeLessThanOrEqual(1);
    for (const history of histories) {
      expect(history.map((message) => message.seq)).toEqual(history.map((_, index) => index + 1));
      // 6: never more reminders in a row than the ladder has steps.
      let row = 0;
      for (const message of history) {
        row = message.direction === 'outbound' && message.type === 'reminder' ? row + 1 : 0;
        expect(row).toBeLessThanOrEqual(3);
      }
    }
  }
}
