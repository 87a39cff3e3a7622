import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { openReceiver, type Receiver, SECRET } from './support/receiver';
import { headerOf } from './support/sign-in';
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

/** Each message with an id of its own: the same words within three seconds would else count as the same message. */
let number = 0;
const say = async (content: string): Promise<Json> => {
  number += 1;
  const message = { client_id: 'anna', content, message_id: `anna-${number}` };
  const { status, body } = await server.post('/api/messages', message, { 'X-Webhook-Url': receiver.url });
  expect(status).toBe(200);
  return body;
};
const types = (): unknown[] => receiver.received.map(({ data }) => data.type as unknown);
const one = async (conversationId: unknown): Promise<Json> =>
  (await server.get(`/api/conversations/${String(conversationId)}`)).body;

it('lives a whole life over HTTP, from the greeting to the thanks after it', async () => {
  const olga = await headerOf(server, 'olga', 'operator');
  const question = 'Как работает реферальная программа?';

  // The bot greets and answers.
  const first = await say(question);
  const id = first.conversation_id as string;
  const act = (step: string, body: unknown = ''): Promise<Answer> =>
    server.post(`/api/conversations/${id}/${step}`, body, olga);
  expect(first).toMatchObject({ outcome: 'answered', classification: { scenario: 'REFERRAL' } });
  await receiver.count(2);
  expect(types()).toEqual(['greeting', 'bot_auto']);

  // Asked for the third time, it calls a person and says so once; the fourth and the fifth only count.
  expect(await say(question)).toMatchObject({ outcome: 'answered', ticket: null });
  const called = await say(question);
  expect(called).toMatchObject({
    outcome: 'escalated',
    priority: 'high',
    ticket: { status: 'open', rule: 'repeated-request', priority: 'high', repeats: 0 },
    responses: [{ type: 'escalation_notice' }],
  });
  for (let time = 4; time <= 5; time += 1)
    expect(await say(question)).toMatchObject({ outcome: 'held', responses: [] });
  const ticket = `/api/tickets/${called.ticket.id}`;
  expect((await server.get(ticket)).body).toMatchObject({ status: 'open', repeats: 2, priority: 'high', clock: null });
  expect(await one(id)).toMatchObject({ owner: 'bot', status: 'waiting_on_person' });
  await receiver.count(4);
  expect(types()).toEqual(['greeting', 'bot_auto', 'bot_auto', 'escalation_notice']);

  // Somebody sees it in the queue, claims the ticket and takes the conversation.
  const { items: queue } = (await server.get('/api/tickets/queue')).body;
  expect((queue as Json[]).map((waiting) => waiting.id as string)).toEqual([called.ticket.id]);
  const claimed = await server.post(`${ticket}/claim`, '', olga);
  expect(claimed).toMatchObject({ status: 200, body: { status: 'in_progress', assignee: 'olga' } });
  expect((await server.get('/api/tickets/queue')).body.items).toEqual([]);
  const taken = await act('take-over');
  expect(taken).toMatchObject({ status: 200, body: { id, owner: 'human', status: 'open', operator_id: 'olga' } });

  // The person's words arrive, the bot is silent, and what people write for each other stays with them.
  const reply = await act('reply', { text: ' Здравствуйте, это Ольга. ' });
  expect(reply).toMatchObject({ status: 200, body: { type: 'operator', text: 'Здравствуйте, это Ольга.' } });
  await receiver.count(5);
  expect(receiver.received[4]?.data).toMatchObject({
    message_id: reply.body.message_id,
    conversation_id: id,
    type: 'operator',
    text: 'Здравствуйте, это Ольга.',
  });
  expect((await server.get(ticket)).body).toMatchObject({ responded_at: expect.stringMatching(/Z$/) });
  expect(await say('А бонус когда придёт?')).toMatchObject({ outcome: 'held', responses: [] });
  expect((await act('notes', { text: 'Бонус начислю вручную.' })).status).toBe(201);

  // Given back, the bot answers again.
  expect((await act('release')).body).toMatchObject({ owner: 'bot', status: 'open', operator_id: null });
  expect((await server.get(ticket)).body).toMatchObject({
    status: 'resolved',
    resolved_at: expect.stringMatching(/Z$/),
  });
  const again = await say('Какие есть тарифы?');
  expect(again).toMatchObject({ outcome: 'answered', conversation_id: id });
  await receiver.count(6);
  expect(receiver.received[5]?.data.text).toBe(again.response.text);

  // Resolved it stays, whatever thanks come: they are answered once, and nothing is left open for anybody.
  expect((await act('resolve')).body).toMatchObject({ status: 'closed', closed_at: expect.stringMatching(/Z$/) });
  const closed = await one(id);
  const thanks = await say('Спасибо');
  expect(thanks).toMatchObject({ outcome: 'answered', responses: [{ type: 'bot_auto' }], ticket: null });
  const more = await say('Спасибо большое!');
  expect(more).toMatchObject({ outcome: 'held', responses: [], ticket: null });
  expect(await one(id)).toEqual(closed);
  for (const { conversation_id: later } of [thanks, more]) {
    expect(later).not.toBe(id);
    expect(await one(later)).toMatchObject({ status: 'closed', owner: 'bot', ticket_id: null });
  }
  expect((await server.get('/api/tickets?status=open')).body.items).toEqual([]);
  await receiver.count(7);
  expect(receiver.unverified).toBe(0);

  // What is over is over, and says so.
  for (const step of ['take-over', 'release', 'resolve']) {
    const late = await act(step);
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  }
  expect(await stepsOfPeople()).toEqual([
    'ticket.updated by olga',
    'conversation.taken_over by olga',
    'message.sent by olga',
    'conversation.noted by olga',
    'conversation.released by olga',
    'ticket.updated by olga',
    'conversation.closed by olga',
  ]);
  await expectTranscripts(id, olga);
});

/** What the feed says people did, until the conversation was closed. */
async function stepsOfPeople(): Promise<string[]> {
  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  const steps: string[] = [];
  while (!steps.includes('conversation.closed by olga')) {
    const [event] = await events.take(1);
    const by = (event?.data.data as Json).operator_id as string | undefined;
    if (by !== undefined) steps.push(`${event?.event} by ${by}`);
  }
  events.leave();
  return steps;
}

/** The transcript tells all of it in order, and the note only to those who write notes. */
async function expectTranscripts(id: string, olga: Record<string, string>): Promise<void> {
  const read = async (query: string, headers: Record<string, string>): Promise<string> =>
    (await fetch(`${server.url}/api/conversations/${id}/transcript${query}`, { headers })).text();
  const whole = await read('?notes=true', olga);
  // What was said is indented, so that only headings begin where a line does.
  const headings = whole.matchAll(/^\S.* (client|bot \(\w+\)|operator olga|internal note of olga)$/gm);
  const said = ['client', 'bot (greeting)', 'bot (bot_auto)', 'client', 'bot (bot_auto)', 'client'];
  expect([...headings].map(([, speaker]) => speaker)).toEqual([
    ...said,
    ...['bot (escalation_notice)', 'client', 'client', 'operator olga', 'client', 'internal note of olga'],
    ...['client', 'bot (bot_auto)'],
  ]);
  for (const text of [
    'Здравствуйте, это Ольга.',
    'А бонус когда придёт?',
    'Бонус начислю вручную.',
    'Какие есть тарифы?',
  ]) {
    expect(whole).toContain(text);
  }
  const outside = await read('', await headerOf(server, 'vera', 'viewer'));
  expect(outside).toContain('А бонус когда придёт?');
  expect(outside).not.toMatch(/Бонус начислю|internal note/);
}

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
