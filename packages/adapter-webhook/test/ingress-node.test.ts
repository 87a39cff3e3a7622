import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { FirstlineError, type ReceiveInput } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { toNodeHandler, webhookIngress, type WebhookIngressOptions } from '@firstline/adapter-webhook';
import { expect, it, onTestFinished } from 'vitest';
import { inbound, type InboundParams, MESSAGE, NOW } from './support/inbound';
import { SECRET } from './support/outbound';
import { WatchedClock } from './support/watched-clock';

const received: ReceiveInput[] = [];

function handlerOf(options: Partial<WebhookIngressOptions> = {}) {
  received.length = 0;
  const receive = async (input: ReceiveInput) => {
    received.push(input);
    return { status: 'accepted', messageId: 'm-1', conversationId: 'cnv-1' } as const;
  };
  const defaults = { secret: SECRET, receive, clock: new ManualClock(NOW) };
  return toNodeHandler(webhookIngress({ ...defaults, ...options } as WebhookIngressOptions));
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const serve = (options?: Partial<WebhookIngressOptions>) => listening(createServer(handlerOf(options)));

/** The head of a signed request, as it goes over the wire. */
function head(length: string, params?: InboundParams): string {
  const lines = [...inbound(MESSAGE, params).headers].map(([name, value]) => `${name}: ${value}`);
  return ['POST / HTTP/1.1', 'host: desk.example.test', ...lines, length, '', ''].join('\r\n');
}

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

it('takes what a sender of the specification’s library sends', async () => {
  const port = await serve();
  const response = await fetch(`http://127.0.0.1:${port}/ingress?x=1`, inbound());
  expect([response.status, await response.json()]).toEqual([
    202,
    { status: 'accepted', message_id: 'm-1', conversation_id: 'cnv-1' },
  ]);
  expect(received).toEqual([{ clientId: 'c-42', text: MESSAGE.data.content, id: 'msg_1' }]);
});

it('serves one connection again and again, whatever was refused on it', async () => {
  const port = await serve();
  const socket = await opened(port);
  const body = String(inbound().body);
  const whole = (params?: InboundParams) => head(`content-length: ${Buffer.byteLength(body)}`, params) + body;
  const statuses: string[] = [];
  for (const params of [{ at: 0 }, {}, { headers: { 'content-type': 'text/plain' } }, { id: 'msg_2' }]) {
    socket.write(whole(params));
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    statuses.push(chunk.toString().slice(9, 12));
  }
  expect(statuses).toEqual(['401', '202', '415', '202']);
});

it.each([
  [
    'in chunks without end',
    'transfer-encoding: chunked',
    (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`,
  ],
  ['of announced length', 'content-length: 1000000000', (text: string) => text],
])('answers 413 to a body %s, and breaks off a sender that goes on', async (_what, length, framed) => {
  const port = await serve({ maxBytes: 2_000 });
  const socket = await opened(port);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.on('error', () => undefined);
  socket.write(head(length));
  const pour = (): void => {
    while (socket.writable && socket.write(framed('x'.repeat(1_000)))) continue;
  };
  socket.on('drain', pour);
  pour();
  expect(String(await answered)).toMatch(/^HTTP\/1.1 413 [^]*"payload_too_large"/);
  await ended;
  expect(received).toEqual([]);
});

it('lets a sender finish that was refused, and go on with its next message', async () => {
  const port = await serve({ maxBytes: 2_000 });
  const socket = await opened(port);
  socket.write(head('content-length: 500000'));
  socket.write('x'.repeat(400_000));
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 413 [^]*connection: keep-alive/i);
  const body = String(inbound().body);
  socket.write('x'.repeat(100_000) + head(`content-length: ${Buffer.byteLength(body)}`) + body);
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 202 /);
});

it('answers 408 to a body that does not come, and closes the connection', async () => {
  const clock = new WatchedClock(NOW);
  const port = await serve({ clock });
  const socket = await opened(port);
  const heard = text(socket);
  socket.write(`${head('content-length: 100')}{"type":`);
  await clock.waitsFor(10_000);
  await clock.advance('10s');
  expect(await heard).toMatch(/^HTTP\/1.1 408 [^]*connection: close/i);
});

it('survives a sender that goes away in the middle', async () => {
  const clock = new WatchedClock(NOW);
  const server = createServer(handlerOf({ clock }));
  const port = await listening(server);
  const socket = await opened(port);
  socket.write(`${head('content-length: 100')}{"type":`);
  await clock.waitsFor(10_000);
  socket.resetAndDestroy();
  expect((await fetch(`http://127.0.0.1:${port}/`, inbound())).status).toBe(202);
});

it.each(['GET', 'HEAD', 'TRACE', 'DELETE', 'M-SEARCH'])('answers 405 to %s', async (method) => {
  const port = await serve();
  const asking = httpRequest({ port, method, host: '127.0.0.1' }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST']);
  expect(await text(response)).toMatch(method === 'HEAD' ? /^$/ : /"method_not_allowed"/);
});

it('works through HTTP/2, where headers and connections are other things', async () => {
  const handler = handlerOf();
  const server = createHttp2Server((request, response) =>
    handler(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  const session = connectHttp2(`http://127.0.0.1:${await listening(server)}`);
  onTestFinished(() => session.close());
  const { body, headers } = inbound();
  const stream = session.request({ ':method': 'POST', ...Object.fromEntries(headers) }).end(String(body));
  const [answered] = (await once(stream, 'response')) as [Record<string, unknown>];
  expect([answered[':status'], await json(stream)]).toMatchObject([202, { status: 'accepted' }]);
});

it.each<[string, (bytes: Buffer) => object]>([
  ['express.raw()', (bytes) => ({ body: bytes })],
  ['a functions framework', (bytes) => ({ rawBody: bytes, body: JSON.parse(bytes.toString()) as object })],
  ['one that keeps text', (bytes) => ({ rawBody: bytes.toString() })],
])('takes the bytes that %s has read', async (_what, kept) => {
  const handler = handlerOf();
  const server = createServer((request, response) => {
    void text(request).then((body) => handler(Object.assign(request, kept(Buffer.from(body))), response));
  });
  expect((await fetch(`http://127.0.0.1:${await listening(server)}/`, inbound())).status).toBe(202);
});

it('says what is wrong where the body was parsed before', async () => {
  const handler = handlerOf();
  const errors: unknown[] = [];
  const server = createServer((request, response) => {
    const next = (error: unknown): void => {
      errors.push(error);
      response.writeHead(500).end();
    };
    void json(request).then((body) => handler(Object.assign(request, { body }), response, next));
  });
  expect((await fetch(`http://127.0.0.1:${await listening(server)}/`, inbound())).status).toBe(500);
  expect(errors).toEqual([expect.any(FirstlineError)]);
  expect((errors[0] as FirstlineError).message).toContain('ahead of express.json()');
});

it('answers 500 where a handler fails and nobody is next', async () => {
  const server = createServer(toNodeHandler(() => Promise.reject(new Error('t0ken'))));
  const response = await fetch(`http://127.0.0.1:${await listening(server)}/`, inbound());
  expect([response.status, await response.text()]).toEqual([500, '']);
});
