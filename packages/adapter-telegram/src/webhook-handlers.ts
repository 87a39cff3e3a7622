import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES, SECRET_HEADER, type WebhookDoor } from './webhook-door';

/** For servers that speak `Request` and `Response`. */
export async function answerFetch(door: WebhookDoor, request: Request): Promise<Response> {
  const { status, headers } = await door.answer({
    method: request.method,
    secret: request.headers.get(SECRET_HEADER),
    body: () => readAtMost(request.body as AsyncIterable<Uint8Array> | null),
  });
  return new Response(null, { status, ...(headers !== undefined && { headers }) });
}

/** For `node:http` and what is built on it, such as Express. */
export async function answerNode(door: WebhookDoor, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const secret = req.headers[SECRET_HEADER];
  const { status, headers } = await door.answer({
    method: req.method ?? '',
    secret: typeof secret === 'string' ? secret : null,
    body: () => bodyOf(req),
  });
  // What was not read would be read away, so that the connection could be used again; it is closed instead.
  const close = req.readableEnded ? {} : { connection: 'close' };
  res.writeHead(status, { 'content-length': '0', ...headers, ...close }).end();
}

/** The body, also where a parser of the server has been there before. */
function bodyOf(req: IncomingMessage & { readonly body?: unknown }): Promise<string | null> {
  // Left unfinished, it must not take the connection along on which the answer has to go.
  if (!req.readableEnded) return readAtMost(req.iterator({ destroyOnReturn: false }));
  return Promise.resolve(typeof req.body === 'string' ? req.body : JSON.stringify(req.body ?? null));
}

async function readAtMost(body: AsyncIterable<Uint8Array> | null): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
