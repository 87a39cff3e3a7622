/** The time for an answer has passed, or the engine does not wait any longer. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs` milliseconds or together with `outer`, and rejects with a
 * {@link DeadlineError} at that moment, also where `work` does not react: undici looks at the signal of a request only
 * once there is a connection.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (outer.aborted) throw new DeadlineError();
  const ending = new AbortController();
  const abort = () => ending.abort();
  const timer = setTimeout(abort, timeoutMs);
  outer.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(ending.signal), rejectedBy(ending.signal)]);
  } catch (error) {
    throw ending.signal.aborted ? new DeadlineError() : error;
  } finally {
    // Not AbortSignal.timeout and .any: those would keep a timer for every answered request until its time has come.
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DeadlineError()), { once: true });
  });
}
