import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openaiEmbedder } from '../src/index';
import { fakeOpenAI, hang, json, refuse } from './support/fake-openai';

const KEY = 'sk-very-secret-key-0123456789';
const points = (...embeddings: readonly (readonly number[])[]) =>
  json(200, {
    object: 'list',
    model: 'text-embedding-3-small',
    // Not in order, as the API allows.
    data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse(),
    usage: { prompt_tokens: 4, total_tokens: 4 },
  });

describe('openaiEmbedder', () => {
  it('gives one point per text, in their order', async () => {
    const server = await fakeOpenAI(points([1, 0], [0, 1]));
    const embedder = openaiEmbedder({ apiKey: KEY, baseURL: server.baseURL, dimensions: 2 });
    expect(await embedder.embed(['one', 'two'])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(server.asked).toMatchObject([
      {
        path: '/v1/embeddings',
        body: { model: 'text-embedding-3-small', input: ['one', 'two'], encoding_format: 'float', dimensions: 2 },
      },
    ]);
    expect(embedder.model).toBe('text-embedding-3-small:2');
    expect(inspect(embedder, { depth: 20, showHidden: true })).not.toContain('secret');
  });

  it('fails without a word about texts', async () => {
    const server = await fakeOpenAI(
      refuse(429, { message: 'quoted: my text' }, { 'retry-after': '3' }),
      points([1]),
      hang,
    );
    const embedder = openaiEmbedder({ apiKey: KEY, baseURL: server.baseURL, model: 'e' });
    const fail = (signal?: AbortSignal) =>
      embedder.embed(['my text', 'other'], signal && { signal }).then(
        () => 'nothing',
        (error: unknown) => error,
      );
    const limited = await fail();
    expect(limited).toMatchObject({ code: 'model_failed', retryable: true, retryAfterMs: 3_000 });
    expect(inspect(limited, { depth: 20, showHidden: true })).not.toMatch(/my text|secret/);
    expect(await fail()).toMatchObject({ code: 'model_failed' });
    const stop = new AbortController();
    const asked = server.nextRequest();
    const hanging = fail(stop.signal);
    await asked;
    stop.abort();
    expect(await hanging).toMatchObject({ code: 'model_failed', retryable: true });
  });

  it.each([
    [{ model: '' }, 'model'],
    [{ dimensions: 0 }, 'dimensions'],
    [{ timeoutMs: 1 }, 'timeoutMs'],
  ])('refuses %j', (options, path) => {
    expect(() => openaiEmbedder({ apiKey: KEY, ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_options', path }),
    );
  });
});
