import { describe, expect, it } from 'vitest';
import { type Clock, memoryStorage, type SendOutcome, type Storage } from '../src/index';
import { FakeTransport, ManualClock, ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, desk } from './support/fixture';
import { ManualDispatcher } from './support/manual-dispatcher';
import { outboxDesk } from './support/outbox-desk';

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Things that are under way until they are let go. */
class Gate {
  open = 0;
  most = 0;
  readonly #waiting: (() => void)[] = [];

  async pass(): Promise<void> {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.open -= 1;
  }

  async release(): Promise<void> {
    while (this.#waiting.length > 0) {
      for (const resolve of this.#waiting.splice(0)) resolve();
      await settle();
    }
  }
}

/** The same storage for several engines; one that stops leaves it open. */
function keptOpen(storage: Storage, changed: Partial<Storage> = {}): Storage {
  const members: Partial<Storage> = { close: () => Promise.resolve(), ...changed };
  return new Proxy(storage, {
    get: (target, name) => {
      const member: unknown = Reflect.get(members, name) ?? Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** Several looks at once, as dispatchers of many processes' work may ask for. */
async function looks(dispatcher: ManualDispatcher, kind: 'process' | 'deliver', count: number): Promise<void> {
  const { work } = dispatcher;
  if (work !== null) await Promise.all(Array.from({ length: count }, () => work.look(kind)));
}

describe('what is begun at once', () => {
  it('of a backlog of messages is no more than the policy allows, and all of it in the end', async () => {
    const storage = keptOpen(memoryStorage());
    const clock = new ManualClock();
    const door = desk({ storage, clock });
    for (let n = 0; n < 100; n += 1) {
      await door.engine.receive({ clientId: `c${n}`, text: 'referral', channel: CHANNEL }, { wait: false });
    }
    const gate = new Gate();
    const classifier = new ScriptedClassifier([[/referral/, 'REFERRAL']]);
    const slow = {
      classify: async (...args: Parameters<typeof classifier.classify>) => {
        await gate.pass();
        return classifier.classify(...args);
      },
    };
    const dispatcher = new ManualDispatcher();
    const worker = desk({
      storage,
      clock,
      classifier: slow,
      dispatcher,
      policy: { work: { concurrency: 20 } },
    });
    await worker.engine.start();
    await looks(dispatcher, 'process', 3);
    expect(gate.most).toBe(20);
    dispatcher.notified.splice(0);
    for (let round = 0; round < 10; round += 1) {
      await gate.release();
      expect(dispatcher.notified, 'that there is room again').toContainEqual(['process', clock.now()]);
      await looks(dispatcher, 'process', 1);
    }
    await gate.release();
    expect(gate.most).toBe(20);
    const { items } = await worker.engine.conversations.list({ limit: 500 });
    expect(items).toHaveLength(100);
    expect(items.every(({ lastOutboundAt }) => lastOutboundAt !== null)).toBe(true);
    await worker.engine.stop();
  });

  it('of deliveries is no more than the policy allows, however many look for them', async () => {
    const gate = new Gate();
    const transport = new FakeTransport().respondWith(async (): Promise<SendOutcome> => {
      await gate.pass();
      return { class: 'ok' };
    });
    const dispatcher = new ManualDispatcher();
    const one = outboxDesk({ concurrency: 4, perEndpoint: 100 }, { transport, dispatcher });
    await one.engine.start();
    for (let n = 0; n < 20; n += 1) await one.say(`c${n}`, `to ${n}`);
    await looks(dispatcher, 'deliver', 5);
    await settle();
    expect(gate.most).toBe(4);
    for (let round = 0; round < 6; round += 1) {
      await gate.release();
      await looks(dispatcher, 'deliver', 1);
    }
    await gate.release();
    expect((await one.deliveries()).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'sent'));
    await one.engine.stop();
  });
});

it('a start that fails leaves nothing running, and may be tried again', async () => {
  const dispatcher = new ManualDispatcher();
  dispatcher.failures = 1;
  const { engine } = desk({ dispatcher });
  await expect(engine.start()).rejects.toThrow('away');
  expect(await engine.health()).toMatchObject({ worker: { running: false } });
  await engine.start();
  expect(dispatcher.work).not.toBeNull();
  expect(await engine.health()).toMatchObject({ worker: { running: true } });
  await engine.stop();
});

it('a process whose clock is a minute ahead takes over nothing that is under way', async () => {
  const storage = keptOpen(memoryStorage());
  const clock = new ManualClock();
  const ahead: Clock = { now: () => clock.now() + 60_000, sleep: (ms, signal) => clock.sleep(ms, signal) };
  const gate = new Gate();
  const transport = new FakeTransport({ forgetful: true }).respondWith(async (): Promise<SendOutcome> => {
    await gate.pass();
    return { class: 'ok' };
  });
  const one = outboxDesk({}, { storage, clock, transport });
  const other = outboxDesk({}, { storage, clock: ahead, transport });
  await one.say('c');
  const sending = one.engine.tick();
  await settle();
  await clock.advance('4s');
  await other.engine.tick();
  expect(gate.open).toBe(1);
  await gate.release();
  await sending;
  await other.engine.tick();
  expect(transport.sent).toHaveLength(1);
  expect(await one.deliveries()).toMatchObject([{ status: 'sent', attempts: 1 }]);
});

describe('how a delivery ended', () => {
  it('is written down later where the storage was away for a moment, and nothing is sent again', async () => {
    const kept = memoryStorage();
    let isAway = false;
    const finishDeliveries: Storage['finishDeliveries'] = (params) =>
      isAway ? Promise.reject(new Error('away')) : kept.finishDeliveries(params);
    const one = outboxDesk({}, { storage: keptOpen(kept, { finishDeliveries }) });
    await one.say('c');
    isAway = true;
    await one.engine.tick();
    expect(await one.deliveries()).toMatchObject([{ status: 'pending' }]);
    isAway = false;
    await one.engine.tick();
    expect(await one.deliveries()).toMatchObject([{ status: 'sent', attempts: 1 }]);
    await one.clock.advance('1h');
    await one.engine.tick();
    expect(one.transport.sent).toHaveLength(1);
  });

  it('is written down without what no storage takes', async () => {
    const outcome: SendOutcome = {
      class: 'retry',
      code: 'bad\u0000code',
      detail: `cut \ud83d ${'x'.repeat(5_000)}`,
      status: 1.5,
    };
    const one = outboxDesk({}, { transport: new FakeTransport().respondWith(() => outcome) });
    await one.say('c');
    await one.engine.tick();
    const [delivery] = await one.deliveries();
    const found = await one.engine.deliveries.get(delivery?.id ?? '');
    expect(found?.attempts).toMatchObject([
      { code: 'badcode', status: null, detail: expect.stringMatching(/^cut \ufffd x+$/) },
    ]);
    expect(found?.attempts[0]?.detail?.length).toBeLessThanOrEqual(1_000);
  });
});
