import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@firstline/core';
import { dispatcherContract } from '@firstline/core/testing';
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
