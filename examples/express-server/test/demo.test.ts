import { afterEach, beforeEach, expect, it } from 'vitest';
import { playDemo } from '../src/demo';
import { DemoReceiver } from '../src/demo-receiver';
import { goesNowhere, type TestServer, testServer } from './support/test-server';

let receiver: DemoReceiver;
let server: TestServer;
beforeEach(async () => {
  receiver = await DemoReceiver.open();
  server = await testServer({ transports: { webhook: goesNowhere(), demo: receiver.transport } });
});
afterEach(async () => {
  await server.stop();
  receiver.close();
});

it('holds one conversation over HTTP and shows what arrives by signed webhook', async () => {
  const printed: string[] = [];
  const messageId = await playDemo(server.url, receiver, (line) => printed.push(line));
  const dialogue = printed.join('\n');

  expect(printed.map((line) => line.trim().split(/\s/)[0])).toEqual([
    'client',
    '→',
    'bot',
    'bot',
    '',
    'client',
    '→',
    'bot',
    '',
    'client',
    '→',
    'bot',
    '',
  ]);
  expect(dialogue).toMatch(/→ REFERRAL, confidence 0\.\d\d|→ REFERRAL, confidence 1\.00/);
  expect(dialogue).toContain('→ TECH_SUPPORT_BASIC');
  expect(dialogue).toContain('→ THANKS');
  expect(dialogue).toContain('скриншот');
  expect(dialogue).not.toContain('not delivered');
  expect(Math.max(...dialogue.split('\n').map((line) => line.length))).toBeLessThanOrEqual(88);
  expect((await server.get(`/api/messages/${messageId}/explanation`)).status).toBe(200);
  const { body } = await server.get('/api/stats');
  // The screenshot that was asked for is still waited for: thanks do not bring it.
  expect(body).toMatchObject({ deliveries: { sent: 4, pending: 0, dead: 0 }, reminders: { pending: 1 } });
});

it('opens no way to other internal addresses', async () => {
  const { body: told } = await server.post('/api/messages', {
    client_id: 'curious',
    content: 'Спасибо',
    channel: { transport: 'demo', address: { url: 'http://127.0.0.1:1/' } },
  });
  const { body: conversation } = await server.get(`/api/conversations/${told.conversation_id}`);
  expect(conversation.channel).toEqual({ transport: 'demo', address: {} });

  const { status } = await server.post('/api/messages', {
    client_id: 'curious',
    content: 'Спасибо',
    channel: { transport: 'webhook', address: { url: 'http://127.0.0.1:1/' } },
  });
  expect(status).toBe(422);
});
