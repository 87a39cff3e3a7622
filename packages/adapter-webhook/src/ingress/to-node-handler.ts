import type { IncomingMessage, ServerResponse } from 'node:http';
import { FirstlineError } from '@firstline/core';

/** What `http.createServer`, Express, Connect and Fastify's `raw` objects take. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Where a host may have put the bytes it has read: functions frameworks, and `express.raw()`. */
interface ReadEarlier {
  readonly rawBody?: unknown;
  readonly body?: unknown;
}

const TIMED_OUT = 408;

/** Of a body that was refused, so much may still come, in bytes, before the connection is broken off. Nothing of it is kept. */
const MAX_DISCARDED_BYTES = 1024 ** 2;

/** Methods whose requests have no body for Fetch, and those that it does not know at all. */
const BODILESS = new Set(['GET', 'HEAD']);
const UNFETCHABLE = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * Makes a Node handler of a `webhookIngress`. The body must not have been parsed before: mount it ahead of
 * `express.json()`, or have the bytes kept (`express.raw()`, or a `rawBody`). Faults of the mounting go to `next`, where there
 * is one. Not for any Fetch handler: answers are sent whole, and the address of the request is not passed on.
 */
export function toNodeHandler(handler: (request: Request) => Promise<Response>): NodeHandler {
  return (request, response, next) => {
    serve(handler, request, response).catch((error: unknown) => {
      if (next !== undefined) return next(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

async function serve(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = bodyOf(incoming);
  const answer = await handler(toRequest(incoming, body.source));
  const bytes = Buffer.from(await answer.arrayBuffer());
  outgoing.statusCode = answer.status;
  answer.headers.forEach((value, name) => outgoing.setHeader(name, value));
  // Who is too slow is not waited for. Others are let finish, or the reset of the connection might overtake the answer.
  if (!incoming.complete && answer.status === TIMED_OUT && incoming.httpVersionMajor < 2) {
    outgoing.setHeader('connection', 'close');
  }
  outgoing.end(bytes);
  body.release();
}

function toRequest(incoming: IncomingMessage, body: RequestBody['source']): Request {
  const { method = 'GET' } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    // HTTP/2 has the request line among the headers.
    if (value !== undefined && !name.startsWith(':'))
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (UNFETCHABLE.has(method)) return new Request('http://localhost/', { method: 'OPTIONS', headers });
  if (BODILESS.has(method)) return new Request('http://localhost/', { method, headers });
  // Of streams Fetch wants to know which half of the exchange they are, and the types do not know it yet.
  return new Request('http://localhost/', { method, headers, body, duplex: 'half' } as RequestInit);
}

interface RequestBody {
  readonly source: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string;
  /** Nobody reads on: what still comes must not stay in the way of the connection's next request. */
  readonly release: () => void;
}

function bodyOf(incoming: IncomingMessage): RequestBody {
  const { rawBody, body } = incoming as ReadEarlier;
  const release = (): void => undefined;
  for (const bytes of [rawBody, body]) {
    if (bytes instanceof Uint8Array) return { source: bytes as Uint8Array<ArrayBuffer>, release };
  }
  if (typeof rawBody === 'string') return { source: rawBody, release };
  if (incoming.readableDidRead) {
    throw new FirstlineError(
      'internal',
      'the body was parsed before the webhook ingress could verify it; mount the ingress ahead of express.json(), or keep ' +
        'the bytes with express.raw()',
    );
  }
  return streamOf(incoming);
}

/** Not `Readable.toWeb`, which destroys the connection when reading ends early, and the answer with it. */
function streamOf(incoming: IncomingMessage): RequestBody {
  let forget = (): void => undefined;
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const onData = (chunk: Buffer): void => {
        controller.enqueue(chunk);
        incoming.pause();
      };
      const onEnd = (): void => controller.close();
      const onError = (error: Error): void => controller.error(error);
      forget = () => void incoming.off('data', onData).off('end', onEnd).pause();
      // Paused first, since the first listener would otherwise let everything flow. The listener for errors stays: a
      // connection that breaks later would end the process if nobody listened.
      incoming.pause().on('data', onData).on('end', onEnd).on('error', onError);
    },
    pull: () => void incoming.resume(),
    cancel: () => forget(),
  });
  const release = (): void => {
    forget();
    let left = MAX_DISCARDED_BYTES;
    incoming.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) incoming.destroy();
    });
    incoming.resume();
  };
  return { source, release };
}
