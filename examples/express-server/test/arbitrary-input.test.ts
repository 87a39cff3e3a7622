import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestServer, testServer } from './support/test-server';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const anything = fc.jsonValue({ depthSize: 'medium' });
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', ' ', 'Не работает интернет'));
const mostly = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: arbitrary }, { weight: 1, arbitrary: anything });
const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.option(mostly(arbitrary), { freq: 1 });

/** Bodies that come close enough to a message to reach every check. */
const almost = fc.record({
  client_id: mostly(text),
  content: mostly(text),
  message_id: sometimes(text),
  locale: sometimes(fc.constantFrom('ru', 'en-GB', 'x', 'q-q')),
  client: sometimes(fc.record({ name: mostly(text) })),
  attachments: sometimes(
    fc.array(fc.record({ kind: mostly(fc.constant('image')), url: mostly(text), size: mostly(fc.nat()) }), {
      maxLength: 3,
    }),
  ),
  channel: sometimes(
    fc.record({
      transport: mostly(fc.constantFrom('webhook', 'webhook', 'telegram', '__proto__')),
      address: mostly(fc.record({ url: mostly(fc.oneof(fc.webUrl(), text)) })),
    }),
  ),
});
const header = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,40}$/);
const headers = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      'Idempotency-Key': header,
      'X-Webhook-Url': header,
      'X-Platform': header,
      'X-Chat-Id': header,
      'X-Correlation-Id': header,
      'Content-Type': fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain', 'no type'),
    },
    { requiredKeys: [] },
  ),
);

const inbound = async (): Promise<number> => (await server.engine.stats()).messages.inbound;

/** One new message or the first answer again for a success, a problem and nothing stored for a refusal. */
async function holds(body: unknown, extra: Record<string, string> = {}): Promise<number> {
  const before = await inbound();
  const { status, headers: answered, body: answer } = await server.post('/api/messages', body, extra);
  const stored = (await inbound()) - before;
  if (status === 200 || status === 202) {
    expect(answer.status).toBe('success');
    expect(stored).toBe(answer.outcome === 'duplicate' ? 0 : 1);
    return status;
  }
  expect(status).toSatisfy((code: number) => code >= 400 && code < 500);
  expect(answered.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.status).toBe(status);
  expect(stored).toBe(0);
  return status;
}

it('answers any JSON', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (body) => void (await holds(JSON.stringify(body)))),
    { numRuns: 100 },
  );
});

it('answers anything that looks like a message', async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(almost, headers, async (body, extra) => void seen.add(await holds(body, extra))),
    { numRuns: 200 },
  );
  // Otherwise the bodies would come too close to a message, or not close enough.
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 415, 422]));
});

it('answers any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      headers,
      async (bytes, extra) => void (await holds(bytes, extra)),
    ),
    { numRuns: 100 },
  );
});
