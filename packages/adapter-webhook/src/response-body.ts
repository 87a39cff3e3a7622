import type { Readable } from 'node:stream';

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
export function drainBody(body: Readable, waitMs: number): Promise<BodyEnd> {
  return new Promise((resolve) => {
    let read = 0;
    const settle = (end: BodyEnd) => {
      clearTimeout(timer);
      resolve(end);
      if (end !== 'complete') body.destroy();
    };
    const timer = setTimeout(() => settle('incomplete'), waitMs);
    body.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > MAX_BODY_BYTES) settle('cut');
    });
    body.on('end', () => settle('complete'));
    // Stays attached: destroying an unfinished body makes undici report its own abort.
    body.on('error', () => settle('incomplete'));
  });
}
