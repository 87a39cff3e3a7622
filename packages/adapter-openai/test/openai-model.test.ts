import { inspect } from 'node:util';
import { isFirstlineError, type LanguageModelRequest } from '@firstline/core';
import { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { openaiModel, type OpenAIModelOptions } from '../src/index';
import { complete, fakeOpenAI, hang, hangInBody, json, label, refuse, type Reply } from './support/fake-openai';

const KEY = 'sk-very-secret-key-0123456789';
const TEXT = 'my invoice is wrong, says Anna';
const REQUEST: LanguageModelRequest = {
  instructions: 'Sort the message.',
  input: TEXT,
  schema: {
    name: 'classification',
    definition: {
      type: 'object',
      properties: { scenario: { type: 'string' } },
      required: ['scenario'],
      additionalProperties: false,
    },
  },
  maxOutputTokens: 256,
  probabilityOf: 'scenario',
};
const USAGE = { inputTokens: 420, outputTokens: 30, cachedInputTokens: 256 };

async function desk(...replies: Reply[]) {
  const server = await fakeOpenAI(...replies);
  const model = (options: Partial<OpenAIModelOptions> = {}) =>
    openaiModel({ apiKey: KEY, baseURL: server.baseURL, ...options });
  return { server, model };
}

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isFirstlineError(error)) throw new Error('expected a FirstlineError', { cause: error });
  // Whatever a logger makes of it: no key, no text, no answer of the server.
  const everything = `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)} ${error.stack}`;
  expect(everything).not.toMatch(/very-secret|invoice|Anna|quoted/);
  expect(error.cause).toBeUndefined();
  expect(error.code).toBe('model_failed');
  return error;
}

describe('openaiModel', () => {
  it('asks for a structured output, strictly, and reads the answer and its usage', async () => {
    const { server, model } = await desk(label('BILLING'));
    expect(await model({ logprobs: true }).complete(REQUEST)).toEqual({
      kind: 'answer',
      value: { scenario: 'BILLING', confidence: 0.8, reasoning: 'It is about that.' },
      probability: null,
      usage: USAGE,
    });
    expect(server.asked).toEqual([
      {
        path: '/v1/chat/completions',
        authorization: `Bearer ${KEY}`,
        body: {
          model: 'gpt-4o-mini',
          messages: [
            { role: 'system', content: REQUEST.instructions },
            { role: 'user', content: TEXT },
          ],
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'classification', strict: true, schema: REQUEST.schema.definition },
          },
          max_tokens: 256,
          temperature: 0,
          logprobs: true,
        },
      },
    ]);
  });

  it('tells the probability of the label', async () => {
    const tokens = [
      ['{"', -0.5],
      ['scenario', 0],
      ['":"', 0],
      ['BILL', -0.1],
      ['ING', 0],
      ['","', -0.2],
      ['confidence', -3],
      ['":0.8,"reasoning":"It is about that."}', -3],
    ].map(([token, logprob]) => ({ token, logprob, bytes: [...Buffer.from(String(token))], top_logprobs: [] }));
    const { model } = await desk(label('BILLING', { logprobs: tokens }));
    const answer = await model({ logprobs: true }).complete(REQUEST);
    expect(answer).toMatchObject({ kind: 'answer', probability: Math.exp(-0.1 + -0.2) });
  });

  it.each([
    ['a refusal', complete(null, { refusal: 'I cannot help with that.' }), { kind: 'refusal' }],
    ['a filtered answer', complete('{"scenario":', { finish: 'content_filter' }), { kind: 'refusal' }],
    [
      'an answer that broke off',
      complete('{"scenario":"BILL', { finish: 'length' }),
      { kind: 'broken', reason: 'truncated' },
    ],
    ['no JSON', complete('BILLING, I think'), { kind: 'broken', reason: 'invalid_json' }],
    ['nothing', complete(null), { kind: 'broken', reason: 'invalid_json' }],
    [
      'JSON in Markdown',
      complete('```json\n{"scenario":"BILLING"}\n```'),
      { kind: 'answer', value: { scenario: 'BILLING' } },
    ],
    ['JSON of another shape', complete('["REFUND"]'), { kind: 'answer', value: ['REFUND'], probability: null }],
  ])('takes %s for what it is', async (_, reply, expected) => {
    const { model } = await desk(reply);
    expect(await model().complete(REQUEST)).toMatchObject({ ...expected, usage: USAGE });
  });

  it('takes a question that a filter stopped for a refusal', async () => {
    const { model } = await desk(refuse(400, { code: 'content_filter', message: `quoted: ${TEXT}` }));
    expect(await model().complete(REQUEST)).toMatchObject({ kind: 'refusal', usage: { inputTokens: 0 } });
  });

  it.each([
    [429, {}, { 'retry-after': '7' }, true, 7_000],
    [429, {}, { 'retry-after-ms': '1234.5', 'retry-after': '7' }, true, 1_235],
    [429, {}, {}, true, undefined],
    [429, { code: 'insufficient_quota' }, { 'retry-after': '7' }, false, undefined],
    [500, {}, {}, true, undefined],
    [503, {}, { 'retry-after': '30' }, true, 30_000],
    [503, {}, { 'x-should-retry': 'false' }, false, undefined],
    [408, {}, {}, true, undefined],
    [401, { code: 'invalid_api_key', message: `Incorrect API key provided: ${KEY}` }, {}, false, undefined],
    [403, {}, {}, false, undefined],
    [404, { code: 'model_not_found', message: 'The model `gpt-9` does not exist' }, {}, false, undefined],
    [400, { param: 'messages', message: `quoted: ${TEXT}` }, {}, false, undefined],
  ])('HTTP %s %j %j is a failure', async (status, error, headers, retryable, retryAfterMs) => {
    const { server, model } = await desk(refuse(status, error, headers));
    const failure = await failureOf(model({ model: 'gpt-9' }).complete(REQUEST));
    expect(failure).toMatchObject({ retryable, retryAfterMs });
    const code = 'code' in error ? ` (${error.code})` : '';
    expect(failure.message).toBe(`openai model "gpt-9" answered HTTP ${status}${code}`);
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['an odd code', refuse(500, { code: `quoted ${TEXT}` }), 'answered HTTP 500'],
    [
      'a page',
      ((response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${TEXT}`)) satisfies Reply,
      'gave no readable answer',
    ],
    [
      'broken JSON',
      ((response) => response.writeHead(200, { 'content-type': 'application/json' }).end(`{"${TEXT}`)) satisfies Reply,
      'gave no readable answer',
    ],
    ['an error as a success', json(200, { error: { message: TEXT } }), 'gave no readable answer'],
    ['a broken connection', ((response) => response.socket?.destroy()) satisfies Reply, 'could not be reached'],
  ])('%s is a failure that says nothing', async (_, reply, message) => {
    const { model } = await desk(reply);
    const failure = await failureOf(model().complete(REQUEST));
    expect(failure.message).toBe(`openai model "gpt-4o-mini" ${message}`);
    expect(failure.retryable).toBe(true);
  });

  it.each([
    ['before its headers', hang],
    ['in its body', hangInBody],
  ])('a server that hangs %s is left at once when the caller says so', async (_, reply) => {
    const { server, model } = await desk(reply);
    const stop = new AbortController();
    const asked = server.nextRequest();
    const failure = failureOf(model({ timeoutMs: 60_000 }).complete({ ...REQUEST, signal: stop.signal }));
    await asked;
    const closed = server.nextClose();
    stop.abort();
    expect(await failure).toMatchObject({
      retryable: true,
      message: expect.stringContaining('did not answer in time') as string,
    });
    await closed;
    await failureOf(model().complete({ ...REQUEST, signal: stop.signal }));
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['before its headers', hang],
    ['in its body', hangInBody],
  ])('a server that hangs %s is left when the time is over', async (_, reply) => {
    const { server, model } = await desk(reply);
    const failure = await failureOf(model({ timeoutMs: 100 }).complete(REQUEST));
    expect(failure.message).toContain('did not answer in time');
    expect(server.asked).toHaveLength(1);
  });
});

describe('a server that takes less', () => {
  it.each([
    [refuse(400, { param: 'response_format', message: 'Invalid parameter' })],
    [refuse(400, { message: 'This response_format type is unavailable now' })],
    [refuse(422, { message: "response_format.type: 'json_schema' is unavailable" })],
    [json(400, { object: 'error', message: 'guided decoding is off', code: 400 })],
  ])('is asked in JSON mode from then on: %#', async (refusal) => {
    const { server, model } = await desk((response, asked) =>
      (asked.body.response_format.type === 'json_schema' ? refusal : label('BILLING'))(response, asked),
    );
    const one = model();
    for (let n = 0; n < 3; n += 1) expect(await one.complete(REQUEST)).toMatchObject({ kind: 'answer' });
    expect(server.asked.map(({ body }) => body.response_format.type)).toEqual([
      'json_schema',
      'json_object',
      'json_object',
      'json_object',
    ]);
    const system = server.asked[1]?.body.messages[0]?.content ?? '';
    expect(system).toContain(JSON.stringify(REQUEST.schema.definition));
    expect(server.asked[1]?.body.messages[1]).toEqual({ role: 'user', content: TEXT });
  });

  it('loses one part after the other, and each only once', async () => {
    const picky: Reply = (response, asked) => {
      const { body } = asked;
      const refused = ['logprobs', 'temperature', 'max_tokens'].find((name) => name in body);
      (refused === undefined ? label('BILLING') : refuse(400, { param: refused }))(response, asked);
    };
    const { server, model } = await desk(picky);
    const one = model({ logprobs: true });
    for (let n = 0; n < 2; n += 1) await one.complete(REQUEST);
    expect(server.asked).toHaveLength(5);
    expect(server.asked.at(-1)?.body).toMatchObject({
      max_completion_tokens: 256,
      response_format: { type: 'json_schema' },
    });
  });

  it('that refuses everything is a failure, and the next call asks for everything again', async () => {
    const { server, model } = await desk(refuse(400, { param: 'response_format' }));
    const one = model();
    await failureOf(one.complete(REQUEST));
    await failureOf(one.complete(REQUEST));
    expect(server.asked.map(({ body }) => body.response_format.type)).toEqual([
      'json_schema',
      'json_object',
      'json_schema',
      'json_object',
    ]);
  });
});

describe('options', () => {
  it('may be a client of the host, whose retries are off and which stays its own', async () => {
    const { server } = await desk(refuse(500, {}));
    const client = new OpenAI({ apiKey: KEY, baseURL: server.baseURL, maxRetries: 5, logLevel: 'off' });
    await failureOf(openaiModel({ client }).complete(REQUEST));
    expect(server.asked).toHaveLength(1);
    expect(client.maxRetries).toBe(5);
  });

  it('may leave the key out where the server is another one', async () => {
    const { server } = await desk(label('BILLING'));
    await openaiModel({ baseURL: server.baseURL }).complete(REQUEST);
    expect(server.asked[0]?.authorization).toBe('Bearer none');
  });

  it('are not shown by the model, however it is printed', () => {
    const model = openaiModel({ apiKey: KEY, price: { input: 0.15, cachedInput: 0.075, output: 0.6 } });
    expect(inspect(model, { depth: 20, showHidden: true })).not.toContain('secret');
    expect(JSON.parse(JSON.stringify(model))).toEqual({
      name: 'gpt-4o-mini',
      price: { input: 0.15, cachedInput: 0.075, output: 0.6 },
    });
  });

  it.each<[Partial<OpenAIModelOptions>, string]>([
    [{}, 'apiKey'],
    [{ apiKey: '' }, 'apiKey'],
    [{ apiKey: `${KEY}\n` }, 'apiKey'],
    [{ apiKey: KEY, baseURL: KEY }, 'baseURL'],
    [{ apiKey: KEY, baseURL: `https://anna:${KEY}@example.org` }, 'baseURL'],
    [{ apiKey: KEY, timeoutMs: 5 }, 'timeoutMs'],
    [{ apiKey: KEY, model: '' }, 'model'],
    [{ apiKey: KEY, client: new OpenAI({ apiKey: KEY }) }, 'client'],
    [{ client: {} as OpenAI }, 'client'],
  ])('that make no sense are refused by name, without their value: %#', (options, path) => {
    let error: unknown;
    try {
      openaiModel(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'invalid_options', path });
    expect(inspect(error, { showHidden: true })).not.toContain('secret');
  });
});
