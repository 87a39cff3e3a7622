import { afterAll, beforeAll, expect, it } from 'vitest';
import { bullMqDispatcher } from '../src/index';
import { CHANNEL, eventually, Fleet, Unreliable } from './support/fleet';
import { describeWithRedis, RedisServer } from './support/redis-server';

describeWithRedis('a fleet', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  it('works off in one process what another accepts, without a sweep', async () => {
    const fleet = new Fleet('1h');
    const accepting = fleet.process(bullMqDispatcher({ url: server.url, prefix: 'door', clock: fleet.clock }));
    const working = fleet.process(bullMqDispatcher({ url: server.url, prefix: 'door' }));
    await working.start();
    for (let turn = 0; turn < 3; turn += 1) {
      const message = { clientId: `c${turn}`, text: 'help me please', channel: CHANNEL };
      const { messageId } = await accepting.receive(message, { wait: false });
      await eventually(async () => (await accepting.explain(messageId)) !== null);
      await eventually(() => fleet.transport.sent.length === 2 * (turn + 1));
    }
    await fleet.stop();
    await eventually(async () => (await server.connections()) === 0);
  });

  it.each([1, 2, 3])('decides and delivers once what wake-ups are lost and doubled for (seed %i)', async (seed) => {
    const fleet = new Fleet('5s');
    const dispatchers = [0, 1, 2].map(
      (index) => new Unreliable(bullMqDispatcher({ url: server.url, prefix: `faults-${seed}` }), 10 * seed + index),
    );
    const engines = dispatchers.map((dispatcher) => fleet.process(dispatcher));
    for (const engine of engines) await engine.start();
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const message = {
        clientId: `c${index}`,
        text: 'help me please',
        channel: { ...CHANNEL, address: { id: `a${index}` } },
      };
      const { messageId } = (await engines[index % 3]?.receive(message, { wait: false })) ?? { messageId: '' };
      ids.push(messageId);
    }
    await eventually(async () => {
      await fleet.clock.advance('5s');
      return fleet.transport.sent.length >= 2 * ids.length;
    });
    for (const id of ids) expect(await engines[0]?.explain(id)).not.toBeNull();
    // Whatever is sent twice would be sent with the next sweeps.
    for (let sweep = 0; sweep < 5; sweep += 1) await fleet.clock.advance('5s');
    await fleet.stop();
    // To each message what acknowledges it and what answers it, and none of them again.
    expect(new Set(fleet.transport.sent.map(({ delivery }) => delivery.id)).size).toBe(2 * ids.length);
    expect(fleet.transport.sent).toHaveLength(2 * ids.length);
    expect(dispatchers.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(20);
    expect(dispatchers.reduce((sum, { doubled }) => sum + doubled, 0)).toBeGreaterThan(20);
  });
});
