import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventReader } from './support/event-reader';
import { type Answer, type Json, recognisesNothing, type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeEach(async () => {
  server = await testServer({ classifier: recognisesNothing });
});
afterEach(() => server.stop());

const put = (place: string, body: unknown): Promise<Answer> =>
  server.get(`/api/templates/${place}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const status = async (): Promise<Json> => (await server.get('/api/templates/status')).body;
const greeting = async (client: string): Promise<unknown> => {
  const message = { client_id: client, content: 'Спасибо', locale: 'ru' };
  const { responses } = (await server.post('/api/messages', message)).body;
  return (responses as Json[])[0]?.text;
};
/** What is stored is taken up in the background; then the texts have another version. */
const changedFrom = (version: unknown): Promise<void> =>
  expect.poll(async () => (await status()).version as string).not.toBe(version);

it('says something else with the next message, without a restart, and the old again once it is taken away', async () => {
  const before = await greeting('anna');
  const { version } = await status();
  expect(await put('greeting/ru', { text: 'Добро пожаловать, {{client.name|гость}}!' })).toMatchObject({ status: 204 });
  await changedFrom(version);
  expect(await greeting('boris')).toBe('Добро пожаловать, гость!');
  expect(await status()).toMatchObject({ loaded_at: expect.stringMatching(/Z$/), faults: [] });

  const { version: changed } = await status();
  expect((await server.get('/api/templates/greeting/ru', { method: 'DELETE' })).status).toBe(204);
  await changedFrom(changed);
  expect((await status()).version).toBe(version);
  expect(await greeting('clara')).toBe(before);
  expect((await server.get('/api/templates/greeting/ru', { method: 'DELETE' })).status).toBe(204);
});

it('tells the feed who changed which text, and not to what', async () => {
  await put('farewell/und', { text: 'Тайное прощание' });
  const events = await EventReader.open(`${server.url}/api/events`, server.admin);
  const told = await events.until(({ event }) => event === 'template.changed');
  events.leave();
  expect(told.data.data).toEqual({ key: 'farewell', locale: 'und', operator_id: 'admin' });
});

it.each([
  ['greeting/ru', { text: 'Тайна {{client.name' }, 'greeting.ru'],
  ['greeting/ru', { text: 'Тайна {{client.name}}' }, 'greeting.ru'],
  ['greeting/und', { text: 'Тайна {{opensAt:time|}}' }, 'greeting'],
  ['greeting/ru', { text: ' ' }, 'greeting.ru'],
  ['greeting/x_y', { text: 'Тайна' }, 'greeting.x_y'],
  ['greeting/RU', { text: 'Тайна' }, 'greeting.RU'],
  ['escalation_queued/ru', { text: 'Тайна {{opensAt:plural(one=день)}}' }, 'escalation_queued.ru'],
  ['scenario.NONE/ru', { text: 'Тайна' }, 'scenario.NONE'],
  ['__proto__/ru', { text: 'Тайна' }, '__proto__'],
  ['greeting/ru', {}, 'text'],
  ['greeting/ru', { text: 7 }, 'text'],
  ['greeting/ru', { text: 'Тайна'.repeat(1_000) }, 'text'],
  ['greeting/ru', { text: 'Тайна', operator_id: 'x' }, 'operator_id'],
])('refuses %s %j, and everything stays as it is', async (place, body, path) => {
  const before = await status();
  const { status: code, body: problem } = await put(place, body);
  expect([code, problem.code, problem.path]).toEqual([400, 'invalid_input', path]);
  expect(JSON.stringify(problem)).not.toContain('Тайна');
  expect(await status()).toEqual(before);

  // Had it been stored, it would now keep the good one from being used.
  await put('greeting/ru', { text: 'Доброе утро!' });
  await changedFrom(before.version);
  expect((await status()).faults).toEqual([]);
  expect(await greeting('anna')).toBe('Доброе утро!');
});
