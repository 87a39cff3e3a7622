import { expect, it } from 'vitest';
import { Recovery, type RecoveryMinute } from '../src/outage/recovery';

/** Three new clients a minute, of whom a hundredth were to be expected, over eight minutes. */
const opened = (): Recovery => new Recovery(3, 8);

function minute(at: number, joined: number, wordless = true): RecoveryMinute {
  const ratios = Array.from({ length: joined }, () => 1);
  return { minute: at, ratios, usual: 0.03, open: at + 1, age: at + 9, wordless };
}

/** One new client in five minutes, found after forty. */
const small = (): Recovery => new Recovery(0.2, 40);

/** The first minute after which it is over, if clients join in the first `busy` minutes and then nobody does. */
function over(recovery: Recovery, busy: number, from = 0): number {
  for (let at = from; at < 200; at += 1) if (recovery.step(minute(at, at < busy ? 3 : 0))) return at;
  throw new Error('it is never over');
}

it('does not take an outage for over in the minute in which it spreads, nor for what was seen before', () => {
  const end = over(opened(), 10);
  const spreading = opened();
  for (let at = 0; at < end; at += 1) expect(spreading.step(minute(at, at < 10 ? 3 : 0))).toBe(false);
  spreading.widen(14);
  expect(spreading.step(minute(end, 0))).toBe(false);
  // If nobody follows it is over all the same.
  const later = over(spreading, 0, end + 1);
  expect(later).toBeGreaterThan(end);
  expect(later).toBeLessThan(end + 10);
});

it('takes a report for a sign that it goes on only as far as its words are those of the outage', () => {
  const other = small();
  const same = small();
  let [otherOver, sameOver] = [Infinity, Infinity];
  for (let at = 0; at < 200; at += 1) {
    const joined = at % 5 === 0 ? 1 : 0;
    const step = minute(at, joined);
    const unlike = { ...step, ratios: at < 10 ? step.ratios : step.ratios.map(() => 0.02) };
    if (other.step(unlike)) otherOver = Math.min(otherOver, at);
    if (same.step(step)) sameOver = Math.min(sameOver, at);
  }
  expect(otherOver).toBeLessThan(sameOver);
});

it('counts each client who says that it works again once', () => {
  const one = small();
  const two = small();
  for (let at = 0; at < 7; at += 1) {
    one.step(minute(at, at % 5 === 0 ? 1 : 0, false));
    two.step(minute(at, at % 5 === 0 ? 1 : 0, false));
  }
  for (const recovery of [one, two]) {
    recovery.relieve('ann');
    recovery.relieve(recovery === one ? 'ann' : 'bob');
  }
  const copy = new Recovery(1, 1);
  copy.restore(two.snapshot());
  expect(one.step({ ...minute(7, 0, false), age: 120 })).toBe(false);
  expect(two.step({ ...minute(7, 0, false), age: 120 })).toBe(true);
  expect(copy.step({ ...minute(7, 0, false), age: 120 })).toBe(true);
});
