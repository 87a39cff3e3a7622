import { ManualClock } from '@firstline/core/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { heldOut } from '@firstline/example-scenario-pack';
import { EventReader, type ReadEvent } from './support/event-reader';
import { openReceiver, type Receiver, SECRET } from './support/receiver';
import { headerOf } from './support/sign-in';
import { type Json, type TestServer, testServer } from './support/test-server';

const FAILURES = ['TECH_SUPPORT_BASIC', 'MASS_OUTAGE'];
const MINUTE = 60_000;

const clock = new ManualClock('2026-03-02T09:00:00Z');
/** The receiver's own clock goes with it: it refuses what was signed at another time. */
const setTime = (at: number): void => {
  vi.setSystemTime(at);
  clock.set(at);
};
let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
  receiver = await openReceiver();
  // The server as it is started, but for the clock: its own classifier, transport and policy.
  server = await testServer({ clock, transports: {} }, { WEBHOOK_SECRET: SECRET, ALLOW_PRIVATE_ADDRESSES: 'on' });
});
afterAll(async () => {
  await server.stop();
  receiver.close();
  vi.useRealTimers();
});

/** Real messages, in Russian, that the classifier has not learned from. */
const texts = (...scenarios: readonly string[]): readonly string[] =>
  scenarios.flatMap((id) => heldOut[id] ?? []).filter((text) => /\p{Script=Cyrl}/u.test(text));
const pick = (from: readonly string[], index: number): string => from[index % from.length] ?? '';

const say = async (client: string, content: string): Promise<Json> => {
  const message = { client_id: client, content };
  const { status, body } = await server.post('/api/messages', message, { 'X-Webhook-Url': receiver.url });
  expect(status).toBe(200);
  return body;
};

let ordinary = 0;
const questions = texts('TARIFFS', 'REFERRAL');
/** One more minute, in which the usual is asked; everything due is done, and what is under way has arrived. */
async function pass(minutes = 1): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    for (let asked = 0; asked < 2; asked += 1) await say(`asks-${ordinary}`, pick(questions, ordinary++));
    await server.engine.tick();
    setTime(clock.now() + MINUTE);
    await server.engine.tick();
  }
}

/** Tokens are good for a quarter of an hour, by this clock too. */
const read = async (path: string): Promise<Json> => {
  const { status, body } = await server.get(path, { headers: await headerOf(server, 'vera', 'viewer') });
  expect(status).toBe(200);
  return body;
};
const all = async (path: string): Promise<Json[]> => {
  const items: Json[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await read(
      `${path}${path.includes('?') ? '&' : '?'}limit=20${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    items.push(...(page.items as Json[]));
    cursor = page.cursor as string | null;
  }
  return items;
};

/** How often each client received a message of this type; who did not is not in it. */
const received = (type: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { data } of receiver.received) {
    if (data.type === type) counts[data.client_id as string] = (counts[data.client_id as string] ?? 0) + 1;
  }
  return counts;
};
const onceEach = (clients: readonly string[]): Record<string, number> =>
  Object.fromEntries(clients.map((client) => [client, 1]));

it('notices an outage, tells everybody affected once, and closes it, over HTTP', async () => {
  // An hour and a half as usual, with one client whose set-top box is broken, and who is reminded.
  await pass(5);
  expect(await say('control', 'телевизор ничего не показывает')).toMatchObject({ incident: null });
  await pass(85);
  expect((await read('/api/incidents')).items).toEqual([]);
  expect(received('reminder')['control']).toBeGreaterThan(0);

  // Four clients a minute report, each in words of their own. Whoever is understood is affected.
  const reports = texts(...FAILURES);
  const affected: string[] = [];
  const messages: string[] = [];
  let writers = 0;
  const report = async (): Promise<Json> => {
    const client = `reports-${writers}`;
    const body = await say(client, pick(reports, writers++));
    const isUnderstood = FAILURES.includes(body.classification.scenario as string);
    if (isUnderstood) affected.push(client);
    else expect(body).toMatchObject({ outcome: 'escalated' });
    messages.push(body.original_message_id as string);
    return body;
  };
  const first = await report();
  expect(first).toMatchObject({ incident: null, outcome: 'answered', response: { type: 'bot_auto' } });
  while (affected.length < 40) {
    for (let client = 0; client < 4; client += 1) await report();
    await pass();
  }
  expect(affected.length / writers).toBeGreaterThan(0.9);

  const [incident, ...others] = (await read('/api/incidents')).items as Json[];
  expect(others).toEqual([]);
  const id = incident?.id as string;
  const open = await read(`/api/incidents/${id}`);
  expect(open).toMatchObject({
    ...{ status: 'open', round: 1, source: 'detector', level: 'confirmed', region: null, confirmed_by: null },
    ...{ affected: affected.length, told: affected.length, resolved_at: null },
  });
  expect(FAILURES).toEqual(expect.arrayContaining(open.scenarios as string[]));
  const { evidence } = open;
  expect(evidence.clients).toBeGreaterThanOrEqual(5);
  expect(evidence.expected).toBeLessThan(evidence.clients / 5);
  expect(evidence.nats).toBeGreaterThan(7);
  expect(evidence.curve).toHaveLength(evidence.window_minutes as number);
  expect((evidence.curve as number[]).reduce((sum, clients) => sum + clients, 0)).toBe(evidence.clients);
  expect((evidence.examples as string[]).length).toBeGreaterThan(4);
  expect(messages).toEqual(expect.arrayContaining(evidence.examples as string[]));
  // Noticed within three minutes.
  expect(Date.parse(open.opened_at as string) - Date.parse(first.responses[0].send_at as string)).toBeLessThan(
    3 * MINUTE,
  );
  expect(received('incident_notice')).toEqual(onceEach(affected));

  // Late joiners are told at once, instead of being helped; asked again, there is nothing more to say.
  for (let late = 0; late < 5; late += 1) {
    const client = `late-${late}`;
    expect(await say(client, pick(['Пропал интернет', 'Интернет не работает'], late))).toMatchObject({
      ...{ outcome: 'answered', priority: 'urgent', incident: { id }, ticket: null },
      ...{ response: { type: 'incident_notice' }, responses: [{ type: 'greeting' }, { type: 'incident_notice' }] },
    });
    affected.push(client);
    await pass();
  }
  expect(await say('late-0', 'Интернет не работает, когда почините?')).toMatchObject({
    outcome: 'held',
    responses: [],
  });
  await server.engine.tick();
  expect(received('incident_notice')).toEqual(onceEach(affected));
  expect((await all(`/api/incidents/${id}/clients`)).map(({ client_id: client }) => client as string).sort()).toEqual(
    affected.toSorted(),
  );
  const waiting = await all('/api/conversations?status=waiting_on_incident');
  const queued = await all('/api/conversations?status=waiting_on_person');
  const stands = new Set([...waiting, ...queued].map(({ client_id: client }) => client as string));
  expect(affected.filter((client) => !stands.has(client))).toEqual([]);
  expect(waiting.length).toBeGreaterThan(30);
  const urgent = await all('/api/tickets?priority=urgent');
  expect(urgent).toMatchObject([{ incident_id: id, conversation_id: null, client_id: null, status: 'open' }]);
  expect((await read('/api/stats')).incidents).toEqual({ suspected: 0, open: 1, resolved: 0 });

  // Nobody reports any more: it is over, and everybody is told so.
  for (let minutes = 0; (await read(`/api/incidents/${id}`)).status === 'open'; minutes += 1) {
    expect(minutes).toBeLessThan(40);
    await pass();
  }
  expect(clock.now() - Date.parse(first.responses[0].send_at as string)).toBeGreaterThan(16 * MINUTE);
  await pass(30);
  expect(received('incident_notice')).toEqual(onceEach(affected));
  expect(received('incident_resolved')).toEqual(onceEach(affected));
  expect(affected.filter((client) => received('reminder')[client] !== undefined)).toEqual([]);
  expect(await all('/api/conversations?status=waiting_on_incident')).toEqual([]);
  expect(await read(`/api/tickets/${urgent[0]?.id}`)).toMatchObject({ status: 'resolved' });

  // To whom it does not work all the same, a person is called.
  const still = await say('late-1', 'всё ещё не работает');
  expect(still).toMatchObject({
    ...{ outcome: 'escalated', priority: 'high', incident: { id }, is_first_message: true },
    ...{ ticket: { rule: 'still-broken', client_id: 'late-1' }, response: { type: 'escalation_notice' } },
  });
  expect((await read(`/api/incidents/${id}`)).status).toBe('resolved');

  await expectFeed(id, affected.length);
  expect(receiver.unverified).toBe(0);
}, 120_000);

/** The feed has it from the opening to the last client who was told of the end, in this order, without a text. */
async function expectFeed(id: string, clients: number): Promise<void> {
  const events = await EventReader.open(`${server.url}/api/events`, await headerOf(server, 'vera', 'viewer'));
  const told = { open: 0, resolved: 0 };
  const steps: string[] = [];
  const seen: ReadEvent[] = [];
  while (told.resolved < clients) {
    const event = await events.until(({ event: type }) => type.startsWith('incident.'));
    seen.push(event);
    expect(event.data.data.incident_id).toBe(id);
    if (event.event === 'incident.told') told[event.data.data.phase as 'open' | 'resolved'] += 1;
    else if (steps.at(-1) !== event.event) steps.push(event.event);
    // Nobody hears of the end before it is one.
    expect(told.resolved === 0 || steps.at(-1) === 'incident.resolved').toBe(true);
  }
  events.leave();
  expect(told).toEqual({ open: clients, resolved: clients });
  expect(steps.filter((step) => step !== 'incident.suspected')).toEqual([
    'incident.opened',
    'incident.joined',
    'incident.resolved',
  ]);
  expect(JSON.stringify(seen)).not.toMatch(/\p{Script=Cyrl}/u);
}
