import { type Clock, FirstlineError } from '@firstline/core';
import { IngressProblem } from './problem';

export interface ReadBodyParams {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An abort with a reason does without a DOMException and its stack. */
const DONE = Symbol('done');

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
  let late = false;
  // Not waited for: a source that does not answer must not hold up the refusal either.
  const leave = (): void => void reader.cancel().catch(() => undefined);
  void clock.sleep(timeoutMs, over.signal).then(() => {
    late = !over.signal.aborted;
    if (late) leave();
  });
  const body = new GrowingBuffer(maxBytes);
  try {
    for (;;) {
      const read = await reader.read();
      if (late) throw new IngressProblem('request_timeout', 'the body took too long to arrive');
      if (read.done) return body.bytes();
      if (!body.add(read.value)) throw tooLarge(maxBytes);
    }
  } catch (error) {
    leave();
    throw error instanceof IngressProblem ? error : new IngressProblem('request_timeout', 'the body broke off');
  } finally {
    over.abort(DONE);
  }
}

/** One piece of memory, since a body of single bytes would cost a hundred times its length in chunks. */
class GrowingBuffer {
  readonly #maxBytes: number;
  #memory = Buffer.allocUnsafe(4_096);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False: it would be too long. */
  add(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.byteLength;
    if (length > this.#maxBytes) return false;
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(length, 2 * this.#memory.length)));
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    this.#memory.set(chunk, this.#length);
    this.#length = length;
    return true;
  }

  bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }
}

function tooLarge(maxBytes: number): IngressProblem {
  return new IngressProblem('payload_too_large', `the body is longer than ${maxBytes} bytes`);
}
