import { ScriptedClassifier } from '@firstline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { headerOf } from './support/sign-in';
import { type Answer, type Json, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeEach(async () => {
  const classifier = new ScriptedClassifier([
    [/интернет/i, 'TECH_SUPPORT_BASIC'],
    [/соседей/i, 'MASS_OUTAGE'],
    [/тариф/i, 'TARIFFS'],
  ]);
  server = await testServer({ classifier });
});
afterEach(() => server.stop());

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
const say = async (client: string, content: string, region?: string): Promise<Json> =>
  (await server.post('/api/messages', { client_id: client, content, client: { region } })).body;
const open = async (body: Json = {}): Promise<Json> => {
  const headers = await headerOf(server, 'olga', 'operator');
  const { status, body: opened } = await server.post(
    '/api/incidents',
    { scenarios: ['TECH_SUPPORT_BASIC'], ...body },
    headers,
  );
  expect(status).toBe(201);
  return opened;
};
const act = async (incident: Json, step: string, body: unknown = ''): Promise<Answer> =>
  server.post(`/api/incidents/${incident.id}/${step}`, body, await headerOf(server, 'ivan', 'operator'));
const read = async (incident: Json): Promise<Json> => (await server.get(`/api/incidents/${incident.id}`)).body;
const patch = (incident: Json, body: Json): Promise<Answer> =>
  server.get(`/api/incidents/${incident.id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const ids = (body: Json): unknown[] => (body.items as Json[]).map(({ id }) => id as unknown);

describe('an incident that an operator opens', () => {
  it('is told to who reports it, and shown with everything that is known', async () => {
    await say('anna', 'Какие тарифы?');
    const incident = await open({
      region: 'север',
      title: 'Интернет',
      expected_at: '2026-03-01T12:00:00+03:00',
      client_ids: ['anna'],
    });
    expect(incident).toEqual({
      ...{ id: expect.any(String), status: 'open', round: 1, source: 'operator', level: 'confirmed' },
      ...{ scenarios: ['TECH_SUPPORT_BASIC'], region: 'север', title: 'Интернет', evidence: null },
      ...{ expected_at: '2026-03-01T09:00:00.000Z', confirmed_by: 'olga', held_at: null, muted_by: null },
      ...{ merged_into: null, ticket_id: expect.any(String), affected: 1, told: 0 },
      ...{ opened_at: INSTANT, resolved_at: null, created_at: INSTANT, updated_at: INSTANT, version: 1 },
    });

    const told = await say('boris', 'Пропал интернет', 'север');
    expect(told).toMatchObject({
      outcome: 'answered',
      priority: 'urgent',
      incident: { id: incident.id },
      response: { type: 'incident_notice', text: expect.stringContaining('Интернет, север') },
      responses: [{ type: 'greeting' }, { type: 'incident_notice' }],
      ticket: null,
    });
    expect(await say('boris', 'Интернета всё нет')).toMatchObject({
      ...{ outcome: 'held', incident: { id: incident.id }, response: null, responses: [] },
    });
    expect(await say('boris', 'А какие тарифы?')).toMatchObject({ outcome: 'answered', incident: null });
    expect(await say('clara', 'Пропал интернет', 'юг')).toMatchObject({
      incident: null,
      response: { type: 'bot_auto' },
    });

    await expect.poll(async () => (await read(incident)).told as number).toBe(2);
    const rows = { conversation_id: expect.any(String), joined_at: INSTANT, told_at: INSTANT };
    const once = { incident_id: incident.id, ...rows, told_round: 1, resolved_round: 0 };
    const all = (await server.get(`/api/incidents/${incident.id}/clients`)).body;
    expect(all).toEqual({
      items: [
        { ...once, client_id: 'anna' },
        { ...once, client_id: 'boris' },
      ],
      cursor: null,
    });
    const first = (await server.get(`/api/incidents/${incident.id}/clients?limit=1`)).body;
    const rest = (await server.get(`/api/incidents/${incident.id}/clients?limit=1&cursor=${first.cursor}`)).body;
    expect([...(first.items as Json[]), ...(rest.items as Json[])]).toEqual(all.items);

    const waiting = (await server.get('/api/conversations?status=waiting_on_incident')).body;
    expect((waiting.items as Json[]).map((item) => item.client_id as string).sort()).toEqual(['anna', 'boris']);
    expect((await server.get('/api/stats')).body.incidents).toEqual({ suspected: 0, open: 1, resolved: 0 });
  });

  it('has a ticket without a conversation, which people work off like any other', async () => {
    const incident = await open();
    const { body: queue } = await server.get('/api/tickets/queue');
    expect(queue.items).toMatchObject([
      { id: incident.ticket_id, incident_id: incident.id, conversation_id: null, client_id: null, priority: 'urgent' },
    ]);
    const ticket = `/api/tickets/${incident.ticket_id}`;
    expect((await server.get(ticket)).body).toMatchObject({ incident_id: incident.id, message_id: null, clock: null });
    const claimed = await server.post('/api/tickets/claim-next', '', await headerOf(server, 'olga', 'operator'));
    expect(claimed).toMatchObject({ status: 200, body: { id: incident.ticket_id, assignee: 'olga' } });
    await act(incident, 'resolve');
    expect((await server.get(ticket)).body).toMatchObject({ status: 'resolved', conversation_id: null });
    const { ticket: own } = await say('anna', 'Позовите живого оператора');
    expect(own).toMatchObject({ incident_id: null, client_id: 'anna' });
  });

  it('is resolved, and listed by status, the newest first', async () => {
    const one = await open();
    const other = await open({ scenarios: ['MASS_OUTAGE'] });
    expect(ids((await server.get('/api/incidents?status=open')).body)).toEqual([other.id, one.id]);
    const first = (await server.get('/api/incidents?limit=1')).body;
    expect(ids((await server.get(`/api/incidents?limit=1&cursor=${first.cursor}`)).body)).toEqual([one.id]);

    const resolved = await act(one, 'resolve');
    expect(resolved).toMatchObject({
      status: 200,
      body: { status: 'resolved', resolved_at: INSTANT, ticket_id: null },
    });
    expect(await act(one, 'resolve')).toMatchObject({ status: 200, body: resolved.body });
    expect(ids((await server.get('/api/incidents?status=resolved')).body)).toEqual([one.id]);
    expect(await act(one, 'confirm')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('can be named, muted and confirmed anew', async () => {
    const incident = await open();
    const named = await patch(incident, { title: ' Интернет ', expected_at: '2026-03-01T12:00:00Z' });
    expect(named).toMatchObject({ status: 200, body: { title: 'Интернет', expected_at: '2026-03-01T12:00:00.000Z' } });
    expect((await patch(incident, { expected_at: null })).body).toMatchObject({ title: 'Интернет', expected_at: null });

    expect(await act(incident, 'mute')).toMatchObject({ status: 200, body: { status: 'open', muted_by: 'ivan' } });
    expect(await say('anna', 'Пропал интернет')).toMatchObject({ incident: null, response: { type: 'bot_auto' } });
    expect(await act(incident, 'confirm')).toMatchObject({
      status: 200,
      body: { muted_by: null, confirmed_by: 'ivan' },
    });
    expect(await say('boris', 'Пропал интернет')).toMatchObject({ incident: { id: incident.id } });
  });

  it('is merged into another one', async () => {
    const one = await open();
    const other = await open({ scenarios: ['MASS_OUTAGE'] });
    await say('anna', 'Пропал интернет');
    const whole = await act(one, 'merge', { into: other.id });
    expect(whole).toMatchObject({
      status: 200,
      body: { id: other.id, scenarios: ['MASS_OUTAGE', 'TECH_SUPPORT_BASIC'], affected: 1, told: 1 },
    });
    expect(await read(one)).toMatchObject({ status: 'resolved', merged_into: other.id, affected: 0 });
    expect((await act(one, 'merge', { into: other.id })).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await act(other, 'merge', { into: other.id })).body).toMatchObject({ status: 400, path: 'into' });
    expect((await act(other, 'merge', { into: 'none' })).body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is in the feed with who did what', async () => {
    const incident = await open();
    await act(incident, 'mute');
    await act(incident, 'resolve');
    const events = await EventReader.open(`${server.url}/api/events`, server.admin);
    const opened = await events.until(({ event }) => event === 'incident.opened');
    expect(opened.data).toMatchObject({
      ...{ type: 'incident.opened', at: INSTANT, conversation_id: null },
      data: { incident_id: incident.id, operator_id: 'olga', scenarios: ['TECH_SUPPORT_BASIC'], round: 1 },
    });
    const muted = await events.until(({ event }) => event === 'incident.updated');
    expect(muted.data.data).toMatchObject({ operator_id: 'ivan', muted: true });
    const resolved = await events.until(({ event }) => event === 'incident.resolved');
    expect(resolved.data.data).toMatchObject({ incident_id: incident.id, operator_id: 'ivan' });
    events.leave();
  });
});

describe('what is refused', () => {
  it.each([
    [{}, 'scenarios'],
    [{ scenarios: [] }, 'scenarios'],
    [{ scenarios: 'MASS_OUTAGE' }, 'scenarios'],
    [{ scenarios: ['MASS_OUTAGE', 'TARIFFS'] }, 'scenarios[1]'],
    [{ scenarios: ['NONE'] }, 'scenarios[0]'],
    [{ scenarios: ['MASS_OUTAGE'], region: ' ' }, 'region'],
    [{ scenarios: ['MASS_OUTAGE'], title: '' }, 'title'],
    [{ scenarios: ['MASS_OUTAGE'], expected_at: 'soon' }, 'expected_at'],
    [{ scenarios: ['MASS_OUTAGE'], expected_at: '2026-03-01T12:00:00' }, 'expected_at'],
    [{ scenarios: ['MASS_OUTAGE'], expected_at: '1960-01-01T00:00:00Z' }, 'expected_at'],
    [{ scenarios: ['MASS_OUTAGE'], client_ids: ['anna', ''] }, 'client_ids[1]'],
    [{ scenarios: ['MASS_OUTAGE'], operator_id: 'somebody else' }, 'operator_id'],
  ])('to open %j', async (body, path) => {
    const { status, body: problem } = await server.post('/api/incidents', body);
    expect([status, problem.code, problem.path]).toEqual([400, 'invalid_input', path]);
    expect(problem.detail).toContain(`${path}: `);
  });

  it('to open what is open already', async () => {
    await open();
    const { status, body } = await server.post('/api/incidents', { scenarios: ['TECH_SUPPORT_BASIC'] });
    expect([status, body.code]).toEqual([409, 'conflict']);
  });

  it('changes that are none', async () => {
    const incident = await open();
    for (const [body, path] of [
      [{}, undefined],
      [{ title: ' ' }, 'title'],
      [{ title: 'x'.repeat(201) }, 'title'],
      [{ expected_at: 1 }, 'expected_at'],
      [{ expected_at: '1960-01-01T00:00:00Z' }, 'expected_at'],
      [{ status: 'open' }, 'status'],
    ] as const) {
      const { status, body: problem } = await patch(incident, body);
      expect([status, problem.code, problem.path]).toEqual([400, 'invalid_input', path]);
    }
    expect((await act(incident, 'merge', {})).body).toMatchObject({ status: 400, path: 'into' });
  });

  it('lists of what does not exist', async () => {
    for (const query of ['?status=closed', '?limit=0', '?cursor=x', '?priority=high']) {
      const { status, body } = await server.get(`/api/incidents${query}`);
      expect([query, status, body.code]).toEqual([query, 400, 'invalid_input']);
    }
    const none = { id: 'none' };
    for (const answer of [
      await server.get('/api/incidents/none'),
      await server.get('/api/incidents/none/clients'),
      await patch(none, { title: 'x' }),
      ...(await Promise.all(['confirm', 'resolve', 'mute'].map((step) => act(none, step)))),
      await act(none, 'merge', { into: 'other' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
  });
});
