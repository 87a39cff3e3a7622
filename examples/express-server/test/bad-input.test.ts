import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const GOOD = { client_id: 'c', content: 'Не работает интернет' };
const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** Sends it, and holds the answer to what is true of every refusal. */
async function refused(answer: Promise<Answer>): Promise<Answer> {
  const { status, headers, body } = await answer;
  expect(status).toBeGreaterThanOrEqual(400);
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({
    type: 'about:blank',
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
    code: expect.stringMatching(/^[a-z_]+$/),
    correlation_id: headers.get('x-correlation-id'),
  });
  expect(JSON.stringify(body)).not.toMatch(/\bat \S+ \(|node_modules|\.[jt]s:\d/);
  return { status, headers, body };
}

describe('POST /api/messages refuses', () => {
  const cases: readonly (readonly [name: string, body: unknown, path: string | undefined])[] = [
    ['what is not JSON', '{"client_id":', undefined],
    ['a body of nothing', '', 'client_id'],
    ['JSON that is no object: a list', '[]', undefined],
    ['JSON that is no object: a text', '"hello"', undefined],
    ['JSON that is no object: null', 'null', undefined],
    ['lists within lists without end', nested, undefined],
    ['a missing client', { content: 'x' }, 'client_id'],
    ['an empty client', { ...GOOD, client_id: '' }, 'client_id'],
    ['a client of another type', { ...GOOD, client_id: 42 }, 'client_id'],
    ['a client with control characters', { ...GOOD, client_id: 'a\u0000b' }, 'client_id'],
    ['a client that is too long', { ...GOOD, client_id: 'x'.repeat(256) }, 'client_id'],
    ['missing content', { client_id: 'c' }, 'content'],
    ['content of another type', { ...GOOD, content: { text: 'x' } }, 'content'],
    ['content of null', { ...GOOD, content: null }, 'content'],
    ['empty content', { ...GOOD, content: '' }, 'content'],
    ['content that is empty after cleaning', { ...GOOD, content: ' \u0000\n\u202e ' }, 'content'],
    ['content over the limit', { ...GOOD, content: 'x'.repeat(4_001) }, 'content'],
    ['an empty message_id', { ...GOOD, message_id: '' }, 'message_id'],
    ['a message_id of another type', { ...GOOD, message_id: 7 }, 'message_id'],
    ['a message_id that is too long', { ...GOOD, message_id: 'x'.repeat(256) }, 'message_id'],
    ['a misspelt member', { ...GOOD, messageId: 'x' }, 'messageId'],
    ['a locale that is none', { ...GOOD, locale: '!!' }, 'locale'],
    ['a client that is no object', { ...GOOD, client: 'Anna' }, 'client'],
    ['a client’s name of another type', { ...GOOD, client: { name: 1 } }, 'client.name'],
    ['a region of another type', { ...GOOD, client: { region: 1 } }, 'client.region'],
    ['a region that is too long', { ...GOOD, client: { region: 'x'.repeat(201) } }, 'client.region'],
    ['an unknown member of the client', { ...GOOD, client: { nam: 'Anna' } }, 'client.nam'],
    ['attachments that are no list', { ...GOOD, attachments: {} }, 'attachments'],
    ['an attachment without a URL', { ...GOOD, attachments: [{ kind: 'image' }] }, 'attachments[0].url'],
    ['an attachment of another kind', { ...GOOD, attachments: [{ kind: 'gif', url: 'x' }] }, 'attachments[0].kind'],
    [
      'an attachment’s faulty size',
      { ...GOOD, attachments: [{ kind: 'image', url: 'x', size: -1 }] },
      'attachments[0].size',
    ],
    [
      'a media type that is too long',
      { ...GOOD, attachments: [{ kind: 'image', url: 'x', mime_type: 'x'.repeat(256) }] },
      'attachments[0].mime_type',
    ],
    ['too many attachments', { ...GOOD, attachments: Array(21).fill({ kind: 'image', url: 'x' }) }, 'attachments'],
    ['a channel without an address', { ...GOOD, channel: { transport: 'webhook' } }, 'channel.address'],
    [
      'an address nested without end',
      `{"client_id":"c","content":"x","channel":{"transport":"webhook","address":{"url":${nested}}}}`,
      'channel.address',
    ],
    ['an address that is no object', { ...GOOD, channel: { transport: 'webhook', address: 'x' } }, 'channel.address'],
  ];

  it.each(cases)('%s', async (_name, body, path) => {
    const answer = await refused(server.post('/api/messages', body));
    expect([answer.status, answer.body.code, answer.body.path]).toEqual([400, 'invalid_input', path]);
  });

  const url = (text: string): object => ({ ...GOOD, channel: { transport: 'webhook', address: { url: text } } });
  const channels: readonly (readonly [name: string, body: object, path: string])[] = [
    ['an unknown transport', { ...GOOD, channel: { transport: 'pigeon', address: {} } }, 'channel.transport'],
    ['a malformed address', url('not a url'), 'channel.address.url'],
    ['an address of another scheme', url('ftp://example.invalid/'), 'channel.address.url'],
    ['a loopback address', url('http://127.0.0.1:9/'), 'channel.address.url'],
    ['a private address', url('http://10.0.0.1/'), 'channel.address.url'],
    [
      'an unknown member of the address',
      { ...GOOD, channel: { transport: 'webhook', address: { uri: 'x' } } },
      'channel.address.uri',
    ],
  ];

  it.each(channels)('a channel with %s', async (_name, body, path) => {
    const answer = await refused(server.post('/api/messages', body));
    expect([answer.status, answer.body.code, answer.body.path]).toEqual([422, 'invalid_channel', path]);
  });

  const headers: readonly (readonly [Record<string, string>, number, string])[] = [
    [{ 'X-Webhook-Url': 'http://127.0.0.1:9/' }, 422, 'X-Webhook-Url'],
    [{ 'X-Platform': 'telegram', 'X-Chat-Id': '5' }, 422, 'X-Platform'],
    [{ 'X-Platform': 'webhook', 'X-Chat-Id': '5' }, 422, 'X-Chat-Id'],
    [{ 'X-Platform': 'telegram' }, 422, 'X-Chat-Id'],
    [{ 'X-Chat-Id': '5' }, 422, 'X-Platform'],
    [{ 'Idempotency-Key': '"unbalanced' }, 400, 'Idempotency-Key'],
    [{ 'Idempotency-Key': '' }, 400, 'Idempotency-Key'],
    [{ 'Idempotency-Key': 'x'.repeat(256) }, 400, 'Idempotency-Key'],
  ];

  it.each(headers)('the headers %j', async (header, status, path) => {
    const answer = await refused(server.post('/api/messages', GOOD, header));
    expect([answer.status, answer.body.path]).toEqual([status, path]);
  });

  it('a key that was used for another message', async () => {
    const key = { 'Idempotency-Key': 'once' };
    await server.post('/api/messages', { ...GOOD, client_id: 'reuser' }, key);
    const { status, body } = await refused(
      server.post('/api/messages', { client_id: 'reuser', content: 'Другое' }, key),
    );
    expect([status, body.code, body.path]).toEqual([422, 'idempotency_key_reused', 'Idempotency-Key']);
  });

  it('a body over 256 kB', async () => {
    const { status, body } = await refused(server.post('/api/messages', { ...GOOD, extra: 'x'.repeat(300_000) }));
    expect([status, body.code]).toEqual([413, 'payload_too_large']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'nonsense'])(
    'the content type %s',
    async (type) => {
      const { status, body } = await refused(
        server.post('/api/messages', JSON.stringify(GOOD), { 'Content-Type': type }),
      );
      expect([status, body.code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('content that is not what its encoding says', async () => {
    const { status, body } = await refused(server.post('/api/messages', GOOD, { 'Content-Encoding': 'gzip' }));
    expect([status, body.code]).toEqual([400, 'invalid_input']);
  });

  it('a faulty query', async () => {
    const { status, body } = await refused(server.post('/api/messages?wait=perhaps', GOOD));
    expect([status, body.path]).toEqual([400, 'wait']);
  });
});

describe('every route refuses', () => {
  it.each(['/', '/nothing', '/api', '/api/nothing', '//', '/api/%E0%A4%A'])('the unknown address %s', async (path) => {
    const { status, body } = await refused(server.get(path));
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it.each([
    '/api/conversations/none',
    '/api/conversations/none/messages',
    '/api/messages/none/explanation',
    '/api/tickets/none',
  ])('the unknown id in %s', async (path) => {
    const { status, body } = await refused(server.get(path));
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  it('an address that is not properly encoded', async () => {
    const { status, body } = await refused(server.get('/api/conversations/%E0%A4%A'));
    expect([status, body.code]).toEqual([400, 'invalid_input']);
  });

  it.each([
    ['DELETE', '/api/messages', 'POST'],
    ['GET', '/api/messages', 'POST'],
    ['POST', '/api/stats', 'GET, HEAD'],
    ['PUT', '/health', 'GET, HEAD'],
    ['DELETE', '/api/tickets/x', 'GET, HEAD, PATCH'],
    ['GET', '/api/conversations/x/take-over', 'POST'],
    ['GET', '/api/auth/token', 'POST'],
    ['GET', '/api/deliveries/x/replay', 'POST'],
  ])('%s %s', async (method, path, allow) => {
    const { status, headers, body } = await refused(server.get(path, { method }));
    expect([status, headers.get('allow'), body.code]).toEqual([405, allow, 'method_not_allowed']);
  });

  it.each([
    ['/api/conversations?limit=0', 'limit'],
    ['/api/conversations?limit=501', 'limit'],
    ['/api/conversations?limit=1&limit=2', 'limit'],
    ['/api/conversations?cursor=made-up', 'cursor'],
    ['/api/conversations?status=ope', 'status'],
    ['/api/conversations?sttaus=open', 'sttaus'],
    ['/api/conversations?owner=dog', 'owner'],
    ['/api/deliveries?status=deadly', 'status'],
    ['/api/tickets?status=closed', 'status'],
    ['/api/tickets?priority=p1', 'priority'],
    ['/api/events?after=-1', 'after'],
    ['/api/events?after=1e3', 'after'],
  ])('the query of %s', async (path, fault) => {
    const { status, body } = await refused(server.get(path));
    expect([status, body.code, body.path]).toEqual([400, 'invalid_input', fault]);
  });

  it('nothing by OPTIONS, and says what is allowed', async () => {
    const { status, headers } = await server.get('/api/messages', { method: 'OPTIONS' });
    expect([status, headers.get('allow')]).toEqual([204, 'POST']);
  });
});

describe('every answer', () => {
  it('carries the caller’s correlation id, or a new one where that is no sane one', async () => {
    const id = async (given: string): Promise<string | null> =>
      (await server.get('/health', { headers: { 'X-Correlation-Id': given } })).headers.get('x-correlation-id');

    expect(await id('order-17.retry:2')).toBe('order-17.retry:2');
    expect(await id('<script>')).toMatch(/^[\da-f-]{36}$/);
    expect(await id('x'.repeat(129))).toMatch(/^[\da-f-]{36}$/);
  });

  it('keeps quiet about what made it', async () => {
    const { headers } = await server.get('/health');
    expect(headers.has('x-powered-by')).toBe(false);
  });
});

it('limits the rate of a client and of a source, and says when to come back', async () => {
  const limit = { limit: 1, window: '1m' as const };
  for (const [name, other] of [
    ['clientRateLimit', { client_id: 'c' }],
    ['sourceRateLimit', { client_id: 'd' }],
  ] as const) {
    const limited = await testServer({ policy: { receiving: { [name]: limit } } });
    try {
      await limited.post('/api/messages', GOOD);
      const { status, headers, body } = await refused(
        limited.post('/api/messages', { ...GOOD, ...other, content: '2' }),
      );
      expect([status, body.code]).toEqual([429, 'rate_limited']);
      expect(Number(headers.get('retry-after'))).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 60);
    } finally {
      await limited.stop();
    }
  }
});

it('says that nothing was stored when the database is away', async () => {
  const { FirstlineError, memoryStorage } = await import('@firstline/core');
  const storage = memoryStorage();
  storage.accept = () => Promise.reject(new FirstlineError('storage_unavailable', 'disk full: /secret/place'));
  storage.ping = () => Promise.reject(new FirstlineError('storage_unavailable', 'disk full'));
  const away = await testServer({ storage });
  try {
    const { status, headers, body } = await refused(away.post('/api/messages', GOOD));
    expect([status, body.code]).toEqual([503, 'storage_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await away.get('/health/database')).status).toBe(503);
    expect((await away.get('/health/full')).body).toMatchObject({ status: 'unhealthy', database: { pool: null } });
  } finally {
    await away.stop();
  }
});
