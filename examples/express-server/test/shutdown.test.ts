import { once } from 'node:events';
import { connect } from 'node:net';
import type { Classifier } from '@firstline/core';
import { afterEach, expect, it, vi } from 'vitest';
import { testServer } from './support/test-server';

const MESSAGE = { client_id: 'c', content: 'Не работает интернет' };

afterEach(() => {
  vi.useRealTimers();
});

it('lets a request under way come to its end and takes no more', async () => {
  let called = (): void => undefined;
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => (called = resolve));
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const classifier: Classifier = {
    classify: async () => {
      called();
      await answered;
      return { scenario: 'THANKS', confidence: 0.9, reasoning: 'slow', source: 'llm', alternatives: [] };
    },
  };
  const server = await testServer({ classifier });

  const posting = server.post('/api/messages', MESSAGE);
  await asked;
  const stopping = server.stop();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  answer();

  expect(await posting).toMatchObject({ status: 200, body: { classification: { scenario: 'THANKS', source: 'llm' } } });
  await stopping;
});

it('does not wait for a connection that nobody uses', async () => {
  const server = await testServer();
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // So that it is not the end of all patience which closes it.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  await server.stop();
  await once(socket.resume(), 'close');
});

it('answers 503 when the engine was stopped before the server', async () => {
  const server = await testServer();
  await server.engine.stop();

  const { status, headers, body } = await server.post('/api/messages', MESSAGE);
  expect([status, body.code]).toEqual([503, 'stopped']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  await server.stop();
});

it('refuses a second server on the same port', async () => {
  const first = await testServer();
  const { port } = new URL(first.url);
  await expect(testServer({}, { PORT: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.stop();
});
