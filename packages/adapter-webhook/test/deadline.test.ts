import { describe, expect, it } from 'vitest';
import { DeadlineError, withDeadline } from '../src/deadline';

const never = () => new Promise<never>(() => undefined);
const { signal } = new AbortController();

describe('withDeadline', () => {
  it('does not wait for work that does not look at its signal', async () => {
    await expect(withDeadline(1, signal, never)).rejects.toBeInstanceOf(DeadlineError);

    const outer = new AbortController();
    const waiting = withDeadline(60_000, outer.signal, never);
    outer.abort();
    await expect(waiting).rejects.toBeInstanceOf(DeadlineError);
  });

  it('tells the work to end', async () => {
    const outer = new AbortController();
    let told: AbortSignal | undefined;
    const waiting = withDeadline(60_000, outer.signal, (given) => {
      told = given;
      return never();
    });
    expect(told?.aborted).toBe(false);
    outer.abort();
    expect(told?.aborted).toBe(true);
    await expect(waiting).rejects.toBeInstanceOf(DeadlineError);
  });

  it('says what the work says', async () => {
    expect(await withDeadline(60_000, signal, async () => 'done')).toBe('done');
    const failure = new Error('its own');
    await expect(withDeadline(60_000, signal, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
