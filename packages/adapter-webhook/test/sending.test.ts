import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { webhookPublicKey, webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { undiciIdle, watchConnects } from './support/connects';
import {
  context,
  CREATED_AT,
  noIngress,
  OTHER_SECRET,
  OTHER_SECRET_KEY,
  outbound,
  SECRET,
  SECRET_KEY,
  TEXT,
} from './support/outbound';
import { receiver } from './support/receivers';
import { verified, verifiedV1a } from './support/verified';

const connects = watchConnects();

const local = (options: Partial<WebhookTransportOptions> = {}) =>
  webhookTransport({ secret: SECRET, allowPrivateAddresses: true, ...options });

const OK = { class: 'ok', status: 204 };

describe('a request', () => {
  it('is what is documented, and verifies', async () => {
    const server = await receiver();
    const now = Date.now();
    const url = `${server.url}/in%20put?to=a%2Fb`;
    expect(await local().send(outbound({ url }), context({ now }))).toMatchObject(OK);

    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/hook/in%20put?to=a%2Fb',
      headers: {
        host: `127.0.0.1:${server.port}`,
        'content-type': 'application/json',
        'content-length': String(request!.body.length),
        'webhook-id': 'dlv-1',
        'webhook-timestamp': String(Math.floor(now / 1_000)),
      },
    });
    expect(request!.headers).not.toHaveProperty('accept-encoding');
    expect(verified(request!)).toEqual({
      type: 'message.created',
      timestamp: '2026-02-03T04:05:06.000Z',
      data: {
        message_id: 'msg-1',
        conversation_id: 'cnv-1',
        client_id: 'c-42',
        type: 'bot_auto',
        text: TEXT,
        attachments: [],
        quick_replies: [],
        locale: 'ru',
        send_at: '2026-02-03T04:05:09.000Z',
        seq: 7,
      },
    });
  });

  it('names the major version of the package', async () => {
    const server = await receiver();
    await local().send(outbound({ url: server.url }), context());
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(server.requests[0]!.headers['user-agent']).toBe(`firstline-webhook/${version.split('.')[0]}`);
  });

  it('has the id of its delivery and the time of its attempt', async () => {
    const server = await receiver();
    const transport = local();
    const now = Date.now();
    for (const at of [now - 200_000, now]) {
      await transport.send(outbound({ url: server.url, id: '018f-abc_D' }), context({ now: at }));
    }
    const [first, second] = server.requests;
    expect(first!.headers['webhook-id']).toBe('018f-abc_D');
    expect(second!.headers['webhook-id']).toBe('018f-abc_D');
    expect(first!.headers['webhook-timestamp']).toBe(String(Math.floor((now - 200_000) / 1_000)));
    expect(first!.headers['webhook-signature']).not.toBe(second!.headers['webhook-signature']);
    expect(second!.body).toEqual(first!.body);
    for (const request of server.requests) verified(request);
  });

  it('takes its time from the engine and not from the system', async () => {
    const server = await receiver();
    await local().send(outbound({ url: server.url }), context({ now: CREATED_AT + 999 }));
    const { headers, body } = server.requests[0]!;
    expect(headers['webhook-timestamp']).toBe(String(CREATED_AT / 1_000));
    const signature = new Webhook(SECRET).sign('dlv-1', new Date(CREATED_AT), body.toString());
    expect(headers['webhook-signature']).toBe(signature);
  });

  it('can be altered in no part', async () => {
    const server = await receiver();
    await local().send(outbound({ url: server.url }), context());
    const { body, headers, ...rest } = server.requests[0]!;
    const altered = [
      { body: Buffer.concat([body, Buffer.from(' ')]), headers },
      { body, headers: { ...headers, 'webhook-id': 'dlv-2' } },
      { body, headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) } },
    ];
    for (const request of altered) expect(() => verified({ ...rest, ...request })).toThrow('No matching signature');
  });

  it('verifies with the old and the new secret during a rotation', async () => {
    const server = await receiver();
    await local({ secret: [OTHER_SECRET, SECRET] }).send(outbound({ url: server.url }), context());
    const [request] = server.requests;
    expect(request!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect(verified(request!, SECRET)).toEqual(verified(request!, OTHER_SECRET));
    const stranger = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(() => verified(request!, stranger)).toThrow('No matching signature');
  });

  it('carries files and answers to choose from', async () => {
    const server = await receiver();
    const attachments = [
      { kind: 'image', url: 'https://files.example/map.png', mimeType: 'image/png', size: 2048 },
      { kind: 'document', url: 'https://files.example/terms' },
    ] as const;
    await local().send(outbound({ url: server.url, attachments, quickReplies: ['Да', 'Нет'] }), context());
    expect(verified(server.requests[0]!)).toMatchObject({
      data: {
        attachments: [
          { kind: 'image', url: 'https://files.example/map.png', mime_type: 'image/png', size: 2048 },
          { kind: 'document', url: 'https://files.example/terms', mime_type: null, size: null },
        ],
        quick_replies: ['Да', 'Нет'],
      },
    });
  });

  it('verifies by the public key where it is signed by a secret one, and with all of several of both kinds', async () => {
    const server = await receiver();
    await local({ secret: SECRET_KEY }).send(outbound({ url: server.url }), context());
    const all = [OTHER_SECRET, SECRET, OTHER_SECRET_KEY, SECRET_KEY];
    await local({ secret: all }).send(outbound({ url: server.url }), context());
    const [one, four] = server.requests;

    expect(one!.headers['webhook-signature']).toMatch(/^v1a,\S+$/);
    expect(verifiedV1a(one!)).toBe(true);
    expect(() => verified(one!)).toThrow('No matching signature');
    expect(four!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+ v1a,\S+ v1a,\S+$/);
    expect([verifiedV1a(four!), verifiedV1a(four!, webhookPublicKey(OTHER_SECRET_KEY))]).toEqual([true, true]);
    expect(verified(four!, SECRET)).toEqual(verified(four!, OTHER_SECRET));
    expect(verifiedV1a(four!, webhookPublicKey(`whsk_${Buffer.alloc(32, 1).toString('base64')}`))).toBe(false);
  });

  it('carries any text', async () => {
    const server = await receiver();
    const transport = local();
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800 \u0000 \u2028'));
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        expect(await transport.send(outbound({ url: server.url, text }), context())).toMatchObject({ class: 'ok' });
        expect(verified(server.requests.at(-1)!)).toMatchObject({ data: { text } });
      }),
      { numRuns: 50 },
    );
  });

  it.each(['a.b', 'a b', 'a\r\nx: y', '', 'ключ', 'x'.repeat(257)])('is not made for the id %j', async (id) => {
    const server = await receiver();
    expect(await local().send(outbound({ url: server.url, id }), context())).toEqual({
      class: 'park',
      code: 'invalid_id',
    });
    expect(connects).toEqual([]);
  });
});

describe('connections', () => {
  it('are made when they are needed and used again', async () => {
    const server = await receiver();
    server.otherwise({ kind: 'answer', status: 200, body: 'thank you' });
    const transport = local();
    await transport.start?.(noIngress, 'webhook');
    expect(connects).toEqual([]);
    for (let sent = 0; sent < 3; sent += 1) {
      await transport.send(outbound({ url: server.url }), context());
      await undiciIdle();
    }
    expect(connects).toEqual([`127.0.0.1:${server.port}`]);
  });

  it('carry many messages at once', async () => {
    const server = await receiver();
    const transport = local();
    const ids = Array.from({ length: 50 }, (_, index) => `dlv-${index}`);
    const outcomes = await Promise.all(ids.map((id) => transport.send(outbound({ url: server.url, id }), context())));
    expect(new Set(outcomes.map((outcome) => outcome.class))).toEqual(new Set(['ok']));
    expect(server.requests.map(({ headers }) => String(headers['webhook-id'])).sort()).toEqual([...ids].sort());
    for (const request of server.requests) verified(request);
  });

  it('end with stop, which may be called twice, and come back with start', async () => {
    const server = await receiver();
    const transport = local();
    await transport.send(outbound({ url: server.url }), context());
    const closed = server.ended(1);
    await transport.stop?.();
    await transport.stop?.();
    await closed;

    expect(await transport.send(outbound({ url: server.url }), context())).toEqual({ class: 'retry', code: 'stopped' });
    expect(server.requests).toHaveLength(1);

    await transport.start?.(noIngress, 'webhook');
    await transport.start?.(noIngress, 'webhook');
    expect(await transport.send(outbound({ url: server.url }), context())).toMatchObject(OK);
    await transport.stop?.();
  });

  it('need not be there to be stopped', async () => {
    const transport = local();
    await transport.stop?.();
    await transport.stop?.();
  });

  it('let a send end before stop does', async () => {
    const server = await receiver();
    server.next({ kind: 'stall', at: 'request' });
    const transport = local();
    const sending = transport.send(outbound({ url: server.url }), context());
    await server.count(1);
    const stopping = transport.stop?.();
    server.release();
    expect(await sending).toMatchObject(OK);
    await stopping;
  });
});
