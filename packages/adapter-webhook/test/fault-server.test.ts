import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createEngine } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { webhookTransport } from '@firstline/adapter-webhook';
import { type Fault, faultServer, type FaultServer } from '@firstline/adapter-webhook/testing';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { OTHER_SECRET, PUBLIC_KEY, SECRET } from './support/outbound';
import { receiver } from './support/receivers';

const BODY = '{"type":"test"}';

/** Says one thing to a server and listens to what it says, to the end of the connection. */
async function talk({ port }: FaultServer, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return text(socket);
}

const post = (headers: Record<string, string> = {}, body = BODY): string =>
  [
    'POST /hook?x=1 HTTP/1.1',
    'host: hooks.example.test',
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');

function signed(id: string, at: Date, secret = SECRET): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, at, BODY),
  };
}

describe('what came', () => {
  it('is kept to the byte, one request at a time, also on one connection', async () => {
    const server = await receiver();
    const requests = [post({ a: '1' }).replace('close', 'keep-alive'), post({ b: '2' }, 'a long body '.repeat(9_000))];
    const socket = connect(server.port, '127.0.0.1');
    for (const request of requests) {
      socket.write(request);
      await once(socket, 'data');
    }
    await once(socket, 'close');
    expect(server.requests.map(({ raw }) => digest(raw))).toEqual(requests.map(digest));
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/hook?x=1',
        headers: { a: '1' },
        body: Buffer.from(BODY),
        id: null,
        verified: null,
        connection: 1,
      },
      { headers: { b: '2' }, connection: 1 },
    ]);
    expect(server.connections).toBe(1);
  });

  it('is kept through TLS too', async () => {
    const server = await receiver({ tls: 'hooks.example.test' });
    const options = { port: server.port, host: '127.0.0.1', ca: server.certificate ?? '' };
    const socket = connectTls(options);
    await once(socket, 'secureConnect');
    socket.write(post());
    expect(await text(socket)).toMatch(/^HTTP\/1.1 204 /);
    expect(server.requests[0]?.raw.toString()).toBe(post());
    expect([server.url.startsWith('https:'), server.requests[0]?.connection]).toEqual([true, 1]);
  });

  it('is verified, and counted once for each id', async () => {
    const clock = new ManualClock('2026-05-01T12:00:00Z');
    const server = await receiver({ secret: SECRET, publicKey: PUBLIC_KEY, clock });
    const now = new Date(clock.now());
    for (const headers of [
      signed('one', now),
      signed('two', now),
      signed('one', now),
      signed('three', now, OTHER_SECRET),
      signed('four', new Date(clock.now() - 301_000)),
      signed('five', new Date(clock.now() + 300_000)),
      {},
    ]) {
      expect(await talk(server, post(headers))).toMatch(/^HTTP\/1.1 204 /);
    }
    expect(server.requests.map(({ verified }) => verified)).toEqual([true, true, true, false, false, true, false]);
    expect(server.received).toEqual(['one', 'two', 'five']);
  });
});

describe('what happens', () => {
  const HEAD = /^HTTP\/1.1 200 Some\r\ncontent-type: text\/plain\r\ndate: [^\r]+ GMT\r\n/;

  it.each<[string, Fault, RegExp]>([
    [
      'an answer',
      { kind: 'answer', status: 418, headers: { 'x-a': 'b' }, body: 'tea' },
      /^HTTP\/1.1 418 [^]*x-a: b\r\n[^]*tea/,
    ],
    ['nothing', { kind: 'answer' }, /^HTTP\/1.1 204 No Content\r\n/],
    ['an end at once', { kind: 'end', at: 'connect' }, /^$/],
    ['an end', { kind: 'end', at: 'request' }, /^$/],
    ['an end in the headers', { kind: 'end', at: 'headers' }, new RegExp(`${HEAD.source}$`)],
    [
      'an end in the body',
      { kind: 'end', at: 'body' },
      new RegExp(`${HEAD.source}content-length: 1000000\\r\\n\\r\\n$`),
    ],
    ['bytes', { kind: 'raw', bytes: 'abc' }, /^abc$/],
    ['garbage', { kind: 'raw' }, /^this is no HTTP/],
    ['many headers', { kind: 'flood', at: 'headers', bytes: 70_000 }, /x-flood: \.{70000}\r\n\r\n$/],
    ['a long body', { kind: 'flood', at: 'body', bytes: 70_000, status: 200 }, /\r\n\r\n\.{70000}$/],
    [
      'an announced body',
      { kind: 'flood', at: 'body', bytes: 9, contentLength: true },
      /content-length: 9\r\n\r\n\.{9}$/,
    ],
  ])('%s', async (_what, fault, expected) => {
    const server = await receiver();
    server.next(fault);
    expect(await talk(server, post())).toMatch(expected);
    // And nothing of it stays for the next one.
    expect(await talk(server, post())).toMatch(/^HTTP\/1.1 204 /);
  });

  it.each(['connect', 'request'] as const)('a reset at %s', async (at) => {
    const server = await receiver();
    server.next({ kind: 'reset', at });
    await expect(talk(server, post())).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.each(['headers', 'body'] as const)('a reset at %s', async (at) => {
    const server = await receiver();
    server.next({ kind: 'reset', at });
    // Where bytes and the reset behind them are noticed at once, Node tells of the bytes and a mere end.
    const heard = await talk(server, post()).catch((error: NodeJS.ErrnoException) => error.code);
    expect(heard).toMatch(at === 'headers' ? /^(ECONNRESET|HTTP[^]*GMT\r\n)$/ : /^(ECONNRESET|HTTP[^]*\r\n\r\n)$/);
  });

  it('a drip, for as long as anybody listens', async () => {
    const server = await receiver();
    server.next({ kind: 'drip', at: 'body', piece: 'ab', everyMs: 1 });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(post());
    let heard = '';
    for await (const chunk of socket) {
      heard += String(chunk);
      if (heard.endsWith('abababab')) break;
    }
    expect(heard).toMatch(/\r\n\r\n(ab){4,}$/);
    await server.ended(1);
  });

  it('a bomb', async () => {
    const server = await receiver();
    server.next({ kind: 'gzip-bomb', bytes: 1024 ** 2 });
    const response = await fetch(server.url, { method: 'POST', headers: { 'accept-encoding': 'identity' } });
    expect((await response.arrayBuffer()).byteLength).toBe(1024 ** 2);
    expect(Number(response.headers.get('content-length'))).toBeLessThan(2_000);
  });

  it('is decided by the request, after what is scripted', async () => {
    const server = await receiver();
    server
      .next({ kind: 'answer', status: 500 }, 2)
      .otherwise(({ path }) => ({ kind: 'answer', status: path.endsWith('1') ? 201 : 202 }));
    const statuses = [];
    for (const path of ['?x=1', '?x=1', '?x=1', '?x=2']) {
      statuses.push((await fetch(server.url + path, { method: 'POST' })).status);
    }
    expect(statuses).toEqual([500, 500, 201, 202]);
  });

  it('takes its time by its clock', async () => {
    const clock = new ManualClock('2026-05-01T12:00:00Z');
    const server = await receiver({ clock });
    server.next({ kind: 'answer', afterMs: 5_000 });
    const answering = fetch(server.url, { method: 'POST' });
    await server.count(1);
    await clock.advance('5s');
    expect((await answering).headers.get('date')).toBe('Fri, 01 May 2026 12:00:05 GMT');
  });

  it('waits to be released', async () => {
    const server = await receiver();
    server.next({ kind: 'stall', at: 'request' });
    const answering = fetch(server.url, { method: 'POST' });
    await server.count(1);
    server.release();
    expect((await answering).status).toBe(204);
  });
});

it('with an engine: what the README shows', async () => {
  const clock = new ManualClock();
  const server = await receiver({ secret: SECRET, clock });
  const engine = createEngine({
    clock,
    scenarios: [{ id: 'HELP', description: 'Needs help', examples: ['help me'], reply: 'On it.' }],
    transports: { webhook: webhookTransport({ secret: SECRET, allowPrivateAddresses: true }) },
  });
  server.next({ kind: 'reset', at: 'request' }).next({ kind: 'answer', status: 503 });
  const channel = { transport: 'webhook', address: { url: server.url } };
  await engine.receive({ clientId: 'c-42', text: 'help me', channel });
  for (let step = 0; step < 4; step += 1) {
    await engine.tick();
    await clock.advance('1h');
  }
  expect(server.requests.map(({ id }) => server.received.indexOf(id ?? ''))).toEqual([0, 0, 0, 1]);
  expect(server.requests.every(({ verified }) => verified)).toBe(true);
  await engine.stop();
});

describe('limits', () => {
  it('breaks off a request that is too long, and does not keep it', async () => {
    const server = await receiver({ maxBytes: 1_000 });
    await expect(talk(server, post({}, 'x'.repeat(1_001)))).rejects.toMatchObject({ code: 'ECONNRESET' });
    await talk(server, post({}, 'x'.repeat(1_000)));
    expect(server.requests.map(({ body }) => body.length)).toEqual([1_000]);
  });

  it('keeps so many requests, and counts and answers the rest', async () => {
    const server = await receiver({ maxRequests: 2 });
    for (let sent = 0; sent < 3; sent += 1) expect(await talk(server, post())).toMatch(/^HTTP\/1.1 204 /);
    await server.count(3);
    expect(server.requests).toHaveLength(2);
  });

  it('lets no connection live for longer than it may', async () => {
    const server = await receiver({ connectionMs: 1 });
    server.next({ kind: 'stall', at: 'connect' });
    const socket = connect(server.port, '127.0.0.1');
    await server.ended(1);
    socket.destroy();
  });

  it('breaks everything with close, also whoever waits for it, and may be closed twice', async () => {
    const server = await faultServer();
    server.next({ kind: 'stall', at: 'headers' });
    const talking = talk(server, post());
    await server.count(1);
    const waiting = expect(server.count(2)).rejects.toThrow('closed');
    await server.close();
    await server.close();
    await waiting;
    expect(await talking).toMatch(HEADERS_ONLY);
  });

  it('refuses keys that are none', async () => {
    await expect(faultServer({ secret: 'whsec_c2hvcnQ=' })).rejects.toMatchObject({
      code: 'invalid_options',
      path: 'secret',
    });
    await expect(faultServer({ publicKey: [PUBLIC_KEY, SECRET] })).rejects.toMatchObject({ path: 'publicKey[1]' });
  });
});

const HEADERS_ONLY = /^HTTP\/1.1 200 Some\r\n/;

function digest(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
