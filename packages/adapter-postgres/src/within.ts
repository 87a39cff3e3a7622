import type { Clock } from '@firstline/core';

/** Nobody knows what became of it. Its code is that of a connection that does not answer. */
export class TooLate extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('too late');
  }
}

/** Rejects when it takes longer, or as soon as `stop` is aborted; what comes of `running` then is lost. */
export async function within<T>(clock: Clock, ms: number, running: Promise<T>, stop?: AbortSignal): Promise<T> {
  const over = new AbortController();
  const end = stop === undefined ? over.signal : AbortSignal.any([over.signal, stop]);
  const tooLate = clock.sleep(ms, end).then(() => Promise.reject(new TooLate()));
  // Whichever of them loses may reject unheard.
  for (const loser of [running, tooLate]) loser.catch(() => undefined);
  try {
    return await Promise.race([running, tooLate]);
  } finally {
    over.abort();
  }
}
