import type { Dispatcher } from '@firstline/core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bullMqDispatcher } from '../src/index';
import { eventually } from './support/fleet';
import { HOUR, Looks } from './support/looks';
import { describeWithRedis, RedisServer } from './support/redis-server';
import { brokenAfter, Told } from './support/told';

const AWAY = 'redis is away, each process looks by itself';
/** Every attempt to add a job is counted there by BullMQ. */
const COUNTER = 'firstline:wakeups-default:id';
const BACK = 'redis is back, wake-ups are shared again';

describeWithRedis('a dispatcher on BullMQ', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    server.signal('SIGCONT');
    await server.command('FLUSHALL');
  });
  afterAll(() => server.remove());

  /** Resolves when somebody takes jobs, and the looks of the beginning are over. */
  async function started(looks: Looks, told: Told, sweepMs = HOUR) {
    const dispatcher = bullMqDispatcher({ url: server.url });
    await dispatcher.start(looks.work(told, sweepMs));
    await eventually(async () => (await server.connections()) >= 3 && looks.times('deliver') >= 2);
    return dispatcher;
  }

  /** How many jobs nobody has taken yet. */
  async function waiting(): Promise<number> {
    return Number(await server.command('LLEN', 'firstline:wakeups-default:wait'));
  }

  /** Looks end no more until the returned function is called. */
  function held(looks: Looks): () => void {
    let finish = (): void => undefined;
    const finished = new Promise<null>((resolve) => (finish = () => resolve(null)));
    looks.answer = () => finished;
    return finish;
  }

  /** In the middle of a look that does not end until `finish` is called; `before`: looks of the kind before it. */
  async function looking(dispatcher: Dispatcher, looks: Looks): Promise<{ before: number; finish: () => void }> {
    const before = looks.times('process');
    const finish = held(looks);
    dispatcher.notify('process', looks.clock.now());
    await looks.until(() => looks.times('process') > before);
    return { before, finish };
  }

  it('looks when it is told to, and when the last look said that something becomes due', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told());
    const before = looks.times('process');
    let due: number | null = looks.clock.now() + 100;
    looks.answer = () => {
      const answer = due;
      due = null;
      return Promise.resolve(answer);
    };
    dispatcher.notify('process', looks.clock.now());
    await looks.until(() => looks.times('process') === before + 2);
    await dispatcher.stop();
  });

  it('looks once more, afterwards, for what comes due during a look', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told());
    const { before, finish } = await looking(dispatcher, looks);
    const other = bullMqDispatcher({ url: server.url, clock: looks.clock });
    for (let job = 1; job <= 3; job += 1) {
      const added = Number(await server.command('GET', COUNTER));
      other.notify('process', looks.clock.now());
      await eventually(async () => Number(await server.command('GET', COUNTER)) > added && (await waiting()) === 0);
    }
    expect(looks.times('process')).toBe(before + 1);
    finish();
    await looks.until(() => looks.times('process') > before + 1);
    await dispatcher.stop();
    await other.stop();
  });

  it('hands over what it did not claim because it is being stopped', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told());
    const { finish } = await looking(dispatcher, looks);
    const stopping = dispatcher.stop();
    finish();
    await stopping;
    expect(await server.command('LRANGE', 'firstline:wakeups-default:wait', '0', '-1')).toHaveLength(1);
  });

  it('takes no job while it stops, so that what it hands over stays there for others', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told());
    const { finish } = await looking(dispatcher, looks);
    const stopping = dispatcher.stop();
    const other = bullMqDispatcher({ url: server.url, clock: looks.clock });
    other.notify('deliver', looks.clock.now());
    // And what it found out with whether Redis is there.
    await eventually(async () => (await waiting()) === 2);
    const added = await server.command('GET', COUNTER);
    for (let turn = 0; turn < 200; turn += 1) expect(await waiting()).toBe(2);
    expect(await server.command('GET', COUNTER)).toBe(added);
    finish();
    await stopping;
    await other.stop();
  });

  it('tells others of what is committed while it stops', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told());
    const { finish } = await looking(dispatcher, looks);
    const stopping = dispatcher.stop();
    dispatcher.notify('deliver', looks.clock.now());
    await eventually(async () => (await waiting()) === 1);
    finish();
    await stopping;
    // With what the look may have left.
    expect(await waiting()).toBe(2);
  });

  it('that is stopped before it is connected tells others first', async () => {
    const door = bullMqDispatcher({ url: server.url });
    door.notify('process', Date.now());
    door.notify('deliver', Date.now());
    await door.stop();
    const jobs = (await server.command('LRANGE', 'firstline:wakeups-default:wait', '0', '-1')) as string[];
    const names = await Promise.all(
      jobs.map((id) => server.command('HGET', `firstline:wakeups-default:${id}`, 'name')),
    );
    expect(names.sort()).toEqual(['deliver', 'probe', 'process']);
  });

  it('sweeps by the given clock', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told(), 1_000);
    const before = looks.times('process');
    await looks.clock.advance('3s');
    expect(looks.times('process')).toBe(before + 3);
    await dispatcher.stop();
  });

  it('makes few jobs of a burst, and leaves next to nothing behind', async () => {
    const looks = new Looks();
    const dispatcher = await started(looks, new Told());
    const before = looks.times('process');
    const added = await server.command('GET', COUNTER);
    for (let index = 0; index < 1_000; index += 1) dispatcher.notify('process', looks.clock.now());
    await looks.until(() => looks.times('process') > before);
    await eventually(async () => (await server.keys()).every((key) => !/:(de:|wait|active|delayed|\d+$)/.test(key)));
    expect(looks.times('process') - before).toBeLessThanOrEqual(3);
    expect(Number(await server.command('GET', COUNTER)) - Number(added)).toBeLessThanOrEqual(5);
    await dispatcher.stop();
    expect((await server.keys()).length).toBeLessThanOrEqual(6);
  });

  it('goes on by itself while Redis is away, and comes back', async () => {
    const looks = new Looks();
    const told = new Told();
    const dispatcher = await started(looks, told);
    const well = { status: 'healthy', fault: null, degradedAt: null };
    expect(dispatcher.status?.()).toEqual(well);
    await server.kill();
    await told.until(AWAY);
    const degradedAt = looks.clock.now();
    await looks.clock.advance('1s');
    expect(dispatcher.status?.()).toEqual({ status: 'degraded', fault: 'unreachable', degradedAt });
    for (let turn = 0; turn < 3; turn += 1) {
      const before = looks.times('process');
      dispatcher.notify('process', looks.clock.now());
      await looks.until(() => looks.times('process') > before);
    }
    await server.up();
    await told.until(BACK);
    expect(dispatcher.status?.()).toEqual(well);
    await eventually(async () => (await server.connections()) >= 3);
    // From another process.
    const other = bullMqDispatcher({ url: server.url, clock: looks.clock });
    const before = looks.times('deliver');
    await eventually(() => {
      other.notify('deliver', looks.clock.now());
      return looks.times('deliver') > before;
    });
    expect(told.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message)).toEqual([AWAY, BACK]);
    await dispatcher.stop();
    await other.stop();
  });

  it('does not wait for a Redis that hangs', async () => {
    const looks = new Looks();
    const told = new Told();
    const dispatcher = await started(looks, told);
    server.signal('SIGSTOP');
    const before = looks.times('process');
    dispatcher.notify('process', looks.clock.now());
    await looks.clock.advance('499ms');
    expect(looks.times('process')).toBe(before);
    await looks.clock.advance('1ms');
    expect(looks.times('process')).toBeGreaterThan(before);
    expect(told.times(AWAY)).toBe(1);
    expect(dispatcher.status?.()).toMatchObject({ status: 'degraded', fault: 'timeout' });
    server.signal('SIGCONT');
    dispatcher.notify('process', looks.clock.now());
    await told.until(BACK);
    server.signal('SIGSTOP');
    dispatcher.notify('process', looks.clock.now());
    await dispatcher.stop();
    server.signal('SIGCONT');
    await eventually(async () => (await server.connections()) === 0);
  });

  it('works without a Redis that was never there, and stops', async () => {
    const absent = await RedisServer.start();
    await absent.kill();
    const looks = new Looks();
    const told = new Told();
    const dispatcher = bullMqDispatcher({ url: absent.url });
    await dispatcher.start(looks.work(told));
    await told.until(AWAY);
    const before = looks.times('process');
    dispatcher.notify('process', looks.clock.now());
    await looks.until(() => looks.times('process') > before);
    await dispatcher.stop();
    await absent.remove();
  });

  it.each(['the host', 'the engine'])('minds no logger of %s that throws', async (whose) => {
    const absent = await RedisServer.start();
    await absent.kill();
    const looks = new Looks();
    const told = new Told();
    const broken = brokenAfter(told);
    const dispatcher = bullMqDispatcher({ url: absent.url, clock: looks.clock, logger: broken });
    if (whose === 'the host') dispatcher.notify('process', looks.clock.now());
    else await dispatcher.start(looks.work(broken));
    await told.until(AWAY);
    expect(dispatcher.status?.()).toMatchObject({ status: 'degraded', fault: 'unreachable' });
    if (whose === 'the engine') {
      looks.answer = () => Promise.reject(new Error('the storage is away'));
      dispatcher.notify('process', looks.clock.now());
      await told.until('could not claim due work; trying again');
      looks.answer = () => Promise.resolve(null);
      const before = looks.times('process');
      await looks.clock.advance('1s');
      expect(looks.times('process')).toBe(before + 1);
    }
    await absent.up();
    await told.until(BACK);
    expect(dispatcher.status?.()).toMatchObject({ status: 'healthy' });
    await dispatcher.stop();
    await absent.remove();
  });

  it.each(['there', 'away'])('waits for looks and closes its connections, Redis being %s', async (where) => {
    const looks = new Looks();
    const told = new Told();
    const dispatcher = await started(looks, told);
    const finish = held(looks);
    const before = looks.times('process');
    dispatcher.notify('process', looks.clock.now());
    await looks.until(() => looks.times('process') > before);
    if (where === 'away') {
      await server.kill();
      await told.until(AWAY);
    }
    let isStopped = false;
    const stopping = dispatcher.stop().then(() => (isStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    finish();
    await stopping;
    if (where === 'away') await server.up();
    await eventually(async () => (await server.connections()) === 0);
    dispatcher.notify('process', looks.clock.now());
    expect(await server.connections()).toBe(0);
  });

  it('neither uses nor closes a client it was given', async () => {
    const client = server.client();
    const looks = new Looks();
    const dispatcher = bullMqDispatcher({ client });
    await dispatcher.start(looks.work(new Told()));
    await eventually(async () => (await server.connections()) >= 3);
    await dispatcher.stop();
    expect(await client.ping()).toBe('PONG');
    expect(await server.connections()).toBe(0);
  });
});
