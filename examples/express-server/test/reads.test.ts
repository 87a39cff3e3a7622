import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config';
import { type Json, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  for (const client of ['anna', 'boris', 'clara']) {
    await server.post('/api/messages', { client_id: client, content: 'Не работает интернет' });
  }
  await server.post('/api/messages', { client_id: 'anna', content: 'Спасибо, заработало' });
});
afterAll(() => server.stop());

const clients = (body: Json): unknown[] => (body.items as Json[]).map((item) => item.client_id);

describe('GET /api/conversations', () => {
  it('lists the newest first, page by page', async () => {
    const first = (await server.get('/api/conversations?limit=2')).body;
    const second = (await server.get(`/api/conversations?limit=2&cursor=${first.cursor}`)).body;

    expect(clients(first)).toEqual(['clara', 'boris']);
    expect(clients(second)).toEqual(['anna']);
    expect(second.cursor).toBeNull();
  });

  it('filters by client, owner and status', async () => {
    expect(clients((await server.get('/api/conversations?client_id=boris')).body)).toEqual(['boris']);
    expect(clients((await server.get('/api/conversations?owner=human')).body)).toEqual([]);
    expect(clients((await server.get('/api/conversations?owner=bot&status=open')).body)).toHaveLength(3);
  });

  it('shows one with its reminders', async () => {
    const [item] = (await server.get('/api/conversations?client_id=boris')).body.items as [Json];
    const { body } = await server.get(`/api/conversations/${item.id}`);

    expect(body).toMatchObject({
      ...item,
      owner: 'bot',
      status: 'open',
      awaiting: 'screenshot',
      channel: null,
      last_seq: 3,
      created_at: expect.stringMatching(/Z$/),
      closed_at: null,
      reminders: [{ step: 0, status: 'pending', due_at: expect.stringMatching(/Z$/) }],
    });
    expect(body).not.toHaveProperty('tenant');
  });

  it('reads the history in order, page by page', async () => {
    const [item] = (await server.get('/api/conversations?client_id=anna')).body.items as [Json];
    const first = (await server.get(`/api/conversations/${item.id}/messages?limit=3`)).body;
    const second = (await server.get(`/api/conversations/${item.id}/messages?cursor=${first.cursor}`)).body;
    const history = [...(first.items as Json[]), ...(second.items as Json[])];

    expect(history.map(({ seq }) => seq as number)).toEqual([1, 2, 3, 4, 5]);
    expect(history.map(({ type, direction }) => (type ?? direction) as string)).toEqual([
      'inbound',
      'greeting',
      'bot_auto',
      'inbound',
      'bot_auto',
    ]);
  });
});

it('GET /api/stats counts', async () => {
  const { status, body } = await server.get('/api/stats');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    clients: 3,
    messages: { inbound: 4, outbound: 7 },
    decisions: { answered: 4, escalated: 0, held: 0 },
    deliveries: { pending: 0, sent: 0, dead: 0 },
    delivery_success: null,
  });
});

describe('GET /health', () => {
  const about = { app_name: 'Firstline', version: expect.stringMatching(/^\d+\.\d+\.\d+/) };
  const database = { status: 'healthy', pool: { size: 1, checked_in: 1, checked_out: 0 } };
  const llm = { status: 'healthy', configured: false, classifier: 'local' };

  it('says alive', async () => {
    expect((await server.get('/health')).body).toEqual({ status: 'healthy', ...about });
  });

  it('checks the components one by one', async () => {
    expect((await server.get('/health/database')).body).toEqual(database);
    expect((await server.get('/health/llm')).body).toEqual(llm);
  });

  it('is degraded as a whole while no webhook is configured, which is no reason for 503', async () => {
    const { status, body } = await server.get('/health/full');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'degraded',
      ...about,
      database,
      llm,
      redis: { status: 'healthy', configured: false },
      webhook: { status: 'degraded', configured: false },
      telegram: { status: 'healthy', configured: false },
      worker: { status: 'healthy', running: true, late_ms: expect.any(Number) },
    });
  });

  it('is healthy as a whole with one, which is then the default channel', async () => {
    const url = 'https://hooks.example.invalid/in';
    expect(readConfig({ WEBHOOK_URL: url }).webhookUrl).toBe(url);
    const configured = await testServer({}, { WEBHOOK_URL: url });
    try {
      const { body } = await configured.get('/health/full');
      expect(body).toMatchObject({ status: 'healthy', webhook: { status: 'healthy', configured: true } });
    } finally {
      await configured.stop();
    }
  });

  it('answers HEAD like GET, without a body', async () => {
    expect(await server.get('/health', { method: 'HEAD' })).toMatchObject({ status: 200, body: {} });
    expect(await server.get('/api/events', { method: 'HEAD' })).toMatchObject({ status: 200, body: {} });
  });
});
