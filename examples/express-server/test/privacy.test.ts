import type { PolicyOptions } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { headerOf } from './support/sign-in';
import { type Answer, type Json, recognisesNothing, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeEach(async () => {
  server = await testServer({ classifier: recognisesNothing });
});
afterEach(() => server.stop());

const say = async (client: string, content: string): Promise<Json> =>
  (await server.post('/api/messages', { client_id: client, content })).body;
const erase = (client: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.get(`/api/clients/${encodeURIComponent(client)}`, { method: 'DELETE', headers });
const download = (client: string): Promise<Answer> => server.get(`/api/clients/${encodeURIComponent(client)}/export`);

it('exports everything about a client as a file, and tells who did', async () => {
  const { conversation_id: id, ticket } = await say('anna', 'Позовите живого оператора');
  await server.post(`/api/conversations/${id}/notes`, { text: 'Звонила дважды.' });
  await say('boris', 'Позовите живого оператора');
  const { status, headers, body } = await download('anna');

  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('content-disposition')).toBe('attachment; filename=client-anna.json');
  expect(body).toMatchObject({
    client: { id: 'anna', created_at: expect.stringMatching(/Z$/) },
    conversations: [{ id, client_id: 'anna' }],
    tickets: [{ id: ticket.id, breaches: [] }],
    notes: [{ text: 'Звонила дважды.', operator_id: 'admin' }],
  });
  expect((body.messages as Json[])[0]).toMatchObject({ text: 'Позовите живого оператора', direction: 'inbound' });
  expect(body.decisions).toHaveLength(1);
  expect(JSON.stringify(body)).not.toContain('boris');

  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  const told = await events.until(({ event }) => event === 'conversation.exported');
  events.leave();
  expect(told.data).toMatchObject({ conversation_id: id, data: { operator_id: 'admin' } });
});

it('names the file so that nothing but a name is in it', async () => {
  const client = '../etc/"passwd"; filename=плохо.exe';
  await say(client, 'Спасибо');
  const { status, headers } = await download(client);
  expect(status).toBe(200);
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename=client-[\w-]+\.json$/);
});

it('erases a client with everything, once', async () => {
  const { conversation_id: id } = await say('anna', 'Позовите живого оператора');
  await say('boris', 'Спасибо');
  const { messages } = (await server.get('/api/stats')).body as { messages: { inbound: number } };
  expect(messages.inbound).toBe(2);

  expect(await erase('anna')).toMatchObject({ status: 200, body: { conversations: 1, messages: 3 } });
  expect((await erase('anna')).body).toMatchObject({ status: 404, code: 'not_found' });
  expect((await download('anna')).body).toMatchObject({ status: 404, code: 'not_found' });
  expect((await server.get(`/api/conversations/${id}`)).status).toBe(404);
  expect((await server.get('/api/tickets')).body.items).toEqual([]);
  expect((await server.get('/api/stats')).body).toMatchObject({ clients: 1, messages: { inbound: 1 } });
  expect((await download('boris')).status).toBe(200);

  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  const told = await events.until(({ event }) => event === 'conversation.erased');
  events.leave();
  expect(told.data).toMatchObject({ conversation_id: id, data: { reason: 'erased', operator_id: 'admin' } });

  // A message that comes later starts a new record: the client is greeted as one nobody knows.
  const { responses } = await say('anna', 'Спасибо');
  expect((responses as Json[])[0]?.type).toBe('greeting');
});

it('is for administrators only, and refuses before anything is touched', async () => {
  await say('anna', 'Позовите живого оператора');
  for (const role of ['viewer', 'operator'] as const) {
    const headers = await headerOf(server, 'olga', role);
    for (const [method, path] of [
      ['GET', '/api/clients/anna/export'],
      ['DELETE', '/api/clients/anna'],
      ['POST', '/api/privacy/prune'],
    ] as const) {
      const { status, body } = await server.get(path, { method, headers });
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
  }
  expect((await download('anna')).status).toBe(200);
});

/** A server whose clock is moved on by 32 days after a client has said thanks; the token of before is over by then. */
async function monthLater(policy: PolicyOptions, env: Record<string, string>): Promise<Month> {
  const clock = new ManualClock();
  const old = await testServer({ clock, policy, classifier: recognisesNothing }, env);
  const { body } = await old.post('/api/messages', { client_id: 'anna', content: 'Спасибо' });
  await clock.advance('32d');
  const headers = await headerOf(old, 'admin', 'admin');
  return {
    look: async () => (await old.get(`/api/conversations/${String(body.conversation_id)}`, { headers })).status,
    prune: () => old.post('/api/privacy/prune', '', headers),
    stop: () => old.stop(),
  };
}

interface Month {
  look(): Promise<number>;
  prune(): Promise<Answer>;
  stop(): Promise<void>;
}

it('removes on request what is too old, and says how much', async () => {
  // So seldom that it is not done by itself.
  const month = await monthLater({ retention: { conversations: '30d', events: '30d', every: '3650d' } }, {});
  try {
    expect(await month.look()).toBe(200);
    const { status, body } = await month.prune();
    expect([status, body.conversations, body.clients]).toEqual([200, 1, 1]);
    expect(body).toMatchObject({ events: expect.any(Number), idempotency_keys: expect.any(Number) });
    expect(await month.look()).toBe(404);
    expect((await month.prune()).body).toMatchObject({ conversations: 0, clients: 0 });
  } finally {
    await month.stop();
  }
});

it('removes by itself what RETENTION_CONVERSATIONS calls too old', async () => {
  const month = await monthLater({}, { RETENTION_CONVERSATIONS: '30d' });
  try {
    await expect.poll(month.look).toBe(404);
  } finally {
    await month.stop();
  }
});
