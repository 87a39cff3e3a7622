import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { openReceiver, type Receiver, SECRET } from './support/receiver';
import { type Answer, type Json, type TestServer, testServer } from './support/test-server';

let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await openReceiver();
  server = await testServer({ transports: {} }, { WEBHOOK_SECRET: SECRET, ALLOW_PRIVATE_ADDRESSES: 'on' });
});
afterAll(async () => {
  await server.stop();
  receiver.close();
});

const say = async (content: string): Promise<Json> => {
  const message = { client_id: 'anna', content };
  const { status, body } = await server.post('/api/messages', message, { 'X-Webhook-Url': receiver.url });
  expect(status).toBe(200);
  return body;
};
const texts = (): unknown[] => receiver.received.map(({ data }) => data.text as unknown);

it('lives a whole life over HTTP, from the greeting to the conversation after it', async () => {
  // The bot greets and answers.
  const first = await say('Как работает реферальная программа?');
  const id = first.conversation_id as string;
  const act = (step: string, body: unknown = ''): Promise<Answer> =>
    server.post(`/api/conversations/${id}/${step}`, body);
  expect(first).toMatchObject({ outcome: 'answered', classification: { scenario: 'REFERRAL' } });
  await receiver.count(2);
  expect(receiver.received.map(({ data }) => data.type as string)).toEqual(['greeting', 'bot_auto']);

  // The client asks for a person, and somebody sees it.
  const called = await say('Позовите живого оператора');
  expect(called).toMatchObject({ outcome: 'escalated', ticket: { status: 'open', rule: 'asks-for-human' } });
  const open = (await server.get('/api/tickets?status=open&priority=high&limit=10')).body;
  expect(open).toEqual({ items: [called.ticket], cursor: null });
  const ticket = `/api/tickets/${called.ticket.id}`;
  expect((await server.get(ticket)).body).toEqual(called.ticket);
  expect((await server.get(`/api/conversations/${id}`)).body.status).toBe('waiting_on_person');
  await receiver.count(3);

  // A person takes over: the bot is silent, and the person's words arrive.
  const taken = await act('take-over');
  expect(taken).toMatchObject({ status: 200, body: { id, owner: 'human', status: 'open', operator_id: 'admin' } });
  expect((await server.get(ticket)).body).toMatchObject({ status: 'in_progress', assignee: 'admin' });
  expect(await say('Не работает интернет')).toMatchObject({ outcome: 'held', responses: [] });
  const reply = await act('reply', { text: ' Здравствуйте, это Ольга. ' });
  expect(reply).toMatchObject({ status: 200, body: { type: 'operator', text: 'Здравствуйте, это Ольга.' } });
  await receiver.count(4);
  expect(receiver.received[3]?.data).toMatchObject({
    message_id: reply.body.message_id,
    conversation_id: id,
    type: 'operator',
    text: 'Здравствуйте, это Ольга.',
  });

  const { items: history } = (await server.get(`/api/conversations/${id}/messages`)).body;
  expect((history as Json[]).at(-1)).toMatchObject({ type: 'operator', operator_id: 'admin' });

  // Given back, the bot answers again.
  expect((await act('release')).body).toMatchObject({ owner: 'bot', status: 'open', operator_id: null });
  expect((await server.get(ticket)).body).toMatchObject({ status: 'resolved' });
  const again = await say('Какие есть тарифы?');
  expect(again).toMatchObject({ outcome: 'answered', conversation_id: id });
  await receiver.count(5);
  expect(texts()[4]).toBe(again.response.text);

  // Resolved, the next message opens a new conversation, which needs no second greeting.
  expect((await act('resolve')).body).toMatchObject({ status: 'closed', closed_at: expect.stringMatching(/Z$/) });
  const next = await say('Спасибо');
  expect(next.conversation_id).not.toBe(id);
  expect(next.responses).toMatchObject([{ type: 'bot_auto' }]);
  await receiver.count(6);
  expect(receiver.unverified).toBe(0);

  // What is over is over, and says so.
  for (const step of ['take-over', 'release', 'resolve']) {
    const late = await act(step);
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  }

  // The feed knows who did what.
  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  const steps: string[] = [];
  while (!steps.includes('conversation.closed by admin')) {
    const [event] = await events.take(1);
    const by = (event?.data.data as Json).operator_id as string | undefined;
    if (by !== undefined) steps.push(`${event?.event} by ${by}`);
  }
  events.leave();
  expect(steps).toEqual(
    ['conversation.taken_over', 'conversation.released', 'conversation.closed'].map((step) => `${step} by admin`),
  );
});

it('refuses words that are none, and steps in conversations that do not exist', async () => {
  const { conversation_id: id } = await say('Спасибо');
  for (const [body, path] of [
    [{}, 'text'],
    [{ text: ' ' }, 'text'],
    [{ text: 'x'.repeat(4_001) }, 'text'],
    [{ text: 'x', operator_id: 'somebody else' }, 'operator_id'],
  ] as const) {
    const { status, body: problem } = await server.post(`/api/conversations/${id}/reply`, body);
    expect([status, problem.code, problem.path]).toEqual([400, 'invalid_input', path]);
  }
  for (const step of ['take-over', 'release', 'resolve', 'reply']) {
    const { status, body } = await server.post(`/api/conversations/none/${step}`, { text: 'x' });
    expect([status, body.code]).toEqual([404, 'not_found']);
  }
});

it('changes tickets', async () => {
  const message = { client_id: 'boris', content: 'Позовите живого оператора' };
  const { ticket, conversation_id: id } = (await server.post('/api/messages', message)).body;
  const patch = (body: unknown): Promise<Answer> =>
    server.get(`/api/tickets/${ticket.id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

  expect(await patch({ assignee: 'olga', priority: 'urgent' })).toMatchObject({
    status: 200,
    body: { ...ticket, assignee: 'olga', priority: 'urgent', updated_at: expect.stringMatching(/Z$/) },
  });
  expect(await patch({ assignee: 'ivan' })).toMatchObject({
    status: 409,
    body: { code: 'conflict', path: 'assignee' },
  });
  expect((await patch({ assignee: null })).body).toMatchObject({ assignee: null, priority: 'urgent' });
  expect((await patch({ status: 'resolved' })).body).toMatchObject({ status: 'resolved' });
  expect((await server.get(`/api/conversations/${id}`)).body).toMatchObject({ status: 'open', ticket_id: null });
  expect(await patch({ status: 'open' })).toMatchObject({ status: 409, body: { code: 'conflict' } });

  for (const [body, path] of [
    [{}, undefined],
    [{ status: 'closed' }, 'status'],
    [{ status: null }, 'status'],
    [{ assignee: '' }, 'assignee'],
    [{ note: 'x' }, 'note'],
  ] as const) {
    const { status, body: problem } = await patch(body);
    expect([status, problem.code, problem.path]).toEqual([400, 'invalid_input', path]);
  }
});
