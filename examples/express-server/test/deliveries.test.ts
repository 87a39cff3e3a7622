import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { openReceiver, type Receiver, SECRET } from './support/receiver';
import { type Json, type TestServer, testServer } from './support/test-server';

let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await openReceiver();
  server = await testServer(
    { policy: { delivery: { retries: [] } }, transports: {} },
    { WEBHOOK_SECRET: SECRET, ALLOW_PRIVATE_ADDRESSES: 'on' },
  );
});
afterAll(async () => {
  await server.stop();
  receiver.close();
});

it('delivers replies as signed webhooks, keeps what a receiver refuses, and sends it again on request', async () => {
  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  const settled = (): Promise<unknown> => events.until(({ event }) => event === 'delivery.settled');
  const { body: answer } = await server.post(
    '/api/messages',
    { client_id: 'c', content: 'Как работает реферальная программа?' },
    { 'X-Webhook-Url': receiver.url },
  );
  await settled();
  await settled();
  expect(receiver.received.map(({ data }) => data.message_id as string)).toEqual(
    (answer.responses as Json[]).map((reply) => reply.message_id as string),
  );
  expect(receiver.unverified).toBe(0);

  receiver.answer(500);
  await server.post('/api/messages', { client_id: 'c', content: 'Спасибо' });
  await settled();
  const { body: dead } = await server.get('/api/deliveries?status=dead');
  expect(dead.items).toMatchObject([{ status: 'dead', reason: 'http_500', attempts: 1, transport: 'webhook' }]);
  const [letter] = dead.items as [Json];
  expect((await server.get('/api/stats')).body).toMatchObject({
    deliveries: { sent: 2, dead: 1 },
    delivery_success: 2 / 3,
  });

  receiver.answer(204);
  const replayed = await server.post(`/api/deliveries/${letter.id}/replay`, '');
  expect([replayed.status, replayed.body.status]).toEqual([200, 'pending']);
  const told = await events.until(({ event }) => event === 'delivery.replayed');
  expect(told.data.data).toMatchObject({ operator_id: 'admin' });
  await settled();
  events.leave();
  expect((await server.get('/api/deliveries?status=dead')).body.items).toEqual([]);
  expect(receiver.received.slice(2).map(({ id }) => id)).toEqual([letter.id, letter.id]);

  const again = await server.post(`/api/deliveries/${letter.id}/replay`, '');
  expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  const unknown = await server.post('/api/deliveries/none/replay', '');
  expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
});

it('lists the deliveries of a conversation', async () => {
  const { body: answer } = await server.post(
    '/api/messages',
    { client_id: 'other', content: 'Спасибо' },
    { 'X-Webhook-Url': receiver.url },
  );
  const { body } = await server.get(`/api/deliveries?conversation_id=${answer.conversation_id}`);
  expect((body.items as Json[]).map(({ type }) => type as string).sort()).toEqual(['bot_auto', 'greeting']);
});
