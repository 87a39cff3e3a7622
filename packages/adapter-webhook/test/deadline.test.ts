import { ManualClock } from '@firstline/core/testing';
import { describe, expect, it } from 'vitest';
import { DeadlineError, withDeadline } from '../src/deadline';

const never = () => new Promise<never>(() => undefined);
const { signal } = new AbortController();
const clock = new ManualClock();
const within = (timeoutMs: number, outer = signal) => ({ clock, timeoutMs, outer });

describe('withDeadline', () => {
  it('does not wait for work that does not look at its signal', async () => {
    const late = withDeadline(within(20_000), never).catch((error: unknown) => error);
    await clock.advance(19_999);
    expect(clock.sleeping).toBe(1);
    await clock.advance(1);
    expect(await late).toBeInstanceOf(DeadlineError);

    const outer = new AbortController();
    const waiting = withDeadline(within(60_000, outer.signal), never);
    outer.abort();
    await expect(waiting).rejects.toBeInstanceOf(DeadlineError);
  });

  it('tells the work to end', async () => {
    const outer = new AbortController();
    let told: AbortSignal | undefined;
    const waiting = withDeadline(within(60_000, outer.signal), (given) => {
      told = given;
      return never();
    });
    expect(told?.aborted).toBe(false);
    outer.abort();
    expect(told?.aborted).toBe(true);
    await expect(waiting).rejects.toBeInstanceOf(DeadlineError);
  });

  it('says what the work says', async () => {
    expect(await withDeadline(within(60_000), async () => 'done')).toBe('done');
    const failure = new Error('its own');
    await expect(withDeadline(within(60_000), () => Promise.reject(failure))).rejects.toBe(failure);
    expect(clock.sleeping).toBe(0);
  });
});
