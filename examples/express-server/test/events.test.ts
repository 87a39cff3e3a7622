import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EventReader } from './support/event-reader';
import { type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());
afterEach(() => {
  vi.useRealTimers();
});

const open = (query = '', headers: Record<string, string> = {}): Promise<EventReader> =>
  EventReader.open(`${server.url}/api/events${query}`, { ...server.admin, ...headers });
const say = (content: string): Promise<unknown> => server.post('/api/messages', { client_id: 'c', content });

describe('GET /api/events', () => {
  it('tells what happened from the beginning, then what happens', async () => {
    await say('Не работает интернет');
    const events = await open();
    const early = await events.take(3);
    await say('Спасибо');
    const late = await events.until(({ event }) => event === 'message.received');
    events.leave();

    expect(events.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(early.map(({ event }) => event)).toEqual(['conversation.opened', 'message.received', 'message.decided']);
    expect(early[1]).toEqual({
      id: String(early[1]?.data.seq),
      event: 'message.received',
      data: {
        seq: expect.any(Number),
        type: 'message.received',
        at: expect.stringMatching(/Z$/),
        conversation_id: expect.any(String),
        data: { message_id: expect.any(String) },
      },
    });
    expect(Number(late.id)).toBeGreaterThan(Number(early[2]?.id));
  });

  it('resumes behind `after`, and behind Last-Event-ID, which knows better', async () => {
    const all = await open();
    const [first, second, third] = await all.take(3);
    all.leave();

    const resumed = await open(`?after=${first?.id}`);
    expect(await resumed.next()).toEqual(second);
    resumed.leave();

    const reconnected = await open(`?after=${first?.id}`, { 'Last-Event-ID': second?.id ?? '' });
    expect(await reconnected.next()).toEqual(third);
    reconnected.leave();
  });

  it('refuses a Last-Event-ID that is none', async () => {
    const { status, body } = await server.get('/api/events', { headers: { 'Last-Event-ID': 'abc' } });
    expect([status, body.code, body.path]).toEqual([400, 'invalid_input', 'Last-Event-ID']);
  });

  it('keeps a silent connection alive', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const events = await open('?after=999999');
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    await say('Есть кто?');
    const resumed = await open();
    await resumed.take(1);
    resumed.leave();

    // Ends the stream, so that everything it said has been read.
    await server.stop();
    expect(await events.next()).toBeNull();
    expect(events.comments).toEqual([': alive']);
    server = await testServer();
  });

  it('ends with the server', async () => {
    const other = await testServer();
    const events = await EventReader.open(`${other.url}/api/events`, other.admin);
    await other.stop();
    expect(await events.next()).toBeNull();
  });

  it('lets go of a follower who has left', async () => {
    const other = await testServer();
    const follow = vi.spyOn(other.engine.events, 'subscribe');
    const events = await EventReader.open(`${other.url}/api/events`, other.admin);
    const signal = follow.mock.calls[0]?.[0]?.signal;
    events.leave();
    await expect.poll(() => signal?.aborted).toBe(true);
    await other.stop();
  });
});
