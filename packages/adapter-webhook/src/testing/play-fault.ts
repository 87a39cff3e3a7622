import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Clock } from '@firstline/core';
import type { Fault } from './fault';

const DEFAULT_DRIP_MS = 5;
/** Whatever a test asks for, nobody pours more than this. */
const MAX_BYTES = 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, '.');
const GARBAGE = 'this is no HTTP\r\n\r\n';

export interface PlayParams {
  readonly fault: Fault;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Breaks the connection off. */
  readonly reset: () => void;
  readonly clock: Clock;
  /** Aborted when the connection is over. */
  readonly over: AbortSignal;
}

/** Answers a request that was read, as the fault wants it; resolves when there is nothing more to say. */
export async function playFault({ fault, response, socket, reset, clock, over }: PlayParams): Promise<void> {
  switch (fault.kind) {
    case 'answer':
      if ((fault.afterMs ?? 0) > 0) await clock.sleep(fault.afterMs ?? 0, over);
      response.setHeader('date', new Date(clock.now()).toUTCString());
      response.writeHead(fault.status ?? 204, fault.headers).end(fault.body);
      return;
    case 'reset':
      return void write(socket, begun(fault, clock), reset);
    case 'end':
      return void socket.end(begun(fault, clock));
    case 'stall':
      return void write(socket, begun(fault, clock));
    case 'drip':
      write(socket, begun(fault, clock));
      return drip(socket, fault, clock, over);
    case 'flood':
      return flood(socket, fault, clock);
    case 'gzip-bomb': {
      const body = gzipSync(Buffer.alloc(Math.min(fault.bytes, MAX_BYTES)));
      const headers = { 'content-encoding': 'gzip', 'content-length': body.length };
      return void response.writeHead(fault.status ?? 200, headers).end(body);
    }
    case 'raw':
      return void socket.end(fault.bytes ?? GARBAGE);
  }
}

/** As much of an answer as is sent before the fault. */
function begun(fault: Extract<Fault, { readonly at: string }>, clock: Clock): string {
  if (fault.at === 'connect' || fault.at === 'request') return '';
  const head = statusLine(fault.status, clock);
  return fault.at === 'headers' ? head : `${head}content-length: 1000000\r\n\r\n`;
}

function statusLine(status = 200, clock: Clock): string {
  return `HTTP/1.1 ${status} Some\r\ncontent-type: text/plain\r\ndate: ${new Date(clock.now()).toUTCString()}\r\n`;
}

/** Calls back also where there is nothing to write. */
function write(socket: Socket, text: string, done: () => void = () => undefined): void {
  if (text === '') done();
  else socket.write(text, done);
}

async function drip(
  socket: Socket,
  { piece = 'x', everyMs = DEFAULT_DRIP_MS }: Extract<Fault, { kind: 'drip' }>,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  for (let left = MAX_BYTES; left > 0 && !over.aborted && socket.writable; left -= piece.length) {
    socket.write(piece);
    await clock.sleep(everyMs, over);
  }
}

async function flood(socket: Socket, fault: Extract<Fault, { kind: 'flood' }>, clock: Clock): Promise<void> {
  const bytes = Math.min(fault.bytes, MAX_BYTES);
  const head = statusLine(fault.status, clock);
  const length = fault.contentLength === true ? `content-length: ${bytes}\r\n` : '';
  socket.write(fault.at === 'headers' ? `${head}x-flood: ` : `${head}${length}\r\n`);
  for (let left = bytes; left > 0 && socket.writable; left -= CHUNK.length) {
    if (!socket.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await writable(socket);
  }
  if (socket.writable) socket.end(fault.at === 'headers' ? '\r\n\r\n' : '');
}

/** Until the socket takes more, or nothing any more. */
function writable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
