import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEngine, type Engine, type EngineOptions, FirstlineError, memoryStorage } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import {
  toNodeHandler,
  type WebhookIngress,
  webhookIngress,
  type WebhookPayload,
  webhookTransport,
} from '@firstline/adapter-webhook';
import { expect, it, onTestFinished } from 'vitest';
import { MESSAGE, NOW, request } from './support/inbound';
import { OTHER_SECRET, SECRET } from './support/outbound';
import { receiver } from './support/receivers';

const scenarios = [
  {
    id: 'HELP',
    description: 'Needs help',
    examples: ['help me', 'I need help', 'please help', 'can you help'],
    reply: 'On it.',
  },
];

function desk(
  options: Partial<EngineOptions> = {},
  clock = new ManualClock(NOW),
): { engine: Engine; ingress: WebhookIngress } {
  const engine = createEngine({ scenarios, clock, ...options });
  onTestFinished(() => engine.stop());
  return { engine, ingress: webhookIngress({ secret: SECRET, engine, clock }) };
}

const message = (content: string) => ({ ...MESSAGE, data: { client_id: 'c-42', content } });

it('stores a message before it answers, and the same id once, however often and whenever it comes', async () => {
  const clock = new ManualClock(NOW);
  const { engine, ingress } = desk({}, clock);
  const first = await ingress(request(message('help me')));
  const { message_id: messageId, conversation_id: conversationId } = (await first.json()) as Record<string, string>;
  expect(first.status).toBe(202);
  const stored = async () => (await engine.conversations.messages(conversationId!)).items;
  expect(await stored()).toMatchObject([{ id: messageId, direction: 'inbound', text: 'help me' }]);

  const at = (): object => ({ at: clock.now() });
  const again = await Promise.all(Array.from({ length: 20 }, () => ingress(request(message('help me'), at()))));
  // The ladder of Standard Webhooks has its last step after three days and more.
  await clock.advance('4d');
  again.push(await ingress(request(message('help me'), at())));
  for (const response of again) {
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { status: 'duplicate', message_id: messageId },
    ]);
  }
  expect((await stored()).filter(({ direction }) => direction === 'inbound')).toHaveLength(1);
});

it('answers 422 to the same id with another content', async () => {
  const { ingress } = desk();
  await ingress(request(message('help me')));
  const response = await ingress(request(message('help me now')));
  expect([response.status, await response.json()]).toMatchObject([
    422,
    { code: 'idempotency_key_reused', path: 'data.message_id' },
  ]);
});

it('answers 503 while the storage is away, and takes the next attempt', async () => {
  const storage = memoryStorage();
  let away = true;
  const failing = new Proxy(storage, {
    get: (target, name) => {
      if (name === 'accept' && away) {
        return () =>
          Promise.reject(new FirstlineError('storage_unavailable', 'the disk is full', { retryAfterMs: 2_000 }));
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member as () => unknown).bind(target) : member;
    },
  });
  const { ingress } = desk({ storage: failing });
  const response = await ingress(request());
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  away = false;
  expect((await ingress(request())).status).toBe(202);
});

it('answers 429 where the client writes too much, and 503 when the engine is stopped', async () => {
  const { engine, ingress } = desk({ policy: { receiving: { clientRateLimit: { limit: 1, window: '1m' } } } });
  expect((await ingress(request())).status).toBe(202);
  const limited = await ingress(request(MESSAGE, { id: 'msg_2' }));
  expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([429, true]);
  await engine.stop();
  expect((await ingress(request())).status).toBe(503);
});

it('lets one Firstline write to another, and the answer come back by webhook', async () => {
  const replies = await receiver({ secret: OTHER_SECRET });
  const reply = { transport: 'webhook', address: { url: replies.url } };
  const desk = createEngine({
    scenarios,
    transports: { webhook: webhookTransport({ secret: OTHER_SECRET, allowPrivateAddresses: true }) },
  });
  const ingress = webhookIngress({
    secret: SECRET,
    engine: desk,
    map: (payload) => {
      const { type, data } = payload as WebhookPayload;
      return type === 'message.created' ? { clientId: data.client_id, text: data.text, channel: reply } : null;
    },
  });
  const server = createServer(toNodeHandler(ingress)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const sender = createEngine({
    scenarios: [{ ...scenarios[0]!, reply: 'I need help' }],
    transports: { webhook: webhookTransport({ secret: SECRET, allowPrivateAddresses: true }) },
    templates: { greeting: 'Hello, please help' },
  });
  onTestFinished(async () => {
    await Promise.all([sender.stop(), desk.stop()]);
    server.close();
  });

  await sender.receive({ clientId: 'c-1', text: 'help me', channel: { transport: 'webhook', address: { url } } });
  await sender.tick();
  const { items: sent } = await sender.deliveries.list({});
  expect(sent.map(({ status }) => status)).toEqual(['sent', 'sent']);
  await desk.tick();
  const { items } = await desk.conversations.list({ clientId: 'c-1' });
  expect(items).toHaveLength(1);
  const said = (await desk.conversations.messages(items[0]!.id)).items;
  expect(said.filter(({ direction }) => direction === 'inbound').map(({ text }) => text)).toEqual([
    'Hello, please help',
    'I need help',
  ]);
  await desk.tick();
  expect(replies.requests.every(({ verified }) => verified)).toBe(true);
  expect(replies.received.length).toBe(said.filter(({ direction }) => direction === 'outbound').length);
  expect(replies.received.length).toBeGreaterThan(0);
});
