import { EventEmitter, once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A loopback server that ends with its test. */
export interface Listening {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: () => number;
  readonly nextClose: () => Promise<void>;
}

export interface Receiver extends Listening {
  readonly url: string;
  readonly requests: readonly Captured[];
  /** Resolves when the next request was read in full. */
  readonly nextRequest: () => Promise<void>;
}

export type Answer = (response: ServerResponse, request: Captured) => void;

/** Answers every request by `answer`, or with an empty 204. */
export function httpReceiver(answer: Answer = (response) => response.writeHead(204).end()): Promise<Receiver> {
  return receiver('http', (handler) => createHttpServer(handler), answer);
}

export function httpsReceiver(certificate: { key: string; cert: string }): Promise<Receiver> {
  const answer: Answer = (response) => response.writeHead(204).end();
  return receiver('https', (handler) => createHttpsServer(certificate, handler), answer);
}

/** Calls `talk` as soon as a connection has sent something, and reads on without looking. */
export async function tcpServer(talk: (socket: Socket) => void): Promise<Listening & { readonly url: string }> {
  const listening = await listen(createTcpServer((socket) => socket.once('data', () => talk(socket))));
  return { ...listening, url: `http://127.0.0.1:${listening.port}/hook` };
}

/** A port on loopback where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

type HttpHandler = Parameters<typeof createHttpServer>[1];

async function receiver(scheme: string, create: (handler: HttpHandler) => Server, answer: Answer): Promise<Receiver> {
  const requests: Captured[] = [];
  const events = new EventEmitter();
  const server = create((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const captured = { method, path, headers, body: Buffer.concat(chunks) };
      requests.push(captured);
      answer(response, captured);
      events.emit('request');
    });
  });
  const listening = await listen(server);
  const nextRequest = async () => void (await once(events, 'request'));
  return { ...listening, requests, nextRequest, url: `${scheme}://127.0.0.1:${listening.port}/hook` };
}

async function listen(server: Server): Promise<Listening> {
  const open = new Set<Socket>();
  const events = new EventEmitter();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      events.emit('close');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => connections, nextClose: async () => void (await once(events, 'close')) };
}
