import type { Socket } from 'node:net';
import type { LookupFunction } from 'node:net';
import zlib from 'node:zlib';
import { webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import { errors } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorOutcome } from '../src/outcome';
import { undiciIdle, watchConnects } from './support/connects';
import { context, outbound, SECRET } from './support/outbound';
import { closedPort, httpReceiver, tcpServer } from './support/servers';

const connects = watchConnects();
const opened: { stop?: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const transport of opened.splice(0)) await transport.stop?.();
});

function local(options: Partial<WebhookTransportOptions> = {}) {
  const transport = webhookTransport({ secret: SECRET, allowPrivateAddresses: true, ...options });
  opened.push(transport);
  return transport;
}

const send = (url: string, options?: Partial<WebhookTransportOptions>) =>
  local(options).send(outbound({ url }), context());

const OK_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const TIMEOUT = { class: 'retry', code: 'timeout', retryAfterMs: 60_000 };

/** Writes `piece` for as long as anybody is connected. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 5);
  socket.on('close', () => clearInterval(timer));
}

describe('before the headers of an answer', () => {
  it('nobody listens', async () => {
    const port = await closedPort();
    const outcome = await send(`http://127.0.0.1:${port}/p4th`);
    expect(outcome).toEqual({ class: 'retry', code: 'connection_refused', detail: '127.0.0.1: ECONNREFUSED' });
  });

  it('nobody listens on any address of the name', async () => {
    const port = await closedPort();
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    };
    const outcome = await send(`http://hooks.example.test:${port}/`, { lookup });
    expect(outcome).toMatchObject({ class: 'retry', code: 'connection_refused' });
    expect(connects).toEqual([`127.0.0.1:${port}`, `127.0.0.2:${port}`]);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL'])('the name is not resolved: %s', async (code) => {
    const lookup: LookupFunction = (_name, _options, callback) => callback(Object.assign(new Error(), { code }), []);
    const outcome = await send('https://hooks.example.test/p4th', { lookup });
    expect(outcome).toEqual({ class: 'retry', code: 'dns_error', detail: `hooks.example.test: ${code}` });
  });

  it('the name has no addresses', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => callback(null, []);
    expect(await send('https://hooks.example.test/', { lookup })).toMatchObject({ class: 'retry', code: 'dns_error' });
  });

  it('the lookup throws', async () => {
    const lookup: LookupFunction = () => {
      throw new Error('t0ken');
    };
    const outcome = await send('https://hooks.example.test/', { lookup });
    expect(outcome).toEqual({ class: 'retry', code: 'network_error', detail: 'hooks.example.test: Error' });
  });

  it('the lookup never answers', async () => {
    expect(await send('https://hooks.example.test/', { lookup: () => undefined, timeoutMs: 100 })).toEqual(TIMEOUT);
  });

  it.each<[string, string, (socket: Socket) => void]>([
    ['reset', 'connection_reset', (socket) => socket.resetAndDestroy()],
    ['end', 'connection_reset', (socket) => socket.end()],
    ['reset within the headers', 'connection_reset', (socket) => socket.write(OK_HEAD, () => socket.resetAndDestroy())],
    ['end within the headers', 'connection_reset', (socket) => socket.end(OK_HEAD)],
    [
      'switch protocols',
      'connection_reset',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
  ])('they %s', async (_what, code, talk) => {
    const server = await tcpServer(talk);
    const outcome = await send(server.url);
    expect(outcome).toMatchObject({ class: 'retry', code });
    expect(server.connections()).toBe(1);
  });

  it.each<[string, string]>([
    ['garbage', 'b0dy\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 OK\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a header without a name', `${OK_HEAD}: x\r\n\r\n`],
    ['two lengths', `${OK_HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n`],
    ['headers of 20 KiB', `${OK_HEAD}x: ${'y'.repeat(20 * 1024)}\r\n\r\n`],
    ['many headers', `${OK_HEAD}${'x: y\r\n'.repeat(10_000)}\r\n`],
  ])('they send %s', async (_what, answer) => {
    const server = await tcpServer((socket) => socket.end(answer));
    const outcome = await send(server.url);
    expect(outcome).toMatchObject({ class: 'config', code: 'bad_response' });
    expect(JSON.stringify(outcome)).not.toContain('b0dy');
    expect(server.connections()).toBe(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['say nothing', () => undefined],
    ['stop within the headers', (socket) => socket.write(OK_HEAD)],
    ['drip headers', (socket) => socket.write(OK_HEAD) && drip(socket, 'x')],
    ['only give hints', (socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n')],
  ])('they %s', async (_what, talk) => {
    const server = await tcpServer(talk);
    const closed = server.nextClose();
    expect(await send(server.url, { timeoutMs: 100 })).toEqual(TIMEOUT);
    await closed;
  });

  it('the engine stops waiting', async () => {
    const server = await httpReceiver(() => undefined);
    const stop = new AbortController();
    const sending = local().send(outbound(server), context({ signal: stop.signal }));
    await server.nextRequest();
    const closed = server.nextClose();
    stop.abort();
    expect(await sending).toEqual(TIMEOUT);
    await closed;
  });

  it('the engine does not even wait', async () => {
    const server = await httpReceiver();
    expect(await local().send(outbound(server), context({ signal: AbortSignal.abort() }))).toEqual(TIMEOUT);
    expect(connects).toEqual([]);
  });

  it('nothing is sent a second time on a connection that was closed meanwhile', async () => {
    const server = await httpReceiver((response) => {
      if (server.requests.length === 1) response.writeHead(204).end();
      else response.socket?.resetAndDestroy();
    });
    const transport = local();
    expect(await transport.send(outbound(server), context())).toEqual({ class: 'ok', status: 204 });
    await undiciIdle();
    expect(await transport.send(outbound(server), context())).toMatchObject({
      class: 'retry',
      code: 'connection_reset',
    });
    expect(server.requests).toHaveLength(2);
    expect(server.connections()).toBe(1);
  });
});

describe('after the headers of an answer', () => {
  const INCOMPLETE = { class: 'ok', status: 200, code: 'body_incomplete' };

  it.each<[string, (socket: Socket) => void]>([
    ['stall', (socket) => socket.write(`${OK_HEAD}content-length: 10\r\n\r\nb0dy`)],
    ['drip', (socket) => socket.write(`${OK_HEAD}content-length: 1000000\r\n\r\n`) && drip(socket, '.')],
    ['reset', (socket) => socket.write(`${OK_HEAD}content-length: 10\r\n\r\nb0dy`, () => socket.resetAndDestroy())],
    ['end early', (socket) => socket.end(`${OK_HEAD}content-length: 10\r\n\r\nb0dy`)],
    ['send a broken chunk', (socket) => socket.write(`${OK_HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`)],
  ])('it is accepted, though they %s', async (_what, talk) => {
    const server = await tcpServer(talk);
    const closed = server.nextClose();
    expect(await send(server.url, { timeoutMs: 200 })).toEqual(INCOMPLETE);
    await closed;
  });

  it('a failure stays what it is', async () => {
    const server = await tcpServer((socket) => socket.end('HTTP/1.1 410 Gone\r\ncontent-length: 10\r\n\r\nb0dy'));
    expect(await send(server.url)).toEqual({ class: 'off', code: 'http_410', status: 410 });
  });

  it.each([
    ['of unknown length', ''],
    ['of known length', 'content-length: 10000000000\r\n'],
  ])('a body without end, %s, is not read', async (_what, header) => {
    const chunk = Buffer.alloc(64 * 1024, '.');
    let taken = 0;
    const server = await tcpServer((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk, () => (taken += chunk.length))) continue;
      };
      socket.on('drain', pour);
      socket.write(`${OK_HEAD}${header}\r\n`);
      pour();
    });
    const closed = server.nextClose();
    expect(await send(server.url)).toEqual({ class: 'ok', status: 200 });
    await closed;
    // 64 KiB are read; the rest is what the buffers of the two sockets took before the connection was closed.
    expect(taken).toBeLessThan(24 * 1024 * 1024);
  });

  it('a body that inflates is left as it is', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const inflaters = (['createGunzip', 'createInflate', 'createUnzip', 'createBrotliDecompress'] as const).map(
      (name) => vi.spyOn(zlib, name),
    );
    const server = await httpReceiver((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    expect(await send(server.url)).toEqual({ class: 'ok', status: 200 });
    for (const inflater of inflaters) expect(inflater).not.toHaveBeenCalled();
  });

  it('a connection whose body was not read to its end is not used again', async () => {
    const ports: (number | undefined)[] = [];
    const server = await httpReceiver((response) => {
      ports.push(response.socket?.remotePort);
      response.writeHead(500).end(Buffer.alloc(1024 * 1024));
    });
    const transport = local();
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await transport.send(outbound(server), context())).toMatchObject({ class: 'retry', code: 'http_500' });
      await undiciIdle();
    }
    expect(new Set(ports).size).toBe(3);
  });
});

describe('errors that need a network of their own', () => {
  const coded = (code: string) => Object.assign(new Error('t0ken'), { code });

  it.each([
    [new errors.ConnectTimeoutError(), 'retry', 'connect_timeout'],
    [coded('ETIMEDOUT'), 'retry', 'connect_timeout'],
    [coded('EHOSTUNREACH'), 'retry', 'network_unreachable'],
    [coded('ENETUNREACH'), 'retry', 'network_unreachable'],
    [coded('EPIPE'), 'retry', 'connection_reset'],
    [new errors.HeadersTimeoutError(), 'retry', 'timeout'],
    [new errors.ClientDestroyedError(), 'retry', 'stopped'],
    [coded('CERT_HAS_EXPIRED'), 'config', 'tls_error'],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'config', 'tls_error'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'config', 'tls_error'],
    [coded('HPE_INVALID_CONSTANT'), 'config', 'bad_response'],
    [coded('EMFILE'), 'retry', 'network_error'],
    [new TypeError('t0ken'), 'retry', 'network_error'],
    ['t0ken', 'retry', 'network_error'],
    [undefined, 'retry', 'network_error'],
  ])('%s', (error, outcome, code) => {
    const reported = errorOutcome(error, 'hooks.example.test');
    expect(reported).toMatchObject({ class: outcome, code });
    expect(JSON.stringify(reported)).not.toContain('t0ken');
  });
});
