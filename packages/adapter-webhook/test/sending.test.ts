import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { undiciIdle, watchConnects } from './support/connects';
import { context, CREATED_AT, OTHER_SECRET, outbound, SECRET, TEXT, noIngress } from './support/outbound';
import { httpReceiver, type Captured } from './support/servers';

const connects = watchConnects();

const local = (options: Partial<WebhookTransportOptions> = {}) =>
  webhookTransport({ secret: SECRET, allowPrivateAddresses: true, ...options });

/** What an independent receiver makes of it; throws if the signature is not right. */
function verified({ body, headers }: Captured, secret = SECRET): unknown {
  return new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
}

describe('a request', () => {
  it('is what is documented, and verifies', async () => {
    const server = await httpReceiver();
    const now = Date.now();
    const url = `${server.url}/in%20put?to=a%2Fb`;
    expect(await local().send(outbound({ url }), context({ now }))).toEqual({ class: 'ok', status: 204 });

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
        locale: 'ru',
        send_at: '2026-02-03T04:05:09.000Z',
        seq: 7,
      },
    });
  });

  it('names the major version of the package', async () => {
    const server = await httpReceiver();
    await local().send(outbound(server), context());
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(server.requests[0]!.headers['user-agent']).toBe(`firstline-webhook/${version.split('.')[0]}`);
  });

  it('has the id of its delivery and the time of its attempt', async () => {
    const server = await httpReceiver();
    const transport = local();
    const now = Date.now();
    for (const at of [now - 200_000, now]) {
      await transport.send(outbound({ ...server, id: '018f-abc_D' }), context({ now: at }));
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
    const server = await httpReceiver();
    await local().send(outbound(server), context({ now: CREATED_AT + 999 }));
    const { headers, body } = server.requests[0]!;
    expect(headers['webhook-timestamp']).toBe(String(CREATED_AT / 1_000));
    const signature = new Webhook(SECRET).sign('dlv-1', new Date(CREATED_AT), body.toString());
    expect(headers['webhook-signature']).toBe(signature);
  });

  it('can be altered in no part', async () => {
    const server = await httpReceiver();
    await local().send(outbound(server), context());
    const { body, headers, ...rest } = server.requests[0]!;
    const altered = [
      { body: Buffer.concat([body, Buffer.from(' ')]), headers },
      { body, headers: { ...headers, 'webhook-id': 'dlv-2' } },
      { body, headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) } },
    ];
    for (const request of altered) expect(() => verified({ ...rest, ...request })).toThrow('No matching signature');
  });

  it('verifies with the old and the new secret during a rotation', async () => {
    const server = await httpReceiver();
    await local({ secret: [OTHER_SECRET, SECRET] }).send(outbound(server), context());
    const [request] = server.requests;
    expect(request!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect(verified(request!, SECRET)).toEqual(verified(request!, OTHER_SECRET));
    const stranger = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(() => verified(request!, stranger)).toThrow('No matching signature');
  });

  it('carries any text', async () => {
    const server = await httpReceiver();
    const transport = local();
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800 \u0000 \u2028'));
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        expect(await transport.send(outbound({ ...server, text }), context())).toMatchObject({ class: 'ok' });
        expect(verified(server.requests.at(-1)!)).toMatchObject({ data: { text } });
      }),
      { numRuns: 50 },
    );
  });

  it.each(['a.b', 'a b', 'a\r\nx: y', '', 'ключ', 'x'.repeat(257)])('is not made for the id %j', async (id) => {
    const server = await httpReceiver();
    expect(await local().send(outbound({ ...server, id }), context())).toEqual({ class: 'park', code: 'invalid_id' });
    expect(connects).toEqual([]);
  });
});

describe('connections', () => {
  it('are made when they are needed and used again', async () => {
    const server = await httpReceiver((response) => response.writeHead(200).end('thank you'));
    const transport = local();
    await transport.start?.(noIngress, 'webhook');
    expect(connects).toEqual([]);
    for (let sent = 0; sent < 3; sent += 1) {
      await transport.send(outbound(server), context());
      await undiciIdle();
    }
    expect(connects).toEqual([`127.0.0.1:${server.port}`]);
  });

  it('carry many messages at once', async () => {
    const server = await httpReceiver();
    const transport = local();
    const ids = Array.from({ length: 50 }, (_, index) => `dlv-${index}`);
    const outcomes = await Promise.all(ids.map((id) => transport.send(outbound({ ...server, id }), context())));
    expect(new Set(outcomes.map((outcome) => outcome.class))).toEqual(new Set(['ok']));
    expect(server.requests.map(({ headers }) => String(headers['webhook-id'])).sort()).toEqual([...ids].sort());
    for (const request of server.requests) verified(request);
  });

  it('end with stop, which may be called twice, and come back with start', async () => {
    const server = await httpReceiver();
    const transport = local();
    await transport.send(outbound(server), context());
    const closed = server.nextClose();
    await transport.stop?.();
    await transport.stop?.();
    await closed;

    expect(await transport.send(outbound(server), context())).toEqual({ class: 'retry', code: 'stopped' });
    expect(server.requests).toHaveLength(1);

    await transport.start?.(noIngress, 'webhook');
    await transport.start?.(noIngress, 'webhook');
    expect(await transport.send(outbound(server), context())).toEqual({ class: 'ok', status: 204 });
    await transport.stop?.();
  });

  it('need not be there to be stopped', async () => {
    const transport = local();
    await transport.stop?.();
    await transport.stop?.();
  });

  it('let a send end before stop does', async () => {
    let answer = (): void => undefined;
    const server = await httpReceiver((response) => {
      answer = () => void response.writeHead(204).end();
    });
    const transport = local();
    const sending = transport.send(outbound(server), context());
    await server.nextRequest();
    const stopping = transport.stop?.();
    answer();
    expect(await sending).toEqual({ class: 'ok', status: 204 });
    await stopping;
  });
});
