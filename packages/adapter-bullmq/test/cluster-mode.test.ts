import { afterAll, beforeAll, expect, it } from 'vitest';
import { bullMqDispatcher } from '../src/index';
import { eventually } from './support/fleet';
import { Looks } from './support/looks';
import { describeWithRedis, RedisServer } from './support/redis-server';
import { Told } from './support/told';

describeWithRedis('a server in cluster mode', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start('--cluster-enabled', 'yes');
    await server.command('CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => `${slot}`));
    await eventually(async () => String(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  });
  afterAll(() => server.remove());

  it('shares wake-ups under a prefix with a hash tag', async () => {
    const looks = new Looks();
    const dispatcher = bullMqDispatcher({ url: server.url, prefix: '{firstline}' });
    await dispatcher.start(looks.work(new Told()));
    await eventually(async () => (await server.connections()) >= 3 && looks.times('deliver') >= 2);
    const other = bullMqDispatcher({ url: server.url, prefix: '{firstline}', clock: looks.clock });
    const before = looks.times('deliver');
    other.notify('deliver', looks.clock.now());
    await looks.until(() => looks.times('deliver') > before);
    expect(dispatcher.status?.()).toMatchObject({ status: 'healthy' });
    await dispatcher.stop();
    await other.stop();
  });

  it('refuses jobs under another, which is told', async () => {
    const looks = new Looks();
    const told = new Told();
    const dispatcher = bullMqDispatcher({ url: server.url });
    await dispatcher.start(looks.work(told));
    await told.until('redis is away, each process looks by itself');
    expect(dispatcher.status?.()).toMatchObject({ status: 'degraded', fault: 'crossslot' });
    await dispatcher.stop();
  });
});
