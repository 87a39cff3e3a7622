import type { Clock } from '@firstline/core';

/** The time for an answer has passed, or the engine does not wait any longer. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

export interface DeadlineParams {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Ends the wait before its time. */
  readonly outer: AbortSignal;
}

/** An abort with a reason does without a DOMException and its stack. */
const DONE = Symbol('done');

/**
 * Runs `work` with a signal that aborts after `timeoutMs` milliseconds or together with `outer`, and rejects with a
 * {@link DeadlineError} at that moment, also where `work` does not react: undici looks at the signal of a request only
 * once there is a connection.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, outer }: DeadlineParams,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (outer.aborted) throw new DeadlineError();
  const ending = new AbortController();
  const over = new AbortController();
  const abort = (): void => ending.abort();
  outer.addEventListener('abort', abort, { once: true });
  void clock.sleep(timeoutMs, over.signal).then(() => {
    if (!over.signal.aborted) abort();
  });
  try {
    return await Promise.race([work(ending.signal), rejectedBy(ending.signal)]);
  } catch (error) {
    throw ending.signal.aborted ? new DeadlineError() : error;
  } finally {
    over.abort(DONE);
    outer.removeEventListener('abort', abort);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DeadlineError()), { once: true });
  });
}
