import { FirstlineError, type FirstlineErrorCode, type ReceiveInput } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { type IngressOutcome, webhookIngress, type WebhookIngressOptions } from '@firstline/adapter-webhook';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseSigningKey } from '../src/keys';
import { sign } from '../src/signature';
import { inbound, MESSAGE, NOW, request } from './support/inbound';
import { OTHER_SECRET, OTHER_SECRET_KEY, PUBLIC_KEY, SECRET, SECRET_KEY } from './support/outbound';

const ACCEPTED: IngressOutcome = { status: 'accepted', messageId: 'm-1', conversationId: 'cnv-1' };
const INPUT: ReceiveInput = { clientId: 'c-42', text: 'Не работает интернет', id: 'msg_1' };

const receive = vi.fn<(input: ReceiveInput) => Promise<IngressOutcome>>();
const logged: unknown[] = [];
const log = (fields: unknown, message: string): void => void logged.push([fields, message]);
const logger = { debug: log, info: log, warn: log, error: log };

afterEach(() => {
  receive.mockReset();
  logged.length = 0;
});

function ingress(options: Partial<WebhookIngressOptions> = {}) {
  receive.mockResolvedValue(ACCEPTED);
  const defaults = { secret: SECRET, receive, clock: new ManualClock(NOW), logger };
  return webhookIngress({ ...defaults, ...options } as WebhookIngressOptions);
}

async function problem(response: Response, status: number, code: string) {
  expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  const body = (await response.json()) as { readonly detail: string; readonly path?: string };
  expect(body).toMatchObject({ type: 'about:blank', status, code });
  return body;
}

/** Refused before anything was done. */
async function refused(response: Response, status: number, code: string) {
  const body = await problem(response, status, code);
  expect(receive).not.toHaveBeenCalled();
  return body;
}

describe('a message', () => {
  it('is received, and acknowledged when that is done', async () => {
    const handle = ingress();
    let store = (_outcome: IngressOutcome): void => undefined;
    receive.mockReturnValue(new Promise((resolve) => (store = resolve)));
    const answering = handle(request());
    const early = await Promise.race([answering, new Promise((resolve) => setImmediate(resolve))]);
    expect(early).toBeUndefined();
    store(ACCEPTED);
    const response = await answering;
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ status: 'accepted', message_id: 'm-1', conversation_id: 'cnv-1' });
    expect(receive.mock.calls).toEqual([[INPUT]]);
  });

  it('that came before is acknowledged with 200', async () => {
    const handle = ingress();
    receive.mockResolvedValue({ ...ACCEPTED, status: 'duplicate' });
    const response = await handle(request());
    expect([response.status, await response.json()]).toMatchObject([200, { status: 'duplicate' }]);
  });

  it('may say everything that the payload has words for; null is not given, and what is unknown is ignored', async () => {
    const data = {
      client_id: 'c-42',
      content: '',
      message_id: 'native-7',
      locale: 'ru',
      client: { name: 'Анна', region: 'Казань', vip: true },
      attachments: [
        { kind: 'image', url: 'https://files.example/1.png', mime_type: 'image/png', size: 12 },
        { kind: 'other', url: 'https://files.example/2', mime_type: null },
      ],
      channel: { transport: 'webhook', address: { url: 'https://example.com/replies' } },
      automated: true,
      mood: 'angry',
    };
    await ingress()(request({ type: 'message.received', timestamp: '2026-05-01T12:00:00Z', data }));
    expect(receive.mock.calls).toEqual([
      [
        {
          clientId: 'c-42',
          text: '',
          id: 'native-7',
          locale: 'ru',
          client: { name: 'Анна', region: 'Казань' },
          attachments: [
            { kind: 'image', url: 'https://files.example/1.png', mimeType: 'image/png', size: 12 },
            { kind: 'other', url: 'https://files.example/2' },
          ],
          channel: data.channel,
          automated: true,
        },
      ],
    ]);
    const nothing = { locale: null, client: null, attachments: null, channel: null, automated: null, message_id: null };
    await ingress()(request({ ...MESSAGE, data: { ...MESSAGE.data, ...nothing } }));
    expect(receive).toHaveBeenLastCalledWith(INPUT);
  });

  it('of another type is acknowledged and has no effect', async () => {
    for (const type of ['webhook.ping', 'message.created', 'message.received.v2', '']) {
      const response = await ingress()(request({ type, data: MESSAGE.data }));
      expect([response.status, await response.text()]).toEqual([204, '']);
    }
    expect(receive).not.toHaveBeenCalled();
  });

  it('is what the host’s own map makes of it', async () => {
    const seen: unknown[] = [];
    const handle = ingress({
      map: async (payload, { id, sentAt, headers }) => {
        seen.push(payload, id, sentAt, headers.get('x-source'));
        return { clientId: 'mapped', text: 'hi' };
      },
    });
    await handle(request(['anything'], { headers: { 'x-source': 'shop' } }));
    expect(seen).toEqual([['anything'], 'msg_1', NOW, 'shop']);
    expect(receive).toHaveBeenLastCalledWith({ clientId: 'mapped', text: 'hi', id: 'msg_1' });

    await ingress({ map: () => ({ clientId: 'mapped', text: 'hi', id: 'own' }) })(request());
    expect(receive).toHaveBeenLastCalledWith({ clientId: 'mapped', text: 'hi', id: 'own' });
    expect((await ingress({ map: () => null })(request())).status).toBe(204);
    expect(receive).toHaveBeenCalledTimes(2);
  });
});

describe('a signature', () => {
  const with1a = (key: string) => {
    const { headers, body } = inbound();
    const content = { id: 'msg_1', timestamp: NOW / 1_000, body: Buffer.from(String(body)) };
    headers.set('webhook-signature', sign([parseSigningKey(key)!], content));
    return new Request('https://desk.example.test/', { method: 'POST', headers, body: body as string });
  };

  it('may be of any of the secrets, and of either kind', async () => {
    const handle = ingress({ secret: [OTHER_SECRET, SECRET], publicKey: PUBLIC_KEY });
    for (const one of [request(), request(MESSAGE, { secret: OTHER_SECRET }), with1a(SECRET_KEY)]) {
      expect((await handle(one)).status).toBe(202);
    }
    const { secret: _, ...alone } = { secret: SECRET, publicKey: [PUBLIC_KEY], receive, clock: new ManualClock(NOW) };
    expect((await webhookIngress(alone)(with1a(SECRET_KEY))).status).toBe(202);
  });

  it.each([
    ['of another secret', () => request(MESSAGE, { secret: OTHER_SECRET })],
    ['of another key', () => with1a(OTHER_SECRET_KEY)],
    ['of another id', () => request(MESSAGE, { headers: { 'webhook-id': 'msg_2' } })],
    ['of another time', () => request(MESSAGE, { headers: { 'webhook-timestamp': String(NOW / 1_000 + 1) } })],
    [
      'of another body',
      () => new Request('https://desk.example.test/', { ...inbound(), body: JSON.stringify(MESSAGE) + ' ' }),
    ],
    ['that is none', () => request(MESSAGE, { headers: { 'webhook-signature': 'v1,' } })],
    ['that is missing', () => request(MESSAGE, { headers: { 'webhook-signature': '' } })],
    ['without an id', () => request(MESSAGE, { headers: { 'webhook-id': '' } })],
    ['without a time', () => request(MESSAGE, { headers: { 'webhook-timestamp': '' } })],
    ['of a time that is none', () => request(MESSAGE, { headers: { 'webhook-timestamp': `${NOW / 1_000}abc` } })],
    ['of an id that could shift the borders', () => request(MESSAGE, { id: 'msg.1' })],
    ['of an id that is too long', () => request(MESSAGE, { id: 'x'.repeat(257) })],
    ['that is too old', () => request(MESSAGE, { at: NOW - 301_000 })],
    ['that is too new', () => request(MESSAGE, { at: NOW + 301_000 })],
  ])('%s is refused before the payload is looked at', async (_what, make) => {
    const parse = vi.spyOn(JSON, 'parse');
    const response = await ingress({ publicKey: PUBLIC_KEY })(make());
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    await refused(response, 401, 'unauthorized');
    expect(response.headers.get('www-authenticate')).toBe('StandardWebhooks');
    expect(logged).toEqual([[expect.objectContaining({ status: 401 }), 'a webhook did not verify']]);
  });

  it('may be five minutes old or early, or what the host says', async () => {
    for (const seconds of [-300, 300]) {
      expect((await ingress()(request(MESSAGE, { at: NOW + seconds * 1_000 }))).status).toBe(202);
    }
    const strict = ingress({ tolerance: '10s' });
    receive.mockClear();
    await refused(await strict(request(MESSAGE, { at: NOW - 11_000 })), 401, 'unauthorized');
  });

  it('does not make the message’s age matter: a retry is signed anew', async () => {
    const clock = new ManualClock(NOW);
    const handle = ingress({ clock });
    await clock.advance('3d');
    const old = { ...MESSAGE, timestamp: new Date(NOW).toISOString() };
    expect((await handle(request(old, { at: clock.now() }))).status).toBe(202);
  });
});

describe('a request', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('by %s is a 405', async (method) => {
    const response = await ingress()(new Request('https://desk.example.test/', { method }));
    await refused(response, 405, 'method_not_allowed');
    expect(response.headers.get('allow')).toBe('POST');
  });

  it.each<Record<string, string>>([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=windows-1251' },
    { 'content-type': 'application/jsonp' },
    { 'content-encoding': 'gzip' },
  ])('of %o is a 415', async (headers) => {
    await refused(await ingress()(request(MESSAGE, { headers })), 415, 'unsupported_media_type');
  });

  it.each(['application/json;charset=UTF-8', 'Application/JSON', 'application/cloudevents+json; charset="utf-8"'])(
    'of %s is JSON',
    async (type) => {
      expect((await ingress()(request(MESSAGE, { headers: { 'content-type': type } }))).status).toBe(202);
    },
  );

  it.each<[string, unknown, string?]>([
    ['is no JSON', '{"type":'],
    ['is empty', ''],
    ['is a list', []],
    ['has no type', { data: MESSAGE.data }, 'type'],
    ['has no data', { type: 'message.received' }, 'data'],
    ['has no client', { type: 'message.received', data: { content: 'hi' } }, 'data.client_id'],
    ['has no content', { type: 'message.received', data: { client_id: 'c', content: null } }, 'data.content'],
    [
      'has a bad attachment',
      { type: 'message.received', data: { ...MESSAGE.data, attachments: [{ kind: 'virus', url: 'x' }] } },
      'data.attachments[0].kind',
    ],
  ])('that %s is a 400', async (_what, payload, path) => {
    const body = await refused(await ingress()(request(payload)), 400, 'invalid_input');
    expect(body.path).toBe(path);
  });

  it('that is not UTF-8 is a 400', async () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const { headers } = inbound();
    const content = { id: 'msg_1', timestamp: NOW / 1_000, body };
    headers.set('webhook-signature', sign([parseSigningKey(SECRET)!], content));
    const response = await ingress()(new Request('https://desk.example.test/', { method: 'POST', headers, body }));
    await refused(response, 400, 'invalid_input');
  });
});

describe('a body', () => {
  /** Gives a chunk whenever it is asked, and remembers how often it was and whether it was left. */
  function endless(size: number) {
    const seen = { pulled: 0, cancelled: false };
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        seen.pulled += 1;
        controller.enqueue(new Uint8Array(size));
      },
      cancel: () => {
        seen.cancelled = true;
      },
    });
    return { seen, stream };
  }

  const streaming = (stream: ReadableStream, headers: Record<string, string> = {}) =>
    new Request('https://desk.example.test/', {
      ...inbound(MESSAGE, { headers }),
      body: stream,
      duplex: 'half',
    } as RequestInit);

  it.each([{}, { 'content-length': '10' }, { 'content-length': 'lots' }])(
    'without end is left when it is too long, whatever its length is said to be: %o',
    async (headers) => {
      const { seen, stream } = endless(1_000);
      await refused(await ingress({ maxBytes: 10_000 })(streaming(stream, headers)), 413, 'payload_too_large');
      expect(seen.cancelled).toBe(true);
      // Ten that are allowed, one too many, and what the stream keeps ready.
      expect(seen.pulled).toBeLessThanOrEqual(12);
    },
  );

  it('that admits to be too long is not read', async () => {
    const { seen, stream } = endless(1);
    await refused(
      await ingress({ maxBytes: 10_000 })(streaming(stream, { 'content-length': '10001' })),
      413,
      'payload_too_large',
    );
    expect(seen.pulled).toBeLessThanOrEqual(1);
  });

  it('may be as long as it may be', async () => {
    const { body } = inbound();
    const maxBytes = Buffer.byteLength(body as string);
    expect((await ingress({ maxBytes })(request())).status).toBe(202);
    receive.mockClear();
    await refused(await ingress({ maxBytes: maxBytes - 1 })(request()), 413, 'payload_too_large');
  });

  it('may come byte by byte', async () => {
    const long = { ...MESSAGE, data: { client_id: 'c-42', content: 'я'.repeat(5_000) } };
    const { body, headers } = inbound(long);
    const bytes = Buffer.from(body as string);
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (sent === bytes.length) controller.close();
        else controller.enqueue(bytes.subarray(sent, (sent += 1)));
      },
    });
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    expect((await ingress()(new Request('https://desk.example.test/', init))).status).toBe(202);
    expect(receive).toHaveBeenCalledWith({ clientId: 'c-42', text: 'я'.repeat(5_000), id: 'msg_1' });
  });

  it('that takes too long is given up, also one that never answers', async () => {
    const clock = new ManualClock(NOW);
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"type":')),
      cancel: () => new Promise(() => undefined),
    });
    const answering = ingress({ clock })(streaming(stream));
    await clock.advance('9s');
    expect(clock.sleeping).toBe(1);
    await clock.advance('1s');
    expect((await refused(await answering, 408, 'request_timeout')).detail).toContain('too long');
  });

  it('that breaks off is given up', async () => {
    const stream = new ReadableStream({ start: (controller) => controller.error(new Error('ECONNRESET')) });
    await refused(await ingress()(streaming(stream)), 408, 'request_timeout');
  });

  it('that somebody has read already is a fault of the mounting', async () => {
    const read = request();
    await read.text();
    await refused(await ingress()(read), 500, 'internal');
    expect(logged).toEqual([
      [
        expect.objectContaining({ reason: expect.stringContaining('read before') as string }),
        'a webhook could not be taken',
      ],
    ]);
  });
});

describe('what the engine refuses', () => {
  const failing = (code: FirstlineErrorCode, details: object = {}) =>
    Promise.reject(new FirstlineError(code, `${(details as { path?: string }).path ?? ''}: is at fault`, details));

  it.each<[FirstlineErrorCode, object, number, Record<string, unknown>, string | null]>([
    [
      'invalid_input',
      { path: 'clientId' },
      400,
      { path: 'data.client_id', detail: 'data.client_id: is at fault' },
      null,
    ],
    ['invalid_input', { path: 'text' }, 400, { path: 'data.content', detail: 'data.content: is at fault' }, null],
    ['invalid_input', { path: 'attachments[1].mimeType' }, 400, { path: 'data.attachments[1].mime_type' }, null],
    ['invalid_channel', { path: 'channel.address.url' }, 422, { path: 'data.channel.address.url' }, null],
    ['idempotency_key_reused', { path: 'id' }, 422, { path: 'data.message_id' }, null],
    ['rate_limited', { retryAfterMs: 1_001 }, 429, {}, '2'],
    ['rate_limited', {}, 429, {}, '5'],
    ['storage_unavailable', {}, 503, {}, '5'],
    ['storage_unavailable', { retryAfterMs: 60_000 }, 503, {}, '60'],
    ['stopped', {}, 503, {}, '5'],
    ['schema_too_new', {}, 503, {}, '5'],
  ])('%s %o', async (code, details, status, expected, retryAfter) => {
    const handle = ingress();
    receive.mockReturnValue(failing(code, details));
    const response = await handle(request());
    expect(await problem(response, status, code)).toMatchObject(expected);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
  });

  it.each<[string, unknown]>([
    ['an error', new Error('password=t0ken')],
    ['an internal error', new FirstlineError('internal', 't0ken')],
    ['an option', new FirstlineError('invalid_options', 't0ken')],
    ['anything else', 't0ken'],
  ])('%s is a 500 that says nothing, and is logged', async (_what, error) => {
    const handle = ingress();
    receive.mockRejectedValue(error);
    const body = await problem(await handle(request()), 500, 'internal');
    expect(JSON.stringify(body)).not.toContain('t0ken');
    expect(logged).toEqual([
      [expect.objectContaining({ status: 500, webhookId: 'msg_1' }), 'a webhook could not be taken'],
    ]);
  });

  it('is told in the engine’s words where the map is the host’s own', async () => {
    const handle = ingress({ map: () => ({ clientId: 'c', text: '' }) });
    receive.mockReturnValue(failing('invalid_input', { path: 'text' }));
    expect(await problem(await handle(request()), 400, 'invalid_input')).toMatchObject({ path: 'text' });

    const refusing = ingress({
      map: () => {
        throw new FirstlineError('invalid_input', 'order: is missing', { path: 'order' });
      },
    });
    expect(await problem(await refusing(request()), 400, 'invalid_input')).toMatchObject({
      detail: 'order: is missing',
    });
    const broken = ingress({ map: () => Promise.reject(new TypeError('t0ken')) });
    await problem(await broken(request()), 500, 'internal');
  });

  it('never shows the signature, the secret or the body in a log', async () => {
    const handle = ingress();
    receive.mockRejectedValue(new FirstlineError('storage_unavailable', 'locked'));
    const one = request();
    const signature = one.headers.get('webhook-signature')!;
    await handle(one);
    await handle(request(MESSAGE, { secret: OTHER_SECRET }));
    const shown = JSON.stringify(logged);
    expect(logged).toHaveLength(2);
    for (const hidden of [signature.slice(3, 20), SECRET.slice(6, 20), 'интернет', 'c-42'])
      expect(shown).not.toContain(hidden);
  });
});

describe('options', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['no key at all', 'secret', { secret: undefined }],
    ['no secrets', 'secret', { secret: [] }],
    ['a secret that is not set in the environment', 'secret', { secret: '' }],
    ['a private key', 'secret', { secret: SECRET_KEY }],
    ['a bad secret of several', 'secret[1]', { secret: [SECRET, 'x'] }],
    ['a secret for a public key', 'publicKey', { publicKey: SECRET }],
    ['neither engine nor receive', 'engine', { receive: undefined }],
    ['both engine and receive', 'engine', { engine: { receive } }],
    ['an engine that is none', 'engine', { receive: undefined, engine: {} }],
    ['a map that is none', 'map', { map: 'message.received' }],
    ['no tolerance', 'tolerance', { tolerance: 0 }],
    ['a day of tolerance', 'tolerance', { tolerance: '1d' }],
    ['a tolerance that is no duration', 'tolerance', { tolerance: 'five minutes' }],
    ['a body without bound', 'maxBytes', { maxBytes: Infinity }],
    ['no body', 'maxBytes', { maxBytes: 0 }],
    ['endless patience', 'bodyTimeout', { bodyTimeout: Infinity }],
    ['a clock that is none', 'clock', { clock: Date }],
    ['an unknown option', 'secrets', { secrets: [SECRET] }],
  ])('refuse %s', (_what, path, options) => {
    const make = () => webhookIngress({ secret: SECRET, receive, ...options });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_options', path }));
    expect(make).toThrow(`webhookIngress: ${path} `);
  });

  it('refuse what is no object', () => {
    expect(() => webhookIngress(undefined as unknown as WebhookIngressOptions)).toThrow('must be an object');
  });
});
