import type { Cache } from '../ports/cache';
import { equal, isTrue } from './contract/assert';
import type { ContractTestApi } from './contract/cases';

/** One empty cache for one case. */
export interface CacheUnderTest {
  readonly cache: Cache;
  /**
   * Lets time pass for the cache: moves the clock it was given, or waits, for a store with a clock of its own. Left out
   * where neither is possible; the cases about forgetting are left out then.
   */
  advance?(ms: number): Promise<void>;
  /** A further cache on the same store, as another process would make it. Left out where nothing is shared. */
  peer?(): Promise<Cache>;
  /** Called at the end of each case. */
  dispose(): Promise<void>;
}

export type CreateCache = () => Promise<CacheUnderTest>;

/** Long enough that nothing ends by itself during a case. */
const LONG_MS = 600_000;
/** Short enough to be waited for. */
const SHORT_MS = 400;
const KEY_CHARACTERS = 200;
const MOST_CHARACTERS = 1_000_000;

/**
 * Holds a cache to the promises of the `Cache` port. Give it your test runner's functions:
 *
 * ```ts
 * import { describe, it } from 'vitest';
 * cacheContract({ describe, it }, async () => ({ cache: myCache(), dispose: async () => undefined }));
 * ```
 */
export function cacheContract(test: ContractTestApi, create: CreateCache): void {
  const it = (name: string, body: (subject: CacheUnderTest) => Promise<void>): void =>
    test.it(name, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  test.describe('cache: values', () => valueCases(it));
  test.describe('cache: sums', () => sumCases(it));
  test.describe('cache: forgetting', () => forgettingCases(it));
  test.describe('cache: processes', () => sharingCases(it));
}

type It = (name: string, body: (subject: CacheUnderTest) => Promise<void>) => void;

function valueCases(it: It): void {
  it('has nothing under a key that was never set', async ({ cache }) => {
    equal(await cache.get('nothing'), null);
  });

  it('gives back what was set, and the latest of it', async ({ cache }) => {
    await cache.set('a', '{"n":1}', LONG_MS);
    await cache.set('b', '"Ещё «раз» 👍\\n"', LONG_MS);
    equal(await cache.get('a'), '{"n":1}');
    equal(await cache.get('b'), '"Ещё «раз» 👍\\n"');
    await cache.set('a', '{"n":2}', LONG_MS);
    equal(await cache.get('a'), '{"n":2}');
  });

  it('takes every printable key of 200 characters, and tells keys apart by their last one', async ({ cache }) => {
    const printable = Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).join('');
    const key = (end: string): string => printable.repeat(3).slice(0, KEY_CHARACTERS - 1) + end;
    await cache.set(key('x'), '1', LONG_MS);
    await cache.set(key('y'), '2', LONG_MS);
    equal([await cache.get(key('x')), await cache.get(key('y')), await cache.get(key('z'))], ['1', '2', null]);
  });

  it('takes a value of a million characters', async ({ cache }) => {
    const value = JSON.stringify('v'.repeat(MOST_CHARACTERS - 2));
    await cache.set('large', value, LONG_MS);
    isTrue((await cache.get('large')) === value, 'the value comes back whole');
  });

  it('forgets what is deleted, and minds nothing that is not there', async ({ cache }) => {
    await cache.set('a', '1', LONG_MS);
    await cache.delete('a');
    equal(await cache.get('a'), null);
    await cache.delete('a');
    await cache.delete('never');
  });

  it('counts hits and misses', async ({ cache }) => {
    const before = cache.stats();
    await cache.get('a');
    await cache.set('a', '1', LONG_MS);
    await cache.get('a');
    await cache.get('a');
    const { hits, misses, size } = cache.stats();
    equal([hits - before.hits, misses - before.misses], [2, 1]);
    isTrue(size === null || size >= 1, 'size is null or counts the entry');
  });
}

function sumCases(it: It): void {
  it('adds from 0, also nothing, fractions and back', async ({ cache }) => {
    const sums = [];
    for (const amount of [0, 5, 0, 2.5, -1.5]) sums.push(await cache.add('sum', amount, LONG_MS));
    equal(sums, [0, 5, 5, 7.5, 6]);
    equal(Number(await cache.get('sum')), 6);
    await cache.delete('sum');
    equal(await cache.add('sum', 1, LONG_MS), 1);
  });

  it('loses nothing where many add at once, and gives each its own sum', async ({ cache }) => {
    const sums = await Promise.all(Array.from({ length: 100 }, () => cache.add('sum', 1, LONG_MS)));
    equal(
      sums.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });
}

function forgettingCases(it: It): void {
  it('forgets a value when its time is over, and not before', async (subject) => {
    const { cache } = subject;
    if (subject.advance === undefined) return;
    await cache.set('a', '1', 4 * SHORT_MS);
    await cache.set('b', '1', LONG_MS);
    await subject.advance(SHORT_MS);
    equal(await cache.get('a'), '1');
    await subject.advance(4 * SHORT_MS);
    equal([await cache.get('a'), await cache.get('b')], [null, '1']);
  });

  it('counts the time anew with every set', async (subject) => {
    const { cache } = subject;
    if (subject.advance === undefined) return;
    await cache.set('a', '1', SHORT_MS);
    await cache.set('a', '2', 10 * SHORT_MS);
    await subject.advance(2 * SHORT_MS);
    equal(await cache.get('a'), '2');
    await cache.set('a', '3', SHORT_MS);
    await subject.advance(2 * SHORT_MS);
    equal(await cache.get('a'), null);
  });

  it('forgets a sum its time after it was first added to, whatever is added meanwhile', async (subject) => {
    const { cache } = subject;
    if (subject.advance === undefined) return;
    await cache.add('sum', 1, 4 * SHORT_MS);
    await subject.advance(2 * SHORT_MS);
    equal(await cache.add('sum', 1, LONG_MS), 2);
    await subject.advance(3 * SHORT_MS);
    equal(await cache.add('sum', 1, LONG_MS), 1);
  });
}

function sharingCases(it: It): void {
  it('shares values and sums between processes', async (subject) => {
    const { cache } = subject;
    const other = await subject.peer?.();
    if (other === undefined) return;
    await cache.set('a', '1', LONG_MS);
    equal(await other.get('a'), '1');
    await Promise.all([cache.add('sum', 3, LONG_MS), other.add('sum', 4, LONG_MS)]);
    equal(await cache.add('sum', 0, LONG_MS), 7);
    await other.delete('a');
    equal(await cache.get('a'), null);
  });
}
