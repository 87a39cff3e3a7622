import { createEngine, isFirstlineError, type ReceiveInput } from '@firstline/core';
import { FakeTransport, ManualClock } from '@firstline/core/testing';
import { type IngressOutcome, webhookIngress } from '@firstline/adapter-webhook';
import { expect, it, onTestFinished } from 'vitest';
import { NOW, request } from './support/inbound';
import { SECRET } from './support/outbound';

type Complete<T> = T extends readonly (infer One)[] ? readonly Complete<One>[] : { [K in keyof T]-?: Complete<T[K]> };
type Whole = Omit<Complete<ReceiveInput>, 'clientId' | 'text' | 'id' | 'channel'> &
  Required<Pick<ReceiveInput, 'clientId' | 'text' | 'id' | 'channel'>>;

/** Everything that `receive` takes: a member that is added to `ReceiveInput` does not compile until it is here. */
const INPUT: Whole = {
  clientId: 'c-42',
  text: 'nothing works',
  id: 'native-7',
  channel: { transport: 'fake', address: { to: 'Anna', thread: { id: 7 } } },
  locale: 'en',
  attachments: [{ kind: 'image', url: 'https://files.example/1.png', mimeType: 'image/png', size: 12 }],
  automated: false,
  client: { name: 'Anna', region: 'Kyiv' },
  source: 'key-1',
};

/** The same in the words of the payload; the compiler sees to it that none is left out. */
const WORDS: Readonly<Record<keyof ReceiveInput, string | null>> = {
  clientId: 'client_id',
  text: 'content',
  id: 'message_id',
  channel: 'channel',
  locale: 'locale',
  attachments: 'attachments',
  automated: 'automated',
  client: 'client',
  // What the senders' own limit counts by is not for the sender to say.
  source: null,
};

const ATTACHMENTS = [{ kind: 'image', url: 'https://files.example/1.png', mime_type: 'image/png', size: 12 }];

function payload(input: object): object {
  const members = Object.entries(input).flatMap(([name, value]) => {
    const word = WORDS[name as keyof ReceiveInput];
    return word === null ? [] : [[word, name === 'attachments' ? ATTACHMENTS : (value as unknown)]];
  });
  return { type: 'message.received', data: Object.fromEntries(members) as object };
}

it('every word of receive has one in the payload, and arrives', async () => {
  const clock = new ManualClock(NOW);
  const scenarios = [{ id: 'HELP', description: 'Needs help', examples: ['help me'], reply: 'On it.' }];
  const engine = createEngine({ scenarios, clock, transports: { fake: new FakeTransport() } });
  onTestFinished(() => engine.stop());
  // The engine's own schema knows every member of it …
  expect((await engine.receive(INPUT, { wait: false })).status).toBe('accepted');

  // … and the payload's lets none of them fall, whichever comes alone.
  const { source: _limits, ...said } = INPUT;
  const received: ReceiveInput[] = [];
  const receive = (input: ReceiveInput): Promise<IngressOutcome> => {
    received.push(input);
    return Promise.resolve({ status: 'accepted', messageId: 'm-1', conversationId: 'cnv-1' });
  };
  const ingress = webhookIngress({ secret: SECRET, receive, clock });
  expect((await ingress(request(payload(INPUT)))).status).toBe(202);
  expect(received).toEqual([said]);
  for (const [name, value] of Object.entries(said.client)) {
    await ingress(request(payload({ clientId: 'c', text: 'hi', client: { [name]: value } })));
    expect(received.at(-1)?.client).toEqual({ [name]: value });
  }
});

it('what receive refuses is refused under the payload’s word', async () => {
  const clock = new ManualClock(NOW);
  const scenarios = [{ id: 'HELP', description: 'Needs help', examples: ['help me'], reply: 'On it.' }];
  const engine = createEngine({ scenarios, clock });
  onTestFinished(() => engine.stop());
  const client = { region: 'x'.repeat(201) };
  const direct = await engine.receive({ clientId: 'c', text: 'hi', client }).catch((error: unknown) => error);
  expect(isFirstlineError(direct) && [direct.code, direct.path]).toEqual(['invalid_input', 'client.region']);
  const response = await webhookIngress({ secret: SECRET, engine, clock })(
    request(payload({ clientId: 'c', text: 'hi', client })),
  );
  expect([response.status, await response.json()]).toMatchObject([400, { path: 'data.client.region' }]);
});
