import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { openReceiver, type Receiver, SECRET } from './support/receiver';
import { type Json, type TestServer, testServer } from './support/test-server';

let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await openReceiver();
  server = await testServer(
    { policy: { delivery: { retries: ['1d'] }, greeting: false }, transports: {} },
    { WEBHOOK_SECRET: SECRET, ALLOW_PRIVATE_ADDRESSES: 'on' },
  );
});
afterAll(async () => {
  await server.stop();
  receiver.close();
});

const say = (client: string) =>
  server.post(
    '/api/messages',
    { client_id: client, content: 'Как работает реферальная программа?' },
    { 'X-Webhook-Url': receiver.url },
  );

it('shows an endpoint that is gone, keeps its messages, and sends them when an operator enables it', async () => {
  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  receiver.answer(410);
  await say('first');
  const gone = await events.until(({ event }) => event === 'endpoint.disabled');
  const key = gone.data.data.endpoint as string;
  expect(key).toMatch(/^webhook:/);
  await say('second');

  const { body: listed } = await server.get('/api/endpoints?status=disabled');
  expect(listed.items).toMatchObject([{ key, transport: 'webhook', status: 'disabled', reason: 'http_410' }]);
  const path = `/api/endpoints/${encodeURIComponent(key)}`;
  const { body: one } = await server.get(path);
  expect(one).toMatchObject({
    key,
    wait_until: null,
    told: { endpoint_disabled: expect.stringMatching(/^\d{4}-/) as string },
  });
  const { body: status } = await server.get('/api/deliveries/status');
  expect(status).toMatchObject({ deliveries: { pending: 2, sent: 0 }, troubled: [{ key }] });

  receiver.answer(204);
  const enabled = await server.post(`${path}/enable`, '');
  expect([enabled.status, enabled.body.status]).toEqual([200, 'active']);
  await events.until(({ event, data }) => event === 'delivery.settled' && data.data.status === 'sent');
  await events.until(({ event, data }) => event === 'delivery.settled' && data.data.status === 'sent');
  events.leave();

  expect((await server.get('/api/endpoints/nothing')).status).toBe(404);
  expect((await server.post('/api/endpoints/nothing/enable', '')).status).toBe(404);
  const disabled = await server.post('/api/endpoints/webhook/disable', '');
  expect(disabled.body).toMatchObject({ key: 'webhook', status: 'disabled', reason: 'by_operator' });
  await server.post('/api/endpoints/webhook/enable', '');
});

it('sends what was given up within a time again', async () => {
  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  receiver.answer(400);
  await say('refused');
  await events.until(({ event, data }) => event === 'delivery.settled' && data.data.status === 'dead');
  receiver.answer(204);
  const from = new Date(Date.now() - 60_000).toISOString();
  const to = new Date(Date.now() + 60_000).toISOString();
  const { body } = await server.post('/api/deliveries/replay', { from, to });
  expect(body).toEqual({ replayed: 1, more: false });
  await events.until(({ event, data }) => event === 'delivery.settled' && data.data.status === 'sent');
  events.leave();
  const wrong = await server.post('/api/deliveries/replay', { from: 'yesterday', to });
  expect([wrong.status, wrong.body.path]).toEqual([400, 'from']);
  const backwards = await server.post('/api/deliveries/replay', { from: to, to: from });
  expect([backwards.status, backwards.body.code]).toEqual([400, 'invalid_input']);
});

it('lets an operator send files', async () => {
  const { body } = await say('files');
  const attachments = [{ kind: 'image', url: 'https://files.example/a.png', mime_type: 'image/png' }];
  const reply = await server.post(`/api/conversations/${body.conversation_id}/reply`, { text: 'Look', attachments });
  expect(reply.body).toMatchObject({ text: 'Look', attachments });
  const { body: history } = await server.get(`/api/conversations/${body.conversation_id}/messages`);
  expect((history.items as Json[]).at(-1)).toMatchObject({ type: 'operator', attachments });
});
