import type { Readable } from 'node:stream';
import type { Clock } from '@firstline/core';

/** Most that is read of an answer, in bytes as they come from the wire; never inflated. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * - `complete`    read to its end
 * - `cut`         longer than anyone needs; the connection was closed
 * - `incomplete`  broke off, or did not end in time; the connection was closed
 */
export type BodyEnd = 'complete' | 'cut' | 'incomplete';

/**
 * Reads the answer's body away, so that its connection can be used again. Its content decides nothing and is not kept.
 * Never rejects; `waitMs` in milliseconds.
 */
export function drainBody(body: Readable, clock: Clock, waitMs: number): Promise<BodyEnd> {
  return new Promise((resolve) => {
    const over = new AbortController();
    let read = 0;
    const settle = (end: BodyEnd): void => {
      over.abort(end);
      resolve(end);
      if (end !== 'complete') body.destroy();
    };
    void clock.sleep(waitMs, over.signal).then(() => {
      if (!over.signal.aborted) settle('incomplete');
    });
    body.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > MAX_BODY_BYTES) settle('cut');
    });
    body.on('end', () => settle('complete'));
    // Stays attached: destroying an unfinished body makes undici report its own abort.
    body.on('error', () => settle('incomplete'));
  });
}
