import { ManualClock } from '@firstline/core/testing';
import { SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config';
import { startServer } from '../src/server';
import { EventReader } from './support/event-reader';
import { PASSWORD, signIn } from './support/sign-in';
import { type Answer, type Json, type TestServer, testServer } from './support/test-server';

// Long enough for other algorithms too.
const SECRET = 'a signing secret of more than sixty-four bytes, as HS512 would ask for';
const clock = new ManualClock();
let server: TestServer;
beforeAll(async () => {
  server = await testServer({ clock }, { JWT_SECRET: SECRET });
});
afterAll(() => server.stop());

interface Claims {
  readonly sub?: string;
  readonly role?: unknown;
  readonly iss?: string;
  readonly iat?: number;
  readonly exp?: number;
}

const seconds = (): number => Math.floor(clock.now() / 1_000);
const claims = (other: Claims = {}): Record<string, unknown> => ({
  sub: 'olga',
  role: 'admin',
  iss: 'firstline',
  iat: seconds(),
  exp: seconds() + 60,
  ...other,
});
const signed = (payload: Record<string, unknown>, secret = SECRET, alg = 'HS256'): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
const bearer = (token: string): RequestInit => ({ headers: { Authorization: `Bearer ${token}` } });
const without = (path: string, method = 'GET'): Promise<Response> => fetch(`${server.url}${path}`, { method });
const enter = (operatorId: string, password: string, to = server): Promise<Answer> =>
  to.post('/api/auth/token', { operator_id: operatorId, password });

describe('what is closed', () => {
  it.each([
    ['GET', '/api/conversations'],
    ['GET', '/API/Conversations/'],
    ['GET', '/api/conversations/x'],
    ['GET', '/api/conversations/x/messages'],
    ['POST', '/api/conversations/x/take-over'],
    ['POST', '/api/conversations/x/release'],
    ['POST', '/api/conversations/x/resolve'],
    ['POST', '/api/conversations/x/reply'],
    ['POST', '/api/conversations/x/record-reply'],
    ['GET', '/api/messages/x/explanation'],
    ['GET', '/api/messages/x/explanation?access_token=x'],
    ['GET', '/api/tickets'],
    ['PATCH', '/api/tickets/x'],
    ['GET', '/api/deliveries'],
    ['POST', '/api/deliveries/x/replay'],
    ['GET', '/api/stats'],
    ['HEAD', '/api/stats'],
    ['GET', '/api/events'],
    ['GET', '/api/what-comes-later'],
  ])('asks for a token: %s %s', async (method, path) => {
    const response = await without(path, method);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="firstline"');
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    if (method !== 'HEAD') expect(await response.json()).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('leaves messages and health open', async () => {
    expect((await server.post('/api/messages', { client_id: 'c', content: 'Спасибо' })).status).toBe(200);
    for (const path of ['/health', '/health/database', '/health/llm', '/health/full']) {
      expect((await without(path)).status).toBe(200);
    }
  });

  const forged: readonly (readonly [name: string, token: () => string | Promise<string>])[] = [
    ['garbage', () => 'garbage'],
    ['three parts of garbage', () => 'a.b.c'],
    ['an empty object', () => 'e30.e30.e30'],
    ['one signed by another key', () => signed(claims(), SECRET.toUpperCase())],
    ['one of another algorithm', () => signed(claims(), SECRET, 'HS512')],
    ['one of no algorithm', () => new UnsecuredJWT(claims()).encode()],
    ['one that was changed', async () => `${await signed(claims())}x`],
    ['one that has expired', () => signed(claims({ exp: seconds() - 1 }))],
    ['one that never expires', () => signed({ sub: 'olga', role: 'admin', iss: 'firstline', iat: seconds() })],
    ['one of nobody', () => signed(claims({ sub: '' }))],
    ['one of an unknown role', () => signed(claims({ role: 'owner' }))],
    ['one of several roles', () => signed(claims({ role: ['admin'] }))],
    ['one made for something else', () => signed(claims({ iss: 'somewhere else' }))],
  ];

  it.each(forged)('refuses %s', async (_name, token) => {
    const { status, headers, body } = await server.get('/api/stats', bearer(await token()));
    expect([status, body.code]).toEqual([401, 'unauthorized']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="firstline", error="invalid_token"');
  });

  it.each(['Basic YWRtaW46eA==', 'Bearer', 'Bearer a b', 'Token x'])('takes no %s', async (header) => {
    const { status, body } = await server.get('/api/stats', { headers: { Authorization: header } });
    expect([status, body.code]).toEqual([401, 'unauthorized']);
  });
});

describe('roles', () => {
  it('lets a viewer read and an operator act', async () => {
    const { conversation_id: id } = (
      await server.post('/api/messages', { client_id: 'r', content: 'Не работает интернет' })
    ).body;
    const viewer = bearer(await signed(claims({ role: 'viewer' })));
    const operator = bearer(await signed(claims({ role: 'operator' })));

    expect((await server.get('/api/stats', viewer)).status).toBe(200);
    for (const [method, path] of [
      ['POST', `/api/conversations/${id}/take-over`],
      ['POST', `/api/conversations/${id}/release`],
      ['POST', `/api/conversations/${id}/resolve`],
      ['POST', `/api/conversations/${id}/reply`],
      ['POST', `/api/conversations/${id}/record-reply`],
      ['PATCH', '/api/tickets/x'],
      ['POST', '/api/deliveries/x/replay'],
    ] as const) {
      const { status, headers, body } = await server.get(path, { ...viewer, method });
      expect([status, body.code]).toEqual([403, 'forbidden']);
      expect(headers.get('www-authenticate')).toContain('insufficient_scope');
    }
    expect((await server.engine.conversations.get(id as string))?.owner).toBe('bot');

    const taken = await server.get(`/api/conversations/${id}/take-over`, { ...operator, method: 'POST' });
    expect([taken.status, taken.body.operator_id]).toEqual([200, 'olga']);
  });
});

describe('POST /api/auth/token', () => {
  // Attempts are counted by the quarter of an hour.
  beforeEach(() => clock.advance('15m'));

  it('gives a token that is good for a quarter of an hour', async () => {
    const { status, headers, body } = await enter('admin', PASSWORD);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 900 });

    const read = async (): Promise<number> =>
      (await server.get('/api/stats', bearer(body.access_token as string))).status;
    expect(await read()).toBe(200);
    await clock.advance('14m');
    expect(await read()).toBe(200);
    await clock.advance('1m');
    expect(await read()).toBe(401);
  });

  it('refuses a wrong password and an unknown operator in the same words', async () => {
    const wrong = await enter('admin', 'a wrong password');
    const unknown = await enter('nobody', PASSWORD);
    const comparable = ({ status, headers, body: { correlation_id: _, ...body } }: Answer): unknown[] => [
      status,
      headers.get('www-authenticate'),
      body,
    ];
    expect(comparable(wrong)).toEqual(comparable(unknown));
    expect([wrong.status, wrong.body.code]).toEqual([401, 'unauthorized']);
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each([
    [{ operator_id: 'admin' }, 'password'],
    [{ password: PASSWORD }, 'operator_id'],
    [{ operator_id: '', password: PASSWORD }, 'operator_id'],
    [{ operator_id: 7, password: PASSWORD }, 'operator_id'],
    [{ operator_id: 'admin', password: [PASSWORD] }, 'password'],
    [{ operator_id: 'admin', password: PASSWORD.repeat(100) }, 'password'],
    ['[]', undefined],
  ])('refuses the body %j', async (request, path) => {
    const { status, body } = await server.post('/api/auth/token', request);
    expect([status, body.code, body.path]).toEqual([400, 'invalid_input', path]);
    expect(JSON.stringify(body)).not.toContain(PASSWORD);
  });

  it.each(['admin', 'nobody'])(
    'refuses a source that failed too often as %s, until the failures are old',
    async (id) => {
      const failures = await Promise.all(
        Array.from({ length: 12 }, (_, number) => enter(id, `wrong password ${number}`)),
      );
      expect(failures.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(401), 429, 429]);

      // Neither the right password nor another operator helps.
      for (const attempt of [await enter('admin', PASSWORD), await enter('somebody', PASSWORD)]) {
        expect([attempt.status, attempt.body.code]).toEqual([429, 'rate_limited']);
        expect(attempt.headers.get('retry-after')).toBe('900');
      }
      await clock.advance('15m');
      expect((await enter('admin', PASSWORD)).status).toBe(200);
    },
  );

  it('refuses an operator for whom too many sources failed, be there such an operator or not', async () => {
    const { signIn: desk } = server.auth;
    const attempt = (operatorId: string, password: string, number: number): unknown => {
      try {
        return desk.check({ operatorId, password, source: `192.0.2.${number}` });
      } catch (error) {
        return (error as { readonly code: unknown }).code;
      }
    };
    for (const id of ['admin', 'nobody']) {
      const failures = Array.from({ length: 21 }, (_, number) => attempt(id, 'a wrong password', number));
      expect(failures).toEqual([...Array<string>(20).fill('unauthorized'), 'rate_limited']);
    }
    expect(attempt('admin', PASSWORD, 100)).toBe('rate_limited');
    expect(attempt('other', PASSWORD, 100)).toBe('unauthorized');
    await clock.advance('15m');
    expect(attempt('admin', PASSWORD, 100)).toEqual({ id: 'admin', role: 'admin' });
  });

  it('counts no success', async () => {
    for (let number = 0; number < 25; number += 1) expect((await enter('admin', PASSWORD)).status).toBe(200);
  });
});

describe('GET /api/events', () => {
  it('takes the token from the query, where it is all the query there is or not', async () => {
    await server.post('/api/messages', { client_id: 'e', content: 'Спасибо' });
    const token = (await enter('admin', PASSWORD)).body.access_token as string;
    for (const query of [`?access_token=${token}`, `?after=1&access_token=${token}`]) {
      const events = await EventReader.open(`${server.url}/api/events${query}`);
      expect(events.response.status).toBe(200);
      expect(Number((await events.take(1))[0]?.id)).toBe(query.includes('after') ? 2 : 1);
      events.leave();
    }
    expect((await without('/api/events?access_token=garbage')).status).toBe(401);
    expect((await without(`/api/stats?access_token=${token}`)).status).toBe(401);
    expect((await without(`/api/events?access_token=${token}`, 'POST')).status).toBe(401);
  });
});

describe('secrets', () => {
  it('are in no log line and no problem', async () => {
    const lines: string[] = [];
    const config = readConfig({
      PORT: '0',
      DATABASE_URL: 'sqlite::memory:',
      LOG_LEVEL: 'trace',
      OPERATOR_PASSWORD: PASSWORD,
      JWT_SECRET: SECRET,
    });
    const loud = await startServer(config, pino({ level: 'trace' }, { write: (line) => void lines.push(line) }));
    const problems: string[] = [];
    const ask = async (path: string, init?: RequestInit): Promise<void> => {
      problems.push(await (await fetch(`${loud.url}${path}`, init)).text());
    };
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const admin = await signIn(loud.url);
    const token = admin.Authorization.slice('Bearer '.length);
    const wrong = 'a password that is wrong';
    await ask('/api/auth/token', { ...json, body: JSON.stringify({ operator_id: 'admin', password: wrong }) });
    await ask('/api/auth/token', { ...json, body: `{"operator_id":"admin","password":"${PASSWORD}"` });
    await ask('/api/auth/token', { ...json, body: JSON.stringify({ operator_id: { [PASSWORD]: 1 }, password: 1 }) });
    await ask(`/api/events?access_token=${token}&after=x`);
    await ask(`/api/events?access_token=${token}&unknown=1`);
    await ask(`/api/stats?access_token=${token}`);
    await ask('/api/stats', { headers: { Authorization: `${admin.Authorization}x` } });
    const events = await EventReader.open(`${loud.url}/api/events?access_token=${token}`);
    await loud.stop();
    expect(await events.next()).toBeNull();

    expect(problems.map((text) => (JSON.parse(text) as Json).code as string)).toEqual([
      'unauthorized',
      'invalid_input',
      'invalid_input',
      'invalid_input',
      'invalid_input',
      'unauthorized',
      'unauthorized',
    ]);
    const written = [...lines, ...problems].join('\n');
    expect(written).toContain('/api/auth/token');
    expect(written).toContain('/api/events');
    for (const secret of [PASSWORD, wrong, SECRET, token, token.split('.')[2]]) expect(written).not.toContain(secret);
  });
});
