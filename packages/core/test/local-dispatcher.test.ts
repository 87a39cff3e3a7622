import { describe, expect, it } from 'vitest';
import { type DispatchedWork, type Dispatcher, localDispatcher, type WorkKind } from '../src/index';
import { dispatcherContract, ManualClock } from '../src/testing/index';

describe('localDispatcher', () => {
  dispatcherContract({ describe, it }, async () => {
    const clock = new ManualClock();
    return { dispatcher: localDispatcher(), clock, pass: (ms) => clock.advance(ms), dispose: async () => undefined };
  });

  const DAY = 86_400_000;
  const nobody = (): void => undefined;
  const logger = { debug: nobody, info: nobody, warn: nobody, error: nobody };

  /** Looks of 3 ms, during each of which something is told. */
  async function started(told: (dispatcher: Dispatcher, looks: number, now: number) => void) {
    const clock = new ManualClock();
    const dispatcher = localDispatcher();
    const looked: number[] = [];
    const look = async (kind: WorkKind): Promise<null> => {
      const at = clock.now();
      looked.push(at);
      await clock.sleep(1);
      if (kind === 'remind') told(dispatcher, looked.length, at);
      await clock.sleep(2);
      return null;
    };
    await dispatcher.start({ tenant: 'default', kinds: ['remind'], look, sweepMs: 60_000, clock, logger });
    return { clock, dispatcher, looked };
  }

  it('sleeps, though it is told during every look of what is due much later', async () => {
    const { clock, dispatcher, looked } = await started((to, _looks, now) => {
      for (let day = 1; day <= 3; day += 1) to.notify('remind', now + day * DAY);
    });
    await clock.advance(1_000);
    expect(looked).toHaveLength(1);
    // With its sweep.
    await clock.advance(60_000);
    expect(looked).toHaveLength(2);
    await dispatcher.stop();
  });

  it('sleeps until the earliest of what it is told during a look', async () => {
    const { clock, dispatcher, looked } = await started((to, looks, now) => {
      if (looks > 1) return;
      for (const laterMs of [300, 100, DAY, 200]) to.notify('remind', now + laterMs);
    });
    const from = clock.now();
    await clock.advance(1_000);
    expect(looked).toEqual([from, from + 100]);
    await dispatcher.stop();
  });

  it('looks once more, at once, for all that comes due during a look', async () => {
    const { clock, dispatcher, looked } = await started((to, looks, now) => {
      if (looks > 1) return;
      for (let times = 0; times < 20; times += 1) to.notify('remind', now);
    });
    const from = clock.now();
    await clock.advance(1_000);
    expect(looked).toEqual([from, from + 3]);
    await dispatcher.stop();
  });
});

/** The local dispatcher with something taken away. */
type Fault = (inner: Dispatcher, clock: ManualClock) => Partial<Dispatcher>;

/** Names of the cases that fail. */
async function failures(fault: Fault): Promise<string[]> {
  const cases: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  const collected = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void cases.push({ name, body }),
  };
  dispatcherContract(collected, async () => {
    const clock = new ManualClock();
    const inner = localDispatcher();
    const faulty = fault(inner, clock);
    const dispatcher: Dispatcher = {
      start: faulty.start ?? ((work) => inner.start(work)),
      notify: faulty.notify ?? ((kind, at) => inner.notify(kind, at)),
      stop: faulty.stop ?? (() => inner.stop()),
    };
    return { dispatcher, clock, pass: (ms) => clock.advance(ms), dispose: () => inner.stop() };
  });
  const failed: string[] = [];
  for (const { name, body } of cases) await body().catch(() => failed.push(name));
  return failed;
}

const started = (
  inner: Dispatcher,
  change: (work: DispatchedWork) => Partial<DispatchedWork>,
): Partial<Dispatcher> => ({
  start: (work) => inner.start({ ...work, ...change(work) }),
});

describe('the contract of dispatchers', () => {
  it.each<readonly [string, string, Fault]>([
    [
      'never looks at one kind',
      'looks when it is told to, of every kind and more than once',
      (inner) => started(inner, ({ kinds }) => ({ kinds: kinds.filter((kind) => kind !== 'watch') })),
    ],
    [
      'forgets what the last look said',
      'finds what was due before the start, and what comes due later of what was there then',
      (inner) => started(inner, ({ look }) => ({ look: (kind) => look(kind).then(() => null) })),
    ],
    [
      'hears nothing',
      'looks when something becomes due that it was told of before',
      () => ({ notify: () => undefined }),
    ],
    [
      'hears only what is due at once',
      'looks when something becomes due that it was told of before',
      (inner, clock) => ({ notify: (kind, at) => (at <= clock.now() ? inner.notify(kind, at) : undefined) }),
    ],
    [
      'hears nothing during a look',
      'loses nothing that it is told of during a look',
      (inner) => {
        let looking = 0;
        return {
          ...started(inner, ({ look }) => ({
            look: (kind) => {
              looking += 1;
              return look(kind).finally(() => (looking -= 1));
            },
          })),
          notify: (kind, at) => (looking === 0 ? inner.notify(kind, at) : undefined),
        };
      },
    ],
    [
      'looks while it looks',
      'never looks at a kind while it looks at it, and afterwards at what it was told of meanwhile',
      (inner) => {
        let work: DispatchedWork | null = null;
        return {
          start: (given) => inner.start((work = given)),
          notify: (kind, at) => {
            inner.notify(kind, at);
            void work?.look(kind).catch(() => undefined);
          },
        };
      },
    ],
    [
      'does not sweep',
      'finds with its sweep what nobody told it of',
      (inner) => started(inner, () => ({ sweepMs: 3_600_000 })),
    ],
    [
      'gives up a kind of which a look failed',
      'looks again, soon, after a look that failed',
      (inner) =>
        started(inner, ({ look }) => ({ look: (kind) => look(kind).catch(() => new Promise(() => undefined)) })),
    ],
    [
      'asks a storage that is away all the time',
      'does not ask a storage that is away all the time',
      (inner, clock) =>
        started(inner, ({ look }) => ({
          look: (kind) => look(kind).catch(() => clock.sleep(1).then(() => clock.now())),
        })),
    ],
    [
      'looks without end at what is due much later',
      'keeps several times apart, in whatever order it is told of them',
      (inner, clock) =>
        started(inner, ({ look }) => ({
          look: async (kind) => ((await look(kind)) === null ? null : clock.now() + 1),
        })),
    ],
    [
      'minds being told before the start',
      'may be told of something before it is started',
      (inner) => {
        let isStarted = false;
        return {
          start: (work) => inner.start(work).finally(() => (isStarted = true)),
          notify: (kind, at) => {
            if (!isStarted) throw new Error('not started');
            inner.notify(kind, at);
          },
        };
      },
    ],
    [
      'does not stop',
      'begins no look once it is stopped, whatever it is told',
      () => ({ stop: () => Promise.resolve() }),
    ],
    [
      'does not wait for its looks',
      'waits for the look that is under way, and for nothing else',
      (inner) => ({
        stop: async () => {
          void inner.stop();
        },
      }),
    ],
    [
      'cannot be stopped where it was never started',
      'can be stopped where it was never started, told of something or not',
      (inner) => {
        let isStarted = false;
        return {
          start: (work) => inner.start(work).finally(() => (isStarted = true)),
          stop: () => (isStarted ? inner.stop() : Promise.reject(new Error('not started'))),
        };
      },
    ],
    [
      'cannot be stopped twice',
      'can be stopped twice, also at once',
      (inner) => {
        let times = 0;
        return { stop: () => ((times += 1) === 1 ? inner.stop() : new Promise(() => undefined)) };
      },
    ],
  ])('finds one that %s', async (_what, name, fault) => {
    expect(await failures(fault)).toContain(name);
  });
});
