import type { Clock } from '../ports/clock';
import type { Dispatcher } from '../ports/dispatcher';
import type { WorkKind } from '../ports/storage-work';
import { equal, isTrue } from './contract/assert';
import type { ContractTestApi } from './contract/cases';
import { DueDesk, KINDS } from './contract/due-desk';

/** One dispatcher for one case. Its tenant is `'default'`. */
export interface DispatcherUnderTest {
  /** Not started yet; stopped at the end of the case. */
  readonly dispatcher: Dispatcher;
  /** The engine's. */
  readonly clock: Clock;
  /** Lets time pass, by `clock` and whatever else the dispatcher goes by: moves the clock, or waits. */
  pass(ms: number): Promise<void>;
  /** After `start`: resolves when it is connected to what it uses. Left out where there is nothing. */
  ready?(): Promise<void>;
  /**
   * A further dispatcher of the same installation, as another process would make it; also stopped at the end. Left out where
   * processes tell each other nothing.
   */
  peer?(): Promise<Dispatcher>;
  /** Called at the end of each case, after all have been stopped. */
  dispose(): Promise<void>;
}

export type CreateDispatcher = () => Promise<DispatcherUnderTest>;

/** No sweep comes during a case. */
const NO_SWEEP_MS = 3_600_000;
const SWEEP_MS = 300;
/** When something becomes due later. */
const SOON_MS = 200;
/** Nothing is looked at for so long: it rests. */
const REST_MS = 150;
const STEP_MS = 10;
/** Ten seconds, for what is due at once: connections of a busy machine, and pauses after a failure. */
const MOST_STEPS = 1_000;

/**
 * Holds a dispatcher to the promises of the `Dispatcher` port. Give it your test runner's functions:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * dispatcherContract({ describe, it }, async () => {
 *   const clock = new ManualClock();
 *   return { dispatcher: myDispatcher(), clock, pass: (ms) => clock.advance(ms), dispose: async () => undefined };
 * });
 * ```
 */
export function dispatcherContract(test: ContractTestApi, create: CreateDispatcher): void {
  const it = (name: string, body: (bench: Bench) => Promise<void>): void =>
    test.it(name, async () => {
      const subject = await create();
      const bench = new Bench(subject);
      try {
        await body(bench);
      } finally {
        await bench.stop();
        await subject.dispose();
      }
    });
  test.describe('dispatcher: looking', () => lookingCases(it));
  test.describe('dispatcher: what goes wrong', () => faultCases(it));
  test.describe('dispatcher: stopping', () => stoppingCases(it));
  test.describe('dispatcher: processes', () => sharingCases(it));
}

type It = (name: string, body: (bench: Bench) => Promise<void>) => void;

/** The dispatcher under test, and what there is to do. */
class Bench {
  readonly desk: DueDesk;
  readonly dispatcher: Dispatcher;
  readonly #subject: DispatcherUnderTest;
  readonly #peers: Dispatcher[] = [];

  constructor(subject: DispatcherUnderTest) {
    this.#subject = subject;
    this.dispatcher = subject.dispatcher;
    this.desk = new DueDesk(subject.clock);
  }

  get now(): number {
    return this.#subject.clock.now();
  }

  /** Resolves when the looks of the beginning are over. */
  async start({ sweepMs = NO_SWEEP_MS, kinds = KINDS } = {}): Promise<void> {
    await this.dispatcher.start(this.desk.work(sweepMs, kinds));
    await this.#subject.ready?.();
    await this.until(
      () => kinds.every((kind) => this.desk.looks(kind) > 0),
      'a look at every kind soon after the start',
    );
    if (sweepMs === NO_SWEEP_MS) await this.rest();
  }

  /** Something becomes due, and the dispatcher is told. */
  tell(kind: WorkKind, at: number): void {
    this.desk.put(kind, at);
    this.dispatcher.notify(kind, at);
  }

  pass(ms: number): Promise<void> {
    return this.#subject.pass(ms);
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    for (let step = 0; !isSo(); step += 1) {
      isTrue(step < MOST_STEPS, what);
      await this.pass(STEP_MS);
    }
  }

  /** Resolves when nothing is looked at any more. */
  async rest(): Promise<void> {
    let before = Number.NaN;
    for (let times = 0; before !== this.desk.looks(); times += 1) {
      isTrue(times < MOST_STEPS / 25, 'no more looks when there is nothing to do');
      before = this.desk.looks();
      await this.pass(REST_MS);
    }
  }

  async ended(promise: Promise<unknown>, what: string): Promise<void> {
    let hasEnded = false;
    const ending = promise.finally(() => (hasEnded = true));
    ending.catch(() => undefined);
    await this.until(() => hasEnded, what);
    await ending;
  }

  async peer(): Promise<Dispatcher | null> {
    const peer = (await this.#subject.peer?.()) ?? null;
    if (peer !== null) this.#peers.push(peer);
    return peer;
  }

  async stop(): Promise<void> {
    this.desk.release();
    for (const dispatcher of [this.dispatcher, ...this.#peers]) await this.ended(dispatcher.stop(), 'stop() resolves');
  }
}

function lookingCases(it: It): void {
  it('finds what was due before the start, and what comes due later of what was there then', async (bench) => {
    for (const kind of KINDS) {
      bench.desk.put(kind, bench.now - 1_000);
      bench.desk.put(kind, bench.now + 2 * SOON_MS);
    }
    await bench.start();
    await bench.until(() => bench.desk.done === 2 * KINDS.length, 'all work is found without a sweep');
  });

  it('looks when it is told to, of every kind and more than once', async (bench) => {
    await bench.start();
    for (let round = 1; round <= 3; round += 1) {
      for (const kind of KINDS) bench.tell(kind, bench.now);
      await bench.until(() => bench.desk.done === round * KINDS.length, `work of round ${round} is found`);
    }
    bench.tell('process', bench.now - 60_000);
    await bench.until(() => bench.desk.done === 3 * KINDS.length + 1, 'work that is long due is found');
  });

  it('looks when something becomes due that it was told of before', async (bench) => {
    await bench.start();
    for (const kind of KINDS) bench.tell(kind, bench.now + SOON_MS);
    await bench.until(() => bench.desk.done === KINDS.length, 'work is found when it is due');
  });

  it('keeps several times apart, in whatever order it is told of them', async (bench) => {
    await bench.start();
    for (const laterMs of [3, 1, 4, 2]) bench.tell('remind', bench.now + laterMs * SOON_MS);
    // Nobody waits for this one: neither does the work before it.
    bench.tell('remind', bench.now + 30 * 86_400_000);
    await bench.until(() => bench.desk.done === 4, 'work is found when it is due');
    await bench.rest();
    equal(bench.desk.done, 4, 'claimed');
  });

  it('looks at nothing but the kinds it was given', async (bench) => {
    await bench.start({ kinds: ['process', 'deliver'] });
    for (const kind of KINDS) bench.tell(kind, bench.now);
    await bench.until(() => bench.desk.done === 2, 'work of its kinds is found');
    await bench.rest();
    equal(bench.desk.looks(), bench.desk.looks('process') + bench.desk.looks('deliver'), 'looks of all kinds');
  });

  it('loses nothing that it is told of during a look', async (bench) => {
    await bench.start();
    bench.desk.hold();
    bench.dispatcher.notify('process', bench.now);
    await bench.until(() => bench.desk.running > 0, 'a look');
    bench.tell('process', bench.now);
    bench.tell('process', bench.now + SOON_MS);
    bench.desk.release();
    await bench.until(() => bench.desk.done === 2, 'what came during the look is found');
  });

  it('never looks at a kind while it looks at it, and afterwards at what it was told of meanwhile', async (bench) => {
    await bench.start({ sweepMs: SWEEP_MS });
    for (let round = 1; round <= 2; round += 1) {
      bench.desk.hold();
      for (const kind of KINDS) bench.dispatcher.notify(kind, bench.now);
      await bench.until(() => bench.desk.running >= KINDS.length, 'a look at every kind');
      for (let times = 0; times < 5; times += 1) {
        for (const kind of KINDS) bench.tell(kind, bench.now);
        await bench.pass(STEP_MS);
      }
      // Neither does a sweep.
      await bench.pass(2 * SWEEP_MS);
      equal(bench.desk.most, 1, 'looks of one kind at once');
      bench.desk.release();
      await bench.until(() => bench.desk.done === 5 * round * KINDS.length, 'what came during the look is found');
    }
    equal(bench.desk.most, 1, 'looks of one kind at once');
  });

  it('finds with its sweep what nobody told it of', async (bench) => {
    await bench.start({ sweepMs: SWEEP_MS });
    for (let round = 1; round <= 2; round += 1) {
      for (const kind of KINDS) bench.desk.put(kind, bench.now);
      await bench.until(() => bench.desk.done === round * KINDS.length, 'all work is found');
    }
  });
}

function faultCases(it: It): void {
  it('minds no wake-up that comes many times, or for nothing', async (bench) => {
    await bench.start();
    for (let round = 1; round <= 2; round += 1) {
      bench.desk.put('deliver', bench.now);
      for (let n = 0; n < 50; n += 1) {
        bench.dispatcher.notify('deliver', bench.now);
        bench.dispatcher.notify('deliver', bench.now + SOON_MS);
      }
      await bench.until(() => bench.desk.done === round, 'work is found');
      await bench.pass(SOON_MS);
      await bench.rest();
    }
  });

  it('looks again, soon, after a look that failed', async (bench) => {
    bench.desk.fail(KINDS.length);
    await bench.start();
    for (const kind of KINDS) bench.desk.put(kind, bench.now);
    bench.desk.fail(1);
    for (const kind of KINDS) bench.dispatcher.notify(kind, bench.now);
    await bench.until(() => bench.desk.done === KINDS.length, 'all work is found without a sweep');
  });

  it('does not ask a storage that is away all the time', async (bench) => {
    await bench.start();
    bench.desk.fail(Number.POSITIVE_INFINITY);
    const before = bench.desk.looks();
    bench.tell('process', bench.now);
    await bench.pass(SOON_MS);
    isTrue(bench.desk.looks() - before <= 10, 'a pause after a look that failed');
    bench.desk.fail(0);
    await bench.until(() => bench.desk.done === 1, 'work is found when the storage is back');
  });

  it('may be told of something before it is started', async (bench) => {
    bench.tell('process', bench.now);
    bench.tell('deliver', bench.now + SOON_MS);
    await bench.pass(STEP_MS);
    equal(bench.desk.looks(), 0, 'looks before the start');
    await bench.start();
    await bench.until(() => bench.desk.done === 2, 'work is found');
  });
}

function stoppingCases(it: It): void {
  it('begins no look once it is stopped, whatever it is told', async (bench) => {
    await bench.start({ sweepMs: SWEEP_MS });
    for (const kind of KINDS) bench.tell(kind, bench.now + SOON_MS);
    const stopping = bench.dispatcher.stop();
    const before = bench.desk.looks();
    for (const kind of KINDS) bench.tell(kind, bench.now);
    await bench.ended(stopping, 'stop() resolves');
    for (const kind of KINDS) bench.tell(kind, bench.now);
    await bench.pass(2 * SWEEP_MS);
    equal(bench.desk.looks(), before, 'looks');
  });

  it('waits for the look that is under way, and for nothing else', async (bench) => {
    await bench.start();
    bench.desk.hold();
    bench.dispatcher.notify('process', bench.now);
    await bench.until(() => bench.desk.running > 0, 'a look');
    let isStopped = false;
    const stopping = bench.dispatcher.stop().then(() => (isStopped = true));
    await bench.pass(REST_MS);
    equal(isStopped, false, 'stopped during a look');
    bench.desk.release();
    await bench.ended(stopping, 'stop() resolves when the look has ended');
    equal(bench.desk.running, 0, 'looks under way');
  });

  it('can be stopped right after the start', async (bench) => {
    await bench.dispatcher.start(bench.desk.work(NO_SWEEP_MS, KINDS));
    await bench.ended(bench.dispatcher.stop(), 'stop() resolves');
    const before = bench.desk.looks();
    await bench.pass(REST_MS);
    equal(bench.desk.looks(), before, 'looks');
  });

  it('can be stopped twice, also at once', async (bench) => {
    await bench.start();
    const stopping = [bench.dispatcher.stop(), bench.dispatcher.stop()];
    await bench.ended(Promise.all(stopping), 'stop() resolves');
    await bench.ended(bench.dispatcher.stop(), 'stop() resolves again');
  });

  it('can be stopped where it was never started, told of something or not', async (bench) => {
    bench.tell('process', bench.now);
    await bench.ended(bench.dispatcher.stop(), 'stop() resolves');
    bench.tell('process', bench.now);
    const idle = await bench.peer();
    if (idle !== null) await bench.ended(idle.stop(), 'stop() of one that was told nothing resolves');
    equal(bench.desk.looks(), 0, 'looks');
  });
}

function sharingCases(it: It): void {
  it('looks for what another process tells, which need not be started', async (bench) => {
    const other = await bench.peer();
    if (other === null) return;
    await bench.start();
    bench.desk.put('process', bench.now);
    other.notify('process', bench.now);
    await bench.until(() => bench.desk.done === 1, 'work of another process is found');
    bench.desk.put('process', bench.now + SOON_MS);
    other.notify('process', bench.now + SOON_MS);
    await bench.until(() => bench.desk.done === 2, 'work that is due later is found as well');
  });

  it('goes on where another process stops', async (bench) => {
    const other = await bench.peer();
    if (other === null) return;
    await other.start(bench.desk.work(NO_SWEEP_MS, KINDS));
    await bench.start();
    for (const kind of KINDS) bench.desk.put(kind, bench.now);
    for (const kind of KINDS) other.notify(kind, bench.now);
    await bench.ended(other.stop(), 'stop() of another process resolves');
    await bench.until(() => bench.desk.done === KINDS.length, 'work that it told of is found');
  });
}
