import { describe, expect, it } from 'vitest';
import { type Alert, channelKey, memoryStorage, type SendOutcome } from '../src/index';
import { FakeTransport, ManualClock } from '../src/testing/index';
import { outboxDesk } from './support/outbox-desk';

const KEY = channelKey({ transport: 'fake', address: { to: 'a' } });
const DOWN: SendOutcome = { class: 'retry', code: 'http_503', status: 503, detail: 'busy' };

function watched(delivery: Parameters<typeof outboxDesk>[0] = {}, options: Parameters<typeof outboxDesk>[1] = {}) {
  const alerts: Alert[] = [];
  const one = outboxDesk(delivery, { onAlert: (alert) => void alerts.push(alert), ...options });
  const kinds = (): string[] => alerts.map(({ kind }) => kind);
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await one.clock.advance('1m');
      await one.engine.tick();
    }
  };
  return { ...one, alerts, kinds, pass };
}

describe('an alert', () => {
  it('tells of a message at its fourth failure, when it is given up, and when the endpoint works again', async () => {
    const one = watched({ retries: ['1m', '1m', '1m', '1m'] });
    one.transport.respondWith(() => DOWN);
    await one.say('c');
    await one.engine.tick();
    await one.pass(2);
    expect(one.alerts).toEqual([]);
    await one.pass(1);
    const [delivery] = await one.deliveries();
    const about = { transport: 'fake', endpoint: KEY, deliveryId: delivery?.id, code: 'http_503', detail: 'busy' };
    expect(one.alerts).toEqual([{ kind: 'attempt_failing', at: one.clock.now(), tenant: 'default', ...about }]);
    await one.pass(1);
    expect(one.kinds()).toEqual(['attempt_failing', 'exhausted']);
    one.transport.respondWith(() => ({ class: 'ok' }));
    await one.say('c');
    await one.engine.tick();
    await one.say('c');
    await one.engine.tick();
    expect(one.kinds()).toEqual(['attempt_failing', 'exhausted', 'recovered']);
  });

  it('tells of what only the owner can mend at once, and of a message that is refused for good', async () => {
    const one = watched();
    one.transport.failNext({ class: 'config', code: 'http_401', status: 401 });
    one.transport.failNext({ class: 'park', code: 'http_400', status: 400 });
    one.transport.failNext({ class: 'park', code: 'ssrf_blocked' });
    await one.say('first', 'a');
    await one.engine.tick();
    await one.say('second', 'b');
    await one.engine.tick();
    await one.say('third', 'c');
    await one.engine.tick();
    expect(one.kinds()).toEqual(['misconfigured', 'parked', 'address_refused', 'endpoint_paused']);
  });

  it('tells of an endpoint that is paused, disabled and back', async () => {
    const one = watched();
    one.transport.respondWith(() => DOWN);
    for (let n = 0; n < 5; n += 1) await one.say(`c${n}`);
    await one.engine.tick();
    one.transport.respondWith(() => ({ class: 'off', code: 'http_410', status: 410 }));
    await one.pass(1);
    expect(one.kinds()).toEqual(['endpoint_paused', 'endpoint_disabled']);
    one.transport.respondWith(() => ({ class: 'ok' }));
    await one.engine.deliveries.endpoints.enable(KEY);
    await one.engine.tick();
    expect((await one.engine.stats()).deliveries.sent).toBe(5);
  });

  it('tells of a message that may have arrived and is not repeated', async () => {
    const one = watched({ retries: [] }, { transport: new FakeTransport({ forgetful: true }) });
    one.transport.respondWith(() => ({ class: 'unknown', code: 'connection_reset' }));
    await one.say('c');
    await one.engine.tick();
    expect(one.kinds()).toEqual(['outcome_unknown']);
  });

  it('tells of a receiver whose clock is wrong, also where all goes well', async () => {
    const one = watched();
    one.transport.respondWith((_outbound, { now }) => ({ class: 'ok', receiverClockAt: now + 60_000 }));
    await one.say('c');
    await one.engine.tick();
    expect(one.alerts).toEqual([]);
    one.transport.respondWith((_outbound, { now }) => ({ class: 'ok', receiverClockAt: now - 301_000 }));
    await one.say('c');
    await one.engine.tick();
    expect(one.alerts).toMatchObject([{ kind: 'clock_skew', detail: "the receiver's clock is 301 s behind" }]);
    await one.say('c');
    await one.engine.tick();
    expect(one.alerts).toHaveLength(1);
    expect(await one.engine.deliveries.endpoints.get(KEY)).toMatchObject({ status: 'active', failing: [] });
  });

  it('tells of an outbox that is late', async () => {
    const transport = new FakeTransport({ timeoutMs: 50_000 });
    const one = watched({ concurrency: 1, lateAfter: '2m' }, { transport });
    transport.respondWith(async () => {
      await one.clock.sleep(45_000);
      return { class: 'ok' };
    });
    await one.engine.start();
    for (let n = 0; n < 9; n += 1) await one.say(`c${n}`, `place ${n}`);
    await one.clock.advance('2m');
    expect(one.alerts).toEqual([]);
    await one.clock.advance('2m');
    expect(one.alerts).toMatchObject([{ kind: 'queue_late', transport: null, endpoint: null, deliveryId: null }]);
    expect((await one.engine.deliveries.status()).lateMs).toBeGreaterThan(120_000);
    const stopping = one.engine.stop();
    await one.clock.advance('1m');
    await stopping;
  });

  it('tells what a transport says of itself', async () => {
    const one = watched();
    await one.engine.start();
    await one.transport.ingress.alert({
      kind: 'ingress_failing',
      code: 'http_409',
      detail: 'somebody else is polling',
    });
    await one.transport.ingress.alert({ kind: 'ingress_failing', code: 'http_409' });
    expect(one.alerts).toMatchObject([
      {
        kind: 'ingress_failing',
        transport: 'fake',
        endpoint: null,
        code: 'http_409',
        detail: 'somebody else is polling',
      },
    ]);
    await one.engine.stop();
  });

  it('tells each thing once an hour about an endpoint, whichever process notices', async () => {
    const storage = memoryStorage();
    const clock = new ManualClock();
    const alerts: Alert[] = [];
    const onAlert = (alert: Alert): void => void alerts.push(alert);
    const desks = [1, 2, 3].map(() => outboxDesk({ retries: [] }, { storage, clock, onAlert }));
    for (let minute = 0; minute < 180; minute += 20) {
      for (const [n, one] of desks.entries()) {
        one.transport.respondWith(() => DOWN);
        await one.say(`c ${minute} ${n}`, n === 2 ? 'b' : 'a');
        await one.engine.tick();
        one.transport.respondWith(() => ({ class: 'ok' }));
        await one.say(`d ${minute} ${n}`, n === 2 ? 'b' : 'a');
        await one.engine.tick();
      }
      await clock.advance('20m');
    }
    const exhausted = alerts.filter(({ kind }) => kind === 'exhausted');
    expect(exhausted.map(({ at }) => at)).toHaveLength(6);
    for (const key of new Set(exhausted.map(({ endpoint }) => endpoint))) {
      const times = exhausted.filter(({ endpoint }) => endpoint === key).map(({ at }) => at);
      expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 3_600_000, 7_200_000]);
    }
    const told: unknown[] = [];
    for await (const event of desks[0]?.engine.events.subscribe() ?? []) {
      if (event.type === 'alert.raised') told.push(event.data['kind']);
      if (told.length === alerts.length) break;
    }
    expect(told).toEqual(alerts.map(({ kind }) => kind));
  });

  it('that nobody can be told does no harm', async () => {
    const logged: unknown[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields: unknown) => void logged.push(fields),
    };
    for (const onAlert of [
      (): void => {
        throw new Error('no network');
      },
      () => Promise.reject(new Error('no network')),
    ]) {
      const one = outboxDesk({ retries: [] }, { onAlert, logger });
      one.transport.failNext(DOWN);
      await one.say('c');
      await one.engine.tick();
      expect(await one.deliveries()).toMatchObject([{ status: 'dead' }]);
    }
    expect(logged).toEqual([
      { kind: 'exhausted', error: 'Error' },
      { kind: 'exhausted', error: 'Error' },
    ]);
  });
});
