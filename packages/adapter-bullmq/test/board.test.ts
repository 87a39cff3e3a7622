import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { systemClock } from '@firstline/core';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bullMqDispatcher } from '../src/index';
import { eventually } from './support/fleet';
import { HOUR, Looks } from './support/looks';
import { describeWithRedis, RedisServer } from './support/redis-server';
import { Told } from './support/told';

type ServerAdapter = Parameters<typeof createBullBoard>[0]['serverAdapter'];
type Route = Parameters<ServerAdapter['setApiRoutes']>[0][number];
type Queues = Parameters<ServerAdapter['setQueues']>[0];

/** What a board has a web framework serve; here without one. */
class Board {
  readonly #queues: Queues;
  readonly #routes: readonly Route[];

  constructor(queue: Queue) {
    let queues: Queues | undefined;
    let routes: readonly Route[] = [];
    const serverAdapter: ServerAdapter = {
      setQueues: (given) => ((queues = given), serverAdapter),
      setApiRoutes: (given) => ((routes = given), serverAdapter),
      setViewsPath: () => serverAdapter,
      setStaticPath: () => serverAdapter,
      setEntryRoute: () => serverAdapter,
      setErrorHandler: () => serverAdapter,
      setUIConfig: () => serverAdapter,
    };
    createBullBoard({ queues: [new BullMQAdapter(queue, { readOnlyMode: true })], serverAdapter });
    this.#queues = queues!;
    this.#routes = routes;
  }

  /** The page of a queue, as the board's interface asks for it. */
  async page(queue: string): Promise<unknown> {
    const list = this.#routes.find(({ method, route }) => method === 'get' && route === '/api/queues');
    const query = { activeQueue: queue, status: 'latest', page: '1', jobsPerPage: '10' };
    const request = { queues: this.#queues, uiConfig: {}, query, params: {}, body: {}, headers: {} };
    return (await list?.handler(request))?.body;
  }
}

describeWithRedis('bull-board', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  it('shows the queue of wake-ups, who takes them, and what is due later', async () => {
    const looks = new Looks();
    const dispatcher = bullMqDispatcher({ url: server.url, prefix: 'desk' });
    await dispatcher.start({ ...looks.work(new Told(), HOUR), clock: systemClock() });
    await eventually(async () => (await server.connections()) >= 3);
    dispatcher.notify('remind', Date.now() + HOUR / 2);

    const queue = new Queue('wakeups-default', { connection: server.client(), prefix: 'desk' });
    const board = new Board(queue);
    await eventually(async () => (await queue.getDelayedCount()) === 1 && (await queue.getWaitingCount()) === 0);
    await eventually(async () => (await queue.getWorkersCount()) > 0);
    expect(await board.page('wakeups-default')).toMatchObject({
      queues: [
        {
          name: 'wakeups-default',
          counts: { delayed: 1, waiting: 0, failed: 0 },
          jobs: [{ name: 'remind', data: null, isFailed: false }],
          readOnlyMode: true,
          hasWorkers: true,
        },
      ],
    });
    await dispatcher.stop();
    await queue.close();
  });
});
