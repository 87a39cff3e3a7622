import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const QUESTION = { client_id: 'test_ai_client', content: 'Привет! Как работает реферальная программа?' };
const ID = expect.stringMatching(/^[\da-f-]{36}$/) as string;
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

describe('POST /api/messages', () => {
  it('answers the question about the referral programme, and the same key with the same answer', async () => {
    const key = { 'Idempotency-Key': '"first-question"' };
    const first = await server.post('/api/messages', QUESTION, key);

    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      status: 'success',
      outcome: 'answered',
      original_message_id: ID,
      conversation_id: ID,
      is_first_message: true,
      priority: 'low',
      classification: {
        scenario: 'REFERRAL',
        confidence: expect.closeTo(1, 0),
        reasoning: expect.stringMatching(/\S/),
        source: 'local',
      },
      response: { message_id: ID, text: expect.stringContaining('Пригласите друга'), type: 'bot_auto' },
      responses: [
        {
          ...{ message_id: ID, text: 'Здравствуйте! Это служба поддержки.', type: 'greeting' },
          ...{ attachments: [], quick_replies: [], send_at: INSTANT },
        },
        {
          message_id: first.body.response.message_id,
          text: first.body.response.text,
          type: 'bot_auto',
          ...{ attachments: [], quick_replies: [], send_at: INSTANT },
        },
      ],
      ticket: null,
      incident: null,
    });

    // A bare key is the same key.
    const again = await server.post('/api/messages', QUESTION, { 'Idempotency-Key': 'first-question' });
    expect(again.status).toBe(200);
    expect(again.body).toEqual({ ...first.body, outcome: 'duplicate' });
    const { body: stats } = await server.get('/api/stats');
    expect(stats.messages).toEqual({ inbound: 1, outbound: 2 });
  });

  it('takes the key from message_id, and from the header where both are given', async () => {
    const message = { client_id: 'keys', content: 'Не работает интернет', message_id: 'key-1' };
    const first = await server.post('/api/messages', message);
    const second = await server.post('/api/messages', message, { 'Idempotency-Key': 'key-2' });
    const third = await server.post('/api/messages', { ...message, message_id: 'key-2' });

    expect([first, second, third].map(({ body }) => body.outcome)).toEqual(['answered', 'answered', 'duplicate']);
    expect(third.body.original_message_id).toBe(second.body.original_message_id);
  });

  it('acknowledges with ?wait=false and decides afterwards', async () => {
    const { status, body } = await server.post('/api/messages?wait=false', { ...QUESTION, client_id: 'no-wait' });

    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'success', outcome: 'accepted', classification: null, response: null });
    await server.engine.tick();
    await expect
      .poll(() => server.engine.explain(body.original_message_id as string))
      .toMatchObject({ outcome: 'answered' });
  });

  it('shows the ticket of an escalation, and its notice as the response', async () => {
    const { body } = await server.post('/api/messages', { client_id: 'human', content: 'Позовите живого оператора' });

    expect(body).toMatchObject({ outcome: 'escalated', priority: 'high', response: { type: 'escalation_notice' } });
    expect(body.ticket).toMatchObject({
      id: ID,
      status: 'open',
      priority: 'high',
      reason: expect.stringMatching(/\S/),
      rule: 'asks-for-human',
      client_id: 'human',
      conversation_id: body.conversation_id,
      created_at: INSTANT,
    });
    expect(body.ticket).not.toHaveProperty('tenant');
  });

  it('takes everything the contract names, ignores what it does not, and null for what is not given', async () => {
    const url = 'https://hooks.example.invalid/in';
    const { status, body } = await server.post('/api/messages', {
      client_id: 'all',
      content: '',
      locale: 'en',
      client: { name: 'Anna' },
      attachments: [{ kind: 'image', url: 'https://files.example.invalid/1.png', mime_type: 'image/png', size: 12 }],
      channel: { transport: 'webhook', address: { url } },
      message_id: null,
      user_agent: 'an older integration',
    });

    expect(status).toBe(200);
    const { items } = (await server.get(`/api/conversations/${body.conversation_id}/messages`)).body;
    expect(items[0]).toMatchObject({
      direction: 'inbound',
      locale: 'en',
      attachments: [{ kind: 'image', url: 'https://files.example.invalid/1.png', mime_type: 'image/png', size: 12 }],
    });
    const conversation = (await server.get(`/api/conversations/${body.conversation_id}`)).body;
    expect(conversation.channel).toEqual({ transport: 'webhook', address: { url } });
  });

  it('takes the channel from X-Webhook-Url, and the body’s over it', async () => {
    const [ofHeader, ofBody] = ['https://header.example.invalid/', 'https://body.example.invalid/'];
    const headers = { 'X-Webhook-Url': ofHeader };
    const channelOf = async (extra: object): Promise<unknown> => {
      const { body } = await server.post(
        '/api/messages',
        { client_id: 'headers', content: 'Спасибо', ...extra },
        headers,
      );
      return (await server.get(`/api/conversations/${body.conversation_id}`)).body.channel.address.url;
    };

    expect(await channelOf({})).toBe(ofHeader);
    expect(await channelOf({ channel: { transport: 'webhook', address: { url: ofBody } } })).toBe(ofBody);
  });

  it.each([
    ['auto-replied', 'held'],
    ['no', 'answered'],
  ])('takes Auto-Submitted: %s for what it says, and the message is %s', async (value, outcome) => {
    const message = { ...QUESTION, client_id: `auto-submitted-${value}` };
    const { status, body } = await server.post('/api/messages', message, { 'Auto-Submitted': value });

    expect([status, body.outcome]).toEqual([200, outcome]);
    const { items } = (await server.get(`/api/conversations/${body.conversation_id}/messages`)).body;
    expect(items[0]).toMatchObject({ direction: 'inbound', automated: outcome === 'held' });
    expect(items.slice(1).length > 0).toBe(outcome === 'answered');
  });
});

describe('GET /api/messages/:id/explanation', () => {
  it('returns the stored record of the decision', async () => {
    const { body } = await server.post('/api/messages', { ...QUESTION, client_id: 'explained' });
    const explained = await server.get(`/api/messages/${body.original_message_id}/explanation`);

    expect(explained.status).toBe(200);
    expect(explained.body).toMatchObject({
      message_id: body.original_message_id,
      decided_at: INSTANT,
      outcome: 'answered',
      rule: 'reply',
      classification: { scenario: 'REFERRAL' },
      inputs: { is_first_message: true, greeted_at: null, thresholds: { min_confidence: 0.4 } },
    });
    expect(explained.body.rules.length).toBeGreaterThan(3);
  });

  it('knows no other message', async () => {
    const { status, body } = await server.get('/api/messages/nothing/explanation');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});
