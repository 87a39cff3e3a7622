import { randomUUID } from 'node:crypto';
import { FirstlineError, memoryStorage } from '@firstline/core';
import { webhookTransport } from '@firstline/adapter-webhook';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSigningSecret } from '../src/config';
import { EventReader } from './support/event-reader';
import { openReceiver, type Receiver, SECRET } from './support/receiver';
import { type Json, type TestServer, testServer } from './support/test-server';

const INGRESS = newSigningSecret();
const QUESTION = { client_id: 'c-42', content: 'Привет! Как работает реферальная программа?' };

let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await openReceiver();
  server = await testServer(
    { transports: {} },
    { WEBHOOK_SECRET: SECRET, INGRESS_WEBHOOK_SECRET: INGRESS, ALLOW_PRIVATE_ADDRESSES: 'on' },
  );
});
afterAll(async () => {
  await server.stop();
  receiver.close();
});

/** Sends as a plain sender does, with the library of the specification. */
async function send(
  data: object,
  { id = randomUUID(), to = server, secret = INGRESS, type = 'message.received' } = {},
) {
  const at = new Date();
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const response = await fetch(`${to.url}/ingress/webhook`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Json };
}

const messagesOf = async (conversation: string): Promise<Json[]> =>
  (await server.get(`/api/conversations/${conversation}/messages`)).body.items as Json[];

describe('POST /ingress/webhook', () => {
  it('takes a signed message once, answers it, and delivers the answer by signed webhook', async () => {
    const events = await EventReader.open(`${server.url}/api/events`, server.admin);
    const id = randomUUID();
    const data = { ...QUESTION, channel: { transport: 'webhook', address: { url: receiver.url } } };
    const first = await send(data, { id });
    expect([first.status, first.body.status]).toEqual([202, 'accepted']);
    expect(first.headers.get('x-correlation-id')).toMatch(/^[\da-f-]{36}$/);
    for (let settled = 0; settled < 2; settled += 1) await events.until(({ event }) => event === 'delivery.settled');
    events.leave();

    const again = await send(data, { id });
    expect([again.status, again.body]).toEqual([200, { ...first.body, status: 'duplicate' }]);
    const stored = await messagesOf(first.body.conversation_id as string);
    expect(stored.map(({ direction }) => direction as string)).toEqual(['inbound', 'outbound', 'outbound']);
    expect(receiver.received.map((one) => one.data.message_id as string)).toEqual(
      stored.slice(1).map((message) => message.id as string),
    );
    expect(receiver.unverified).toBe(0);
  });

  it('refuses another content under the same id, and what is not signed by a known secret', async () => {
    const id = randomUUID();
    await send({ ...QUESTION, client_id: 'twice' }, { id });
    const other = await send({ ...QUESTION, client_id: 'twice', content: 'Спасибо' }, { id });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const stranger = await send({ ...QUESTION, client_id: 'stranger' }, { secret: newSigningSecret() });
    expect([stranger.status, stranger.body.code]).toEqual([401, 'unauthorized']);
    expect((await server.get('/api/conversations?client_id=stranger')).body.items).toEqual([]);
  });

  it('names what is wrong with a message in the words of the payload', async () => {
    const { status, headers, body } = await send({ client_id: 'c', content: '' });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({ code: 'invalid_input', path: 'data.content' });
  });

  it('takes a ping of another Firstline for what it is, and does not answer its bot', async () => {
    const sender = webhookTransport({ secret: INGRESS, allowPrivateAddresses: true });
    const url = `${server.url}/ingress/webhook`;
    expect(await sender.checkReachable({ url })).toMatchObject({ class: 'ok', status: 204 });
    await sender.stop?.();
    const created = await send({ ...QUESTION, client_id: 'bot' }, { type: 'message.created' });
    expect(created.status).toBe(204);
    expect((await server.get('/api/conversations?client_id=bot')).body.items).toEqual([]);
  });

  it('is there for POST only, and only where it is configured', async () => {
    const got = await server.get('/ingress/webhook');
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    const without = await testServer();
    const { status } = await send(QUESTION, { to: without });
    await without.stop();
    expect(status).toBe(404);
  });

  it('asks the sender to come back when the message could not be stored', async () => {
    const storage = memoryStorage();
    storage.accept = () => Promise.reject(new FirstlineError('storage_unavailable', 'the disk is full'));
    const full = await testServer({ storage }, { INGRESS_WEBHOOK_SECRET: INGRESS });
    const { status, headers, body } = await send(QUESTION, { to: full });
    await full.stop();
    expect([status, body.code]).toEqual([503, 'storage_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
