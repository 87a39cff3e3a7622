import { setTimeout } from 'node:timers/promises';
import {
  createEngine,
  type Dispatcher,
  type Engine,
  type Logger,
  memoryStorage,
  type Storage,
  type WorkKind,
} from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';

export const CHANNEL = { transport: 'fake', address: { id: 'a' } };
const SCENARIOS = [
  { id: 'HELP', description: 'Needs help', examples: ['help me please', 'I need help'], reply: 'On it.' },
];

/** Processes on one storage, which are told of each other's commits by nobody but their dispatchers. */
export class Fleet {
  readonly clock = new ManualClock();
  readonly transport = new FakeTransport();
  readonly engines: Engine[] = [];
  readonly #storage: Storage = withoutClose(memoryStorage());
  readonly #sweep: '1h' | '5s';

  constructor(sweep: '1h' | '5s') {
    this.#sweep = sweep;
  }

  process(dispatcher: Dispatcher, logger?: Logger): Engine {
    const engine = createEngine({
      scenarios: SCENARIOS,
      storage: this.#storage,
      transports: { fake: this.transport },
      clock: this.clock,
      dispatcher,
      policy: {
        receiving: { clientRateLimit: false, sourceRateLimit: false, duplicateWindow: 0 },
        work: { sweep: this.#sweep },
      },
      ...(logger === undefined ? {} : { logger }),
    });
    this.engines.push(engine);
    return engine;
  }

  async stop(): Promise<void> {
    for (const engine of this.engines) await engine.stop();
  }
}

/** Resolves when it is so; rejects when it never comes to be. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    if (await isSo()) return;
    await setTimeout(5);
  }
  throw new Error('it never came to be');
}

/** Loses and doubles wake-ups on their way, by a seed. */
export class Unreliable implements Dispatcher {
  readonly start: Dispatcher['start'];
  readonly stop: Dispatcher['stop'];
  lost = 0;
  doubled = 0;
  readonly #inner: Dispatcher;
  #state: number;

  constructor(inner: Dispatcher, seed: number) {
    this.#inner = inner;
    this.#state = seed;
    this.start = (work) => inner.start(work);
    this.stop = () => inner.stop();
  }

  notify(kind: WorkKind, at: number): void {
    const chance = this.#next();
    if (chance < 0.4) {
      this.lost += 1;
      return;
    }
    this.#inner.notify(kind, at);
    if (chance < 0.7) return;
    this.doubled += 1;
    setImmediate(() => this.#inner.notify(kind, at));
  }

  /** Numerical Recipes' linear congruential generator. */
  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}

function withoutClose(storage: Storage): Storage {
  return new Proxy(storage, {
    get: (target, name) => {
      if (name === 'close') return () => Promise.resolve();
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
