import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@firstline/core';
import { dispatcherContract, ManualClock } from '@firstline/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { bullMqDispatcher } from '../src/index';
import { eventually } from './support/fleet';
import { describeWithRedis, RedisServer } from './support/redis-server';

describeWithRedis('bullMqDispatcher', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  dispatcherContract({ describe, it }, async () => ({
    dispatcher: bullMqDispatcher({ url: server.url }),
    clock: systemClock(),
    pass: (ms) => setTimeout(ms),
    ready: () => eventually(async () => (await server.connections()) >= 3),
    peer: async () => bullMqDispatcher({ url: server.url }),
    dispose: async () => void (await server.command('FLUSHALL')),
  }));
});

describeWithRedis('bullMqDispatcher without Redis', () => {
  let absent: RedisServer;
  beforeAll(async () => {
    absent = await RedisServer.start();
    await absent.kill();
  });
  afterAll(() => absent.remove());

  dispatcherContract({ describe, it }, async () => {
    const clock = new ManualClock();
    return {
      dispatcher: bullMqDispatcher({ url: absent.url, clock }),
      clock,
      pass: async (ms) => {
        await clock.advance(ms);
        // What is refused by a machine is refused in real time.
        await setTimeout(1);
      },
      dispose: async () => undefined,
    };
  });
});
