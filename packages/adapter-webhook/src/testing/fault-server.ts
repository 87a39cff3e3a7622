import { EventEmitter, once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Clock, systemClock } from '@firstline/core';
import type { VerifyingOptions } from '../verifying-keys';
import { type Certificate, selfSigned } from './certificate';
import type { Fault, RecordedRequest } from './fault';
import { playFault } from './play-fault';
import { type Verifier, verifierOf } from './verifier';

/** With `secret` or `publicKey`, requests are verified, see `RecordedRequest.verified`. */
export interface FaultServerOptions extends VerifyingOptions {
  /** Speak TLS, with a certificate for this name and 127.0.0.1 that nobody vouches for. Default: plain HTTP. */
  readonly tls?: string;
  /** The server's idea of time: `Date` headers, delays, and how old a signature is. Default `systemClock()`. */
  readonly clock?: Clock;
  /** Longest request body, in bytes; the connection of a longer one is reset. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Requests kept, the first ones; later ones are answered and forgotten. Default 10 000. */
  readonly maxRequests?: number;
  /** Longest life of a connection, in real milliseconds. Default 60 000. */
  readonly connectionMs?: number;
}

/** Decides by the request what to do with it. */
export type FaultChoice = (request: RecordedRequest) => Fault;

/** Starts a webhook receiver on a free port of 127.0.0.1 that fails when told to. For tests; close it at the end of each. */
export async function faultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const server = new FaultServer(options);
  await server.listening();
  return server;
}

export class FaultServer {
  /** PEM; `null`: it does not speak TLS. */
  readonly certificate: string | null;
  readonly #options: FaultServerOptions;
  readonly #clock: Clock;
  readonly #verify: Verifier;
  readonly #front: Server;
  readonly #open = new Map<Socket, number>();
  readonly #requests: RecordedRequest[] = [];
  readonly #scripted: Fault[] = [];
  readonly #stalled = new Set<ServerResponse>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  #otherwise: FaultChoice = () => ({ kind: 'answer' });
  #arrived = 0;
  #accepted = 0;
  #closed = 0;
  #sent = 0;
  #ended = false;

  /** Use {@link faultServer}. */
  constructor(options: FaultServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
    this.#verify = verifierOf(options, this.#clock);
    const certificate = options.tls === undefined ? null : selfSigned(options.tls);
    this.certificate = certificate?.cert ?? null;
    const inner = this.#inner(certificate);
    // In front of the HTTP server, so that a connection can be broken before anybody has read from it.
    this.#front = createServer({ noDelay: true }, (socket) => this.#connected(socket, inner));
    this.#front.listen(0, '127.0.0.1');
  }

  async listening(): Promise<void> {
    if (!this.#front.listening) await once(this.#front, 'listening');
  }

  get port(): number {
    return (this.#front.address() as AddressInfo).port;
  }

  /** Where to send to. Any other path is as good. */
  get url(): string {
    return `${this.certificate === null ? 'http' : 'https'}://127.0.0.1:${this.port}/hook`;
  }

  /** Every request that was read in full, in order of arrival. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** The distinct `webhook-id`s that came, in order: what a receiver that remembers ids has seen. Without those that do not verify. */
  get received(): readonly string[] {
    const ids = this.#requests.flatMap(({ id, verified }) => (id === null || verified === false ? [] : [id]));
    return [...new Set(ids)];
  }

  /** Connections so far. */
  get connections(): number {
    return this.#accepted;
  }

  /** Bytes it has handed to the network so far: what clients have read, and what waits in the buffers in between. */
  get bytesSent(): number {
    return [...this.#open.keys()].reduce((sum, socket) => sum + socket.bytesWritten, this.#sent);
  }

  /** The next request, or the next `times` of them, are treated like this. Calls add up, and go before `otherwise`. */
  next(fault: Fault, times = 1): this {
    for (let count = 0; count < times; count += 1) this.#scripted.push(fault);
    return this;
  }

  /** What becomes of every request that nothing is scripted for. Default: 204. */
  otherwise(fault: Fault | FaultChoice): this {
    this.#otherwise = typeof fault === 'function' ? fault : () => fault;
    return this;
  }

  /** Resolves when so many requests have been read in all; rejects when the server is closed before. */
  count(requests: number): Promise<void> {
    return this.#until(() => this.#arrived >= requests);
  }

  /** Resolves when so many connections have ended in all; rejects when the server is closed before. */
  ended(connections: number): Promise<void> {
    return this.#until(() => this.#closed >= connections);
  }

  /** Answers 204 to everything that stalls after its request was read. */
  release(): void {
    for (const response of this.#stalled) response.writeHead(204).end();
    this.#stalled.clear();
  }

  /** Breaks all connections and frees the port. Repeated calls do nothing. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.emit('change');
    const closed = once(this.#front, 'close');
    this.#front.close();
    for (const socket of this.#open.keys()) socket.destroy();
    await closed;
  }

  async #until(fulfilled: () => boolean): Promise<void> {
    while (!fulfilled()) {
      if (this.#ended) throw new Error('the fault server was closed before it happened');
      await once(this.#events, 'change');
    }
  }

  #inner(certificate: Certificate | null): Server {
    const handle = (request: IncomingMessage, response: ServerResponse): void => this.#read(request, response);
    if (certificate === null) return createHttpServer(handle).on('connection', keepRaw);
    return createHttpsServer(certificate, handle)
      .on('secureConnection', keepRaw)
      .on('tlsClientError', () => undefined);
  }

  #connected(socket: Socket, inner: Server): void {
    this.#accepted += 1;
    this.#open.set(socket, this.#accepted);
    const timer = setTimeout(() => socket.destroy(), this.#options.connectionMs ?? 60_000).unref();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      this.#open.delete(socket);
      this.#closed += 1;
      this.#sent += socket.bytesWritten;
      this.#events.emit('change');
    });
    const [first] = this.#scripted;
    if (first === undefined || !('at' in first) || first.at !== 'connect') return void inner.emit('connection', socket);
    this.#scripted.shift();
    if (first.kind === 'reset') resetNow(socket);
    else if (first.kind === 'end') socket.end();
    // Read on, so that the end of the connection is noticed.
    socket.resume();
  }

  #read(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > (this.#options.maxBytes ?? 1024 ** 2)) resetNow(this.#acceptedBy(request.socket));
    });
    request.on('error', () => undefined);
    request.on('end', () => {
      if (request.socket.destroyed) return;
      const recorded = this.#record(request, Buffer.concat(chunks));
      this.#arrived += 1;
      if (this.#requests.length < (this.#options.maxRequests ?? 10_000)) this.#requests.push(recorded);
      this.#play(this.#scripted.shift() ?? this.#otherwise(recorded), response);
      this.#events.emit('change');
    });
  }

  #record(request: IncomingMessage, body: Buffer): RecordedRequest {
    const { method = '', url: path = '', headers, socket } = request;
    const id = headers['webhook-id'];
    return {
      method,
      path,
      headers,
      body,
      raw: takeRaw(socket),
      id: typeof id === 'string' ? id : null,
      verified: this.#verify(headers, body),
      connection: this.#open.get(this.#acceptedBy(socket) ?? socket) ?? 0,
    };
  }

  /** The TCP socket below; one of TLS is another one, from the same port. */
  #acceptedBy({ remotePort }: Socket): Socket | undefined {
    for (const socket of this.#open.keys()) if (socket.remotePort === remotePort) return socket;
    return undefined;
  }

  #play(fault: Fault, response: ServerResponse): void {
    const { socket } = response;
    if (socket === null) return;
    if (fault.kind === 'stall' && fault.at === 'request') this.#stalled.add(response);
    const over = new AbortController();
    // Also where the connection ends without an answer.
    response.once('close', () => {
      this.#stalled.delete(response);
      over.abort(fault);
    });
    response.setHeader('date', new Date(this.#clock.now()).toUTCString());
    const accepted = this.#acceptedBy(socket);
    const reset = (): void => resetNow(accepted);
    void playFault({ fault, response, socket, reset, clock: this.#clock, over: over.signal });
  }
}

const RAW = Symbol('bytes since the last request');

/** `resetAndDestroy()` would end the connection politely first, and a quick client would see no more than that. */
function resetNow(socket: (Socket & { resetAndClosing?: boolean }) | undefined): void {
  if (socket === undefined) return;
  socket.resetAndClosing = true;
  socket.destroy();
}

interface RawSocket extends Socket {
  [RAW]?: Buffer[];
}

/** Node's parser reads from the socket beside this listener, not instead of it. */
function keepRaw(socket: RawSocket): void {
  socket[RAW] = [];
  socket.on('data', (chunk: Buffer) => socket[RAW]?.push(chunk));
  socket.on('error', () => undefined);
}

function takeRaw(socket: RawSocket): Buffer {
  const raw = Buffer.concat(socket[RAW] ?? []);
  socket[RAW] = [];
  return raw;
}
