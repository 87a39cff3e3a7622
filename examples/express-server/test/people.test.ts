import { ManualClock } from '@firstline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerOf } from './support/sign-in';
import { type Answer, type Json, recognisesNothing, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeEach(async () => {
  server = await testServer({ classifier: recognisesNothing });
});
afterEach(() => server.stop());

const as = async (id: string, on = server): Promise<Record<string, string>> => headerOf(on, id, 'operator');
/** A client who asks for a person; resolves to the ticket. */
const call = async (client: string, on = server): Promise<Json> => {
  const message = { client_id: client, content: 'Позовите живого оператора' };
  return (await on.post('/api/messages', message)).body.ticket as Json;
};
const patch = (ticket: Json, changes: Json): Promise<Answer> =>
  server.get(`/api/tickets/${ticket.id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(changes),
  });
const claim = async (ticket: Json, operator: string): Promise<Answer> =>
  server.post(`/api/tickets/${ticket.id}/claim`, '', await as(operator));
const claimNext = async (operator: string): Promise<Answer> =>
  server.post('/api/tickets/claim-next', '', await as(operator));
const waiting = async (query = ''): Promise<unknown[]> => {
  const { status, body } = await server.get(`/api/tickets/queue${query}`);
  expect([status, body.cursor]).toEqual([200, null]);
  return (body.items as Json[]).map((ticket) => ticket.client_id as string);
};

describe('the queue', () => {
  it('has the most urgent first, then the oldest, and nothing that somebody has', async () => {
    expect(await waiting()).toEqual([]);
    const tickets: Record<string, Json> = {};
    for (const client of ['anna', 'boris', 'clara', 'dora']) tickets[client] = await call(client);
    for (const [client, priority] of Object.entries({ anna: 'low', boris: 'high', clara: 'urgent', dora: 'high' })) {
      await patch(tickets[client] ?? {}, { priority });
    }
    expect(await waiting()).toEqual(['clara', 'boris', 'dora', 'anna']);
    expect(await waiting('?limit=2')).toEqual(['clara', 'boris']);

    await claim(tickets['boris'] ?? {}, 'olga');
    expect(await waiting()).toEqual(['clara', 'dora', 'anna']);
    await patch(tickets['boris'] ?? {}, { assignee: null, status: 'open' });
    expect(await waiting()).toEqual(['clara', 'boris', 'dora', 'anna']);
    await patch(tickets['clara'] ?? {}, { status: 'resolved' });
    expect(await waiting()).toEqual(['boris', 'dora', 'anna']);
  });

  it.each(['?limit=0', '?limit=501', '?cursor=x'])('refuses %s', async (query) => {
    const { status, body } = await server.get(`/api/tickets/queue${query}`);
    expect([status, body.code]).toEqual([400, 'invalid_input']);
  });
});

describe('a claim', () => {
  it('is one of two made at the same time', async () => {
    const ticket = await call('anna');
    const answers = await Promise.all(['olga', 'ivan'].map((operator) => claim(ticket, operator)));
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status);

    expect(won).toMatchObject({ status: 200, body: { id: ticket.id, status: 'in_progress' } });
    expect(lost).toMatchObject({ status: 409, body: { code: 'conflict', path: 'assignee' } });
    expect(lost?.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const assignee = won?.body.assignee as string;
    expect(['olga', 'ivan']).toContain(assignee);
    expect((await server.get(`/api/tickets/${ticket.id}`)).body).toMatchObject({ assignee, status: 'in_progress' });
    expect((await claim(ticket, assignee)).status).toBe(200);
  });

  it('is made in the name of who signed in, whatever the body says', async () => {
    const ticket = await call('anna');
    const body = { operator_id: 'somebody else', assignee: 'somebody else' };
    const claimed = await server.post(`/api/tickets/${ticket.id}/claim`, body, await as('olga'));
    expect(claimed).toMatchObject({ status: 200, body: { assignee: 'olga' } });
  });

  it('is refused where the ticket is resolved, or none', async () => {
    const ticket = await call('anna');
    await patch(ticket, { status: 'resolved' });
    expect(await claim(ticket, 'olga')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await claim({ id: 'none' }, 'olga')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('the next of the queue', () => {
  it('is the most urgent, and 204 where there is none', async () => {
    for (const client of ['anna', 'boris']) await patch(await call(client), { priority: 'low' });
    await patch(await call('clara'), { priority: 'urgent' });
    const clients: unknown[] = [];
    for (let number = 0; number < 3; number += 1) {
      const { status, body } = await claimNext('olga');
      expect([status, body.assignee, body.status]).toEqual([200, 'olga', 'in_progress']);
      clients.push(body.client_id);
    }
    expect(clients).toEqual(['clara', 'anna', 'boris']);
    expect(await claimNext('olga')).toMatchObject({ status: 204, body: {} });
  });

  it('goes to one only, however many ask at the same time', async () => {
    for (let number = 0; number < 6; number += 1) await call(`client-${number}`);
    const operators = Array.from({ length: 8 }, (_, number) => `operator-${number}`);
    const answers = await Promise.all(operators.map(claimNext));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 204, 204]);
    const claimed = answers.filter(({ status }) => status === 200).map(({ body }) => body);
    expect(new Set(claimed.map(({ id }) => id as string)).size).toBe(6);
    for (const [index, { status, body }] of answers.entries()) {
      if (status === 200) expect(body.assignee).toBe(operators[index]);
    }
    expect(await waiting()).toEqual([]);
  });
});

describe('the clock of a ticket', () => {
  it('is null where nothing is promised', async () => {
    const ticket = await call('anna');
    const { body } = await server.get(`/api/tickets/${ticket.id}`);
    expect(body).toEqual({ ...ticket, clock: null });
    expect(body).toMatchObject({ responded_at: null, resolved_at: null, breaches: [], pauses: [] });
  });

  it('counts the hours of SERVICE_LEVELS within BUSINESS_HOURS, and what was missed is on the ticket', async () => {
    // A Friday, an hour before people go home.
    const clock = new ManualClock(Date.parse('2026-01-30T17:00:00Z'));
    const env = {
      BUSINESS_HOURS: 'mon-fri 09:00-18:00',
      BUSINESS_TIME_ZONE: 'UTC',
      SERVICE_LEVELS: 'low=2h/9h, normal=2h/9h, high=2h/9h, urgent=2h/9h',
    };
    const promising = await testServer({ clock, classifier: recognisesNothing }, env);
    const read = async (id: unknown): Promise<Json> =>
      (await promising.get(`/api/tickets/${String(id)}`, { headers: await as('olga', promising) })).body;
    try {
      const { id, conversation_id: conversation } = await call('anna', promising);
      expect((await read(id)).clock).toEqual({
        first_response: { due_at: '2026-02-02T10:00:00.000Z', breached: false, remaining_ms: 7_200_000 },
        resolution: { due_at: '2026-02-02T17:00:00.000Z', breached: false, remaining_ms: 32_400_000 },
      });

      await clock.advance('66h');
      await promising.engine.tick();
      expect(await read(id)).toMatchObject({
        breaches: ['first_response'],
        responded_at: null,
        clock: { first_response: { breached: true, remaining_ms: -3_600_000 }, resolution: { breached: false } },
      });

      const words = { text: 'Здравствуйте, это Ольга.' };
      await promising.post(`/api/conversations/${conversation}/reply`, words, await as('olga', promising));
      expect(await read(id)).toMatchObject({
        responded_at: '2026-02-02T11:00:00.000Z',
        assignee: 'olga',
        pauses: [{ from: '2026-02-02T11:00:00.000Z', to: null }],
      });
      await promising.post(`/api/conversations/${conversation}/resolve`, '', await as('olga', promising));
      expect(await read(id)).toMatchObject({ status: 'resolved', resolved_at: '2026-02-02T11:00:00.000Z' });
    } finally {
      await promising.stop();
    }
  });
});

describe('what a person said elsewhere', () => {
  it('is recorded under the name of who tells it, silences the bot and is not sent', async () => {
    const { conversation_id: id, client_id: client } = await call('anna');
    const say = `/api/conversations/${String(id)}/record-reply`;
    const told = await server.post(say, { text: ' Позвонила, всё решили. ' }, await as('olga'));
    expect(told).toMatchObject({ status: 200, body: { type: 'operator', text: 'Позвонила, всё решили.' } });
    const { body } = await server.get(`/api/conversations/${String(id)}`);
    expect(body).toMatchObject({ owner: 'human', operator_id: 'olga' });
    const held = await server.post('/api/messages', { client_id: client, content: 'Какие есть тарифы?' });
    expect(held.body).toMatchObject({ outcome: 'held', responses: [] });
    expect((await server.post(say, { text: ' ' }, await as('olga'))).body).toMatchObject({ status: 400, path: 'text' });
  });
});

describe('notes and transcripts', () => {
  let id = '';
  const path = (rest: string): string => `/api/conversations/${id}/${rest}`;
  beforeEach(async () => {
    id = (await call('anna')).conversation_id as string;
  });

  it('keeps notes with who wrote them', async () => {
    const written = await server.post(path('notes'), { text: ' Звонила дважды. ' }, await as('olga'));
    expect(written).toMatchObject({
      status: 201,
      body: { conversation_id: id, ticket_id: expect.any(String), operator_id: 'olga', text: 'Звонила дважды.' },
    });
    expect((await server.get(path('notes'))).body).toEqual({ items: [written.body], cursor: null });
    for (const [body, fault] of [
      [{}, 'text'],
      [{ text: ' ' }, 'text'],
      [{ text: 'x', operator_id: 'somebody else' }, 'operator_id'],
    ] as const) {
      const { status, body: problem } = await server.post(path('notes'), body);
      expect([status, problem.code, problem.path]).toEqual([400, 'invalid_input', fault]);
    }
    for (const method of ['GET', 'POST']) {
      const init = method === 'GET' ? {} : { body: '{"text":"x"}', headers: { 'Content-Type': 'application/json' } };
      expect((await server.get('/api/conversations/none/notes', { method, ...init })).status).toBe(404);
    }
  });

  it('downloads a transcript, with the notes for those who may read them', async () => {
    await server.post(path('notes'), { text: 'Звонила дважды.' }, await as('olga'));
    const download = async (
      query: string,
      role: 'viewer' | 'operator',
    ): Promise<[string | null, string | null, string]> => {
      const headers = await headerOf(server, 'vera', role);
      const response = await fetch(`${server.url}${path('transcript')}${query}`, { headers });
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const { headers: got } = response;
      return [got.get('content-type'), got.get('content-disposition'), await response.text()];
    };
    const [type, disposition, text] = await download('', 'viewer');
    expect(type).toBe('text/plain; charset=utf-8');
    expect(disposition).toBe(`attachment; filename=conversation-${id}.txt`);
    expect(text).toContain('Позовите живого оператора');
    expect(text).not.toContain('Звонила дважды.');

    const zone = '&time_zone=Asia%2FTokyo';
    const [marked, name, markdown] = await download(`?format=markdown&notes=true${zone}`, 'operator');
    expect(marked).toBe('text/markdown; charset=utf-8');
    expect(name).toBe(`attachment; filename=conversation-${id}.md`);
    expect(markdown).toContain('- Time zone: Asia/Tokyo');
    expect(markdown).toContain('internal note of olga');
    expect(markdown).toContain('Звонила дважды.');
  });

  it.each([
    ['?format=html', 400, 'format'],
    ['?notes=yes', 400, 'notes'],
    ['?time_zone=Mars', 400, 'time_zone'],
    ['?locale=x', 400, 'locale'],
  ])('refuses the transcript%s', async (query, code, fault) => {
    const { status, body } = await server.get(path(`transcript${query}`));
    expect([status, body.path]).toEqual([code, fault]);
  });

  it('has no transcript of a conversation that does not exist', async () => {
    const { status, body } = await server.get('/api/conversations/none/transcript');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});

describe('a correction', () => {
  const correct = async (id: string, body: Json): Promise<Answer> =>
    server.post(`/api/messages/${id}/correction`, JSON.stringify(body), {
      'Content-Type': 'application/json',
      ...(await as('olga')),
    });

  it('is stored with who made it, and refused outside the set', async () => {
    const { body: told } = await server.post('/api/messages', { client_id: 'anna', content: 'Что-то странное' });
    const id = told.original_message_id as string;
    expect((await correct(id, { scenario: 'REFERRAL' })).status).toBe(204);
    const { body } = await server.get(`/api/conversations/${told.conversation_id as string}/messages`);
    expect((body.items as Json[])[0]).toMatchObject({ id, corrected_to: 'REFERRAL' });
    expect((await correct(id, { scenario: 'NOTHING' })).body).toMatchObject({ status: 400, path: 'scenario' });
    expect((await correct('nowhere', { scenario: 'REFERRAL' })).status).toBe(404);
  });
});
