/** The time for an answer has passed, or the caller does not wait any longer. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs` milliseconds or together with `outer`, and rejects with a
 * {@link DeadlineError} at that moment. The SDK's own time limit ends with the headers; a body may hang after them.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (outer?.aborted === true) throw new DeadlineError();
  const ending = new AbortController();
  const abort = (): void => ending.abort();
  const timer = setTimeout(abort, timeoutMs);
  outer?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(ending.signal), rejectedBy(ending.signal)]);
  } catch (error) {
    throw ending.signal.aborted ? new DeadlineError() : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DeadlineError()), { once: true });
  });
}
