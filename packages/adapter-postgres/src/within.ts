import type { Clock } from '@firstline/core';

/** Rejects when it takes longer, or as soon as `stop` is aborted; what comes of `running` then is lost. */
export async function within<T>(clock: Clock, ms: number, running: Promise<T>, stop?: AbortSignal): Promise<T> {
  const over = new AbortController();
  const end = stop === undefined ? over.signal : AbortSignal.any([over.signal, stop]);
  const tooLate = clock.sleep(ms, end).then(() => Promise.reject(new Error('too late')));
  // Whichever of them loses may reject unheard.
  for (const loser of [running, tooLate]) loser.catch(() => undefined);
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    over.abort();
  }
}
