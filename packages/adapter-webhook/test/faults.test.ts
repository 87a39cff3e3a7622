import zlib from 'node:zlib';
import type { LookupFunction } from 'node:net';
import { webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import { errors } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorOutcome } from '../src/outcome';
import { undiciIdle, watchConnects } from './support/connects';
import { answering } from './support/lookups';
import { context, outbound, SECRET } from './support/outbound';
import { closedPort, receiver } from './support/receivers';

// What each fault ends in is in matrix.test.ts; this is what must not happen on the way.
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

const MIB = 1024 ** 2;

describe('before the headers of an answer', () => {
  it('every address of the name is tried', async () => {
    const port = await closedPort();
    await send(`http://hooks.example.test:${port}/`, { lookup: answering(['127.0.0.1', '127.0.0.2']) });
    expect(connects).toEqual([`127.0.0.1:${port}`, `127.0.0.2:${port}`]);
  });

  it('the outcome names the host and the cause, and nothing of the path', async () => {
    const port = await closedPort();
    expect(await send(`http://127.0.0.1:${port}/p4th`)).toEqual({
      class: 'retry',
      code: 'connection_refused',
      detail: '127.0.0.1: ECONNREFUSED',
    });
  });

  it('a lookup that throws is a failure of the network', async () => {
    const lookup: LookupFunction = () => {
      throw new Error('t0ken');
    };
    const outcome = await send('https://hooks.example.test/', { lookup });
    expect(outcome).toEqual({ class: 'retry', code: 'network_error', detail: 'hooks.example.test: Error' });
  });

  it('nothing is begun for an engine that does not wait', async () => {
    const server = await receiver();
    const outcome = await local().send(outbound({ url: server.url }), context({ signal: AbortSignal.abort() }));
    expect(outcome).toEqual({ class: 'retry', code: 'timeout', retryAfterMs: 60_000 });
    expect(connects).toEqual([]);
  });

  it('nothing is sent a second time on a connection that was closed meanwhile', async () => {
    const server = await receiver();
    server.next({ kind: 'answer' }).next({ kind: 'reset', at: 'request' });
    const transport = local();
    expect(await transport.send(outbound({ url: server.url }), context())).toMatchObject({ class: 'ok', status: 204 });
    await undiciIdle();
    expect(await transport.send(outbound({ url: server.url }), context())).toMatchObject({
      class: 'retry',
      code: 'connection_reset',
    });
    expect(server.requests).toHaveLength(2);
    expect(server.connections).toBe(1);
  });
});

describe('after the headers of an answer', () => {
  it('a failure stays what it is, whatever becomes of its body', async () => {
    const server = await receiver();
    server.next({ kind: 'end', at: 'body', status: 410 });
    expect(await send(server.url)).toMatchObject({ class: 'off', code: 'http_410', status: 410 });
  });

  it.each([true, false])('a body without end is not read (length announced: %s)', async (contentLength) => {
    const server = await receiver();
    server.next({ kind: 'flood', at: 'body', bytes: 1024 * MIB, contentLength });
    expect(await send(server.url)).toMatchObject({ class: 'ok', status: 200 });
    await server.ended(1);
    // 64 KiB are read; the rest is what the buffers of the two sockets took before the connection was closed.
    expect(server.bytesSent).toBeLessThan(24 * MIB);
  });

  it('a body that inflates is left as it is', async () => {
    const server = await receiver();
    server.next({ kind: 'gzip-bomb', bytes: 50 * MIB });
    const inflaters = (['createGunzip', 'createInflate', 'createUnzip', 'createBrotliDecompress'] as const).map(
      (name) => vi.spyOn(zlib, name),
    );
    expect(await send(server.url)).toMatchObject({ class: 'ok', status: 200 });
    for (const inflater of inflaters) expect(inflater).not.toHaveBeenCalled();
  });

  it('a connection whose body was not read to its end is not used again', async () => {
    const server = await receiver();
    server.otherwise({ kind: 'answer', status: 500, body: Buffer.alloc(MIB) });
    const transport = local();
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await transport.send(outbound({ url: server.url }), context())).toMatchObject({ code: 'http_500' });
      await undiciIdle();
    }
    expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(3);
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
