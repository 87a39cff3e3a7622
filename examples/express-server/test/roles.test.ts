import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../src/auth/role';
import { headerOf } from './support/sign-in';
import { recognisesNothing, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ classifier: recognisesNothing });
});
afterAll(() => server.stop());

/** What each role is the least one for. Nothing of it exists, so who is let in hears a 404, or that a body is missing. */
const NEEDED: readonly (readonly [method: string, path: string, role: Role])[] = [
  ['GET', '/api/tickets/queue', 'viewer'],
  ['GET', '/api/tickets/x', 'viewer'],
  ['GET', '/api/templates/status', 'viewer'],
  ['GET', '/api/conversations/x/transcript', 'viewer'],
  ['GET', '/api/conversations/x/transcript?notes=false&format=markdown', 'viewer'],
  ['GET', '/api/incidents', 'viewer'],
  ['GET', '/api/incidents/x', 'viewer'],
  ['GET', '/api/incidents/x/clients', 'viewer'],
  ['POST', '/api/tickets/claim-next', 'operator'],
  ['POST', '/api/tickets/x/claim', 'operator'],
  ['GET', '/api/conversations/x/transcript?notes=true', 'operator'],
  ['HEAD', '/api/conversations/x/transcript?notes=true', 'operator'],
  ['GET', '/api/conversations/x/notes', 'operator'],
  ['HEAD', '/api/conversations/x/notes', 'operator'],
  ['POST', '/api/conversations/x/notes', 'operator'],
  ['POST', '/api/deliveries/x/replay', 'operator'],
  ['POST', '/api/messages/x/correction', 'operator'],
  ['POST', '/api/incidents', 'operator'],
  ['PATCH', '/api/incidents/x', 'operator'],
  ['POST', '/api/incidents/x/confirm', 'operator'],
  ['POST', '/api/incidents/x/resolve', 'operator'],
  ['POST', '/api/incidents/x/mute', 'operator'],
  ['POST', '/api/incidents/x/merge', 'operator'],
  ['GET', '/api/clients/x/export', 'admin'],
  ['HEAD', '/api/clients/x/export', 'admin'],
  ['DELETE', '/api/clients/x', 'admin'],
  ['POST', '/api/privacy/prune', 'admin'],
  ['PUT', '/api/templates/greeting/ru', 'admin'],
  ['DELETE', '/api/templates/greeting/ru', 'admin'],
];

describe.each(NEEDED)('%s %s', (method, path, needed) => {
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(['POST', 'PUT', 'PATCH'].includes(method) ? { body: '{}' } : {}),
    });

  it('asks for a token', async () => {
    const response = await ask({});
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="firstline"');
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    if (method !== 'HEAD') expect(await response.json()).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it.each(ROLES)(`answers the role %s, and takes ${needed}`, async (role) => {
    const response = await ask(await headerOf(server, 'olga', role));
    if (ROLES.indexOf(role) >= ROLES.indexOf(needed)) {
      expect([200, 204, 400, 404]).toContain(response.status);
      return;
    }
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope');
    if (method !== 'HEAD') expect(await response.json()).toMatchObject({ status: 403, code: 'forbidden' });
  });
});

it.each([
  ['POST', '/api/tickets/queue', 'GET, HEAD'],
  ['GET', '/api/tickets/claim-next', 'POST'],
  ['GET', '/api/tickets/x/claim', 'POST'],
  ['DELETE', '/api/conversations/x/notes', 'GET, HEAD, POST'],
  ['DELETE', '/api/incidents/x', 'GET, HEAD, PATCH'],
  ['GET', '/api/incidents/x/resolve', 'POST'],
  ['GET', '/api/clients/x', 'DELETE'],
  ['POST', '/api/templates/greeting/ru', 'PUT, DELETE'],
])('%s %s is not served', async (method, path, allow) => {
  const { status, headers, body } = await server.get(path, { method });
  expect([status, body.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', allow]);
});
