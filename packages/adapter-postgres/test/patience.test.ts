import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualClock } from '@firstline/core/testing';
import { expect, it } from 'vitest';
import { Patience } from '../src/patience';
import { TooLate } from '../src/within';

const LIMIT_MS = 20_000;
const never = new Promise<never>(() => undefined);

it('gives up what takes too long, each in its time, and nothing else', async () => {
  const clock = new ManualClock();
  const patience = new Patience(clock, LIMIT_MS);
  const outcomes: string[] = [];
  const wait = (name: string) => patience.within(never).catch(() => outcomes.push(name));
  void wait('first');
  await clock.advance(LIMIT_MS / 2);
  void wait('second');
  expect(await patience.within(Promise.resolve('answered'))).toBe('answered');
  await clock.advance(LIMIT_MS / 2);
  await nextTurn();
  await nextTurn();
  expect(outcomes).toEqual(['first']);
  await clock.advance(LIMIT_MS / 2);
  await nextTurn();
  await nextTurn();
  expect(outcomes).toEqual(['first', 'second']);
});

it('waits no more than twice as long where the clock was set back', async () => {
  const clock = new ManualClock();
  let setBackMs = 0;
  const moved = { now: () => clock.now() - setBackMs, sleep: (ms: number) => clock.sleep(ms) };
  const patience = new Patience(moved, LIMIT_MS);
  const first = patience.within(never).catch((error: unknown) => error);
  await clock.advance(LIMIT_MS / 2);
  setBackMs = 86_400_000;
  const second = patience.within(never).catch((error: unknown) => error);
  await clock.advance(LIMIT_MS);
  expect(await first).toBeInstanceOf(TooLate);
  await clock.advance(LIMIT_MS);
  expect(await second).toBeInstanceOf(TooLate);
});

it('believes an answer that has come and was not read yet, rather than the clock', async () => {
  const clock = new ManualClock();
  const patience = new Patience(clock, LIMIT_MS);
  const answer = clock.sleep(LIMIT_MS).then(() => nextTurn('in time'));
  const waiting = patience.within(answer);
  await clock.advance(LIMIT_MS);
  expect(await waiting).toBe('in time');
});
