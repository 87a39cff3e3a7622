import type { Clock } from '@firstline/core';
import { TelegramFault } from './telegram-fault';

/**
 * Runs `work` with a signal that aborts after `ms` milliseconds of the clock or together with `outer`. Rejects at that
 * moment, also where `work` does not react, with a {@link TelegramFault} `timeout` or `aborted`.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const over = new AbortController();
  const abort = (): void => over.abort();
  let settled = false;
  // Nothing has begun yet.
  if (outer?.aborted === true) throw new TelegramFault({ code: 'aborted' });
  outer?.addEventListener('abort', abort, { once: true });
  try {
    const time = clock.sleep(ms, over.signal).then(() => {
      // Ended only because nobody waits any more; what came of the work may still be in use.
      if (!settled) stop.abort();
      throw fault(outer?.aborted === true ? 'aborted' : 'timeout');
    });
    return await Promise.race([work(stop.signal), time]);
  } finally {
    settled = true;
    outer?.removeEventListener('abort', abort);
    over.abort();
  }
}

/** Who is not waited for may be at work on it. */
function fault(code: 'aborted' | 'timeout'): TelegramFault {
  return new TelegramFault({ code, maybeDone: true });
}
