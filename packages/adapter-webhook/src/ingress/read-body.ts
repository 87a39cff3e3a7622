import { type Clock, FirstlineError } from '@firstline/core';
import { IngressProblem } from './problem';

export interface ReadBodyParams {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An abort with a reason does without a DOMException and its stack. */
const DONE = Symbol('done');
const TOO_LATE = Symbol('too late');

/**
 * The raw bytes of a body. What they are counted by is what arrives: `content-length` may be missing or a lie, and only
 * spares the reading where it already admits to too much. Throws an {@link IngressProblem}.
 */
export async function readBody(request: Request, { maxBytes, timeoutMs, clock }: ReadBodyParams): Promise<Buffer> {
  if (request.bodyUsed) {
    throw new FirstlineError(
      'internal',
      'the body was read before webhookIngress could verify it; give it the untouched request',
    );
  }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const reader = request.body?.getReader();
  if (reader === undefined) return Buffer.alloc(0);
  const over = new AbortController();
  const time = clock.sleep(timeoutMs, over.signal).then((): typeof TOO_LATE => TOO_LATE);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), time]);
      if (read === TOO_LATE) throw new IngressProblem('request_timeout', 'the body took too long to arrive');
      if (read.done) return Buffer.concat(chunks);
      size += read.value.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(read.value);
    }
  } catch (error) {
    // Not waited for: a source that does not answer must not hold up the refusal either.
    void reader.cancel().catch(() => undefined);
    throw error instanceof IngressProblem ? error : new IngressProblem('request_timeout', 'the body broke off');
  } finally {
    over.abort(DONE);
  }
}

function tooLarge(maxBytes: number): IngressProblem {
  return new IngressProblem('payload_too_large', `the body is longer than ${maxBytes} bytes`);
}
