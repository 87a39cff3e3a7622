import { describe, expect, it } from 'vitest';
import { isFirstlineError } from '../src/index';
import { CHANNEL, desk } from './support/fixture';

/** Without the rate limit, and without taking fifty equal questions for impatience. */
const UNCOUNTED = { receiving: { clientRateLimit: false }, escalation: { repeats: false, loopGuard: false } } as const;

describe('receive', () => {
  it('greets a new client and answers with the scenario reply', async () => {
    const { engine, clock } = desk();
    const outcome = await engine.receive({ clientId: 'c', text: 'How does the referral program work?' });
    expect(outcome).toMatchObject({
      status: 'answered',
      decision: 'answered',
      isFirstMessage: true,
      priority: 'low',
      ticket: null,
      classification: { scenario: 'REFERRAL', confidence: 0.95 },
    });
    expect(outcome.replies.map(({ type, text }) => [type, text])).toEqual([
      ['greeting', 'Hello! This is customer support.'],
      ['bot_auto', 'Bring a friend and get a bonus.'],
    ]);
    expect(outcome.replies.every((reply) => reply.sendAt === clock.now())).toBe(true);
  });

  it('takes null for what is not told of the client, and forgets nothing for it', async () => {
    const { engine } = desk();
    const text = 'Что за реферальная программа?';
    await engine.receive({ clientId: 'c', text: 'привет', client: { name: 'Анна', region: 'Казань' } });
    const outcome = await engine.receive({ clientId: 'c', text, client: { name: null, region: null } });
    expect(outcome.replies.map((reply) => reply.text).join()).toContain('Анна');
    const other = await engine.receive({ clientId: 'd', text, client: { name: null } });
    expect(other.status).toBe('answered');
  });

  it('answers in the language of the message, and by the client name where there is one', async () => {
    const { engine } = desk();
    const outcome = await engine.receive({
      clientId: 'c',
      text: 'Что за реферальная программа?',
      client: { name: 'Анна' },
    });
    expect(outcome.replies.map((reply) => reply.text)).toEqual([
      'Здравствуйте! Это служба поддержки.',
      'Приведите друга, Анна получите бонус.',
    ]);
  });

  it('prefers the locale it was told to the script of the text, and remembers it', async () => {
    const { engine } = desk();
    const first = await engine.receive({ clientId: 'c', text: 'referral', locale: 'ru-RU' });
    const second = await engine.receive({ clientId: 'c', text: 'thanks' });
    expect(first.replies.at(-1)?.text).toContain('Приведите');
    expect(second.replies.at(-1)?.text).toBe('Пожалуйста!');
  });

  it('greets once, whatever the channel, and marks only the first message of a conversation as first', async () => {
    const { engine } = desk();
    const first = await engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    const other = { transport: 'fake', address: { to: 'elsewhere' } };
    const second = await engine.receive({ clientId: 'c', text: 'referral', channel: other });
    const third = await engine.receive({ clientId: 'c', text: 'thanks', channel: other });
    expect(first.conversationId).not.toBe(second.conversationId);
    expect(second.conversationId).toBe(third.conversationId);
    expect([first, second, third].map((outcome) => outcome.isFirstMessage)).toEqual([true, true, false]);
    expect([first, second, third].map((outcome) => outcome.replies.map((reply) => reply.type))).toEqual([
      ['greeting', 'bot_auto'],
      ['bot_auto'],
      ['bot_auto'],
    ]);
  });

  it('greets again only after the configured gap', async () => {
    const { engine, clock } = desk({ policy: { greeting: { again: '30d' }, reminders: [] } });
    const types = async (): Promise<string[]> =>
      (await engine.receive({ clientId: 'c', text: 'referral' })).replies.map((reply) => reply.type);
    expect(await types()).toContain('greeting');
    await clock.advance('29d');
    expect(await types()).not.toContain('greeting');
    await clock.advance('1d');
    expect(await types()).toContain('greeting');
  });

  it('answers fifty concurrent first messages of one client in order, with one greeting', async () => {
    const { engine, storage } = desk({ policy: UNCOUNTED });
    const texts = Array.from({ length: 50 }, (_, index) => `referral ${index}`);
    const outcomes = await Promise.all(texts.map((text) => engine.receive({ clientId: 'c', text, channel: CHANNEL })));
    expect(new Set(outcomes.map((outcome) => outcome.conversationId)).size).toBe(1);
    expect(outcomes.flatMap((outcome) => outcome.replies).filter((reply) => reply.type === 'greeting')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.isFirstMessage)).toHaveLength(1);
    expect(outcomes.every((outcome) => outcome.status === 'answered')).toBe(true);
    const [first] = outcomes;
    const { items } = await engine.conversations.messages(first?.conversationId ?? '', { limit: 500 });
    expect(items.map((message) => message.seq)).toEqual(items.map((_, index) => index + 1));
    const records = await Promise.all(outcomes.map((outcome) => engine.explain(outcome.messageId)));
    const inbound = items.filter((message) => message.direction === 'inbound').map((message) => message.id);
    const events = await storage.events({ tenant: 'default', after: 0, limit: 500 });
    const decidedInOrder = events.filter((event) => event.type === 'message.decided');
    expect(decidedInOrder.map((event) => event.data['messageId'])).toEqual(inbound);
    expect(records.every((record) => record?.outcome === 'answered')).toBe(true);
    expect((await engine.conversations.get(first?.conversationId ?? ''))?.version).toBe(51);
  });

  it('stores one message for one key, however often and however concurrently it comes', async () => {
    const { engine } = desk();
    const input = { clientId: 'c', text: 'referral', id: 'native-1' };
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => engine.receive(input)));
    expect(new Set(outcomes.map((outcome) => outcome.messageId)).size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.status === 'answered')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'duplicate')).toHaveLength(49);
    const again = await engine.receive(input);
    const first = outcomes.find((outcome) => outcome.status === 'answered');
    expect(again).toEqual({ ...first, status: 'duplicate' });
    expect((await engine.stats()).messages).toEqual({ inbound: 1, outbound: 2 });
  });

  it('refuses a key that comes back with another content', async () => {
    const { engine } = desk();
    await engine.receive({ clientId: 'c', text: 'referral', id: 'native-1' });
    const error = await engine
      .receive({ clientId: 'c', text: 'cancel', id: 'native-1' })
      .catch((thrown: unknown) => thrown);
    expect(isFirstlineError(error) && error.code).toBe('idempotency_key_reused');
    expect((await engine.stats()).messages.inbound).toBe(1);
  });

  it('without a key, takes the same content within the window for the same message, and after it for another', async () => {
    const { engine, clock } = desk({ policy: {} });
    const first = await engine.receive({ clientId: 'c', text: 'referral' });
    const double = await engine.receive({ clientId: 'c', text: 'referral ' });
    const other = await engine.receive({ clientId: 'd', text: 'referral' });
    await clock.advance('3s');
    const later = await engine.receive({ clientId: 'c', text: 'referral' });
    expect(double).toMatchObject({ status: 'duplicate', messageId: first.messageId });
    expect(other.status).toBe('answered');
    expect(later).toMatchObject({ status: 'answered', conversationId: first.conversationId });
    expect(later.messageId).not.toBe(first.messageId);
  });

  it('with wait: false acknowledges at once, and ends in the same answer', async () => {
    const { engine, transport } = desk();
    const accepted = await engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL }, { wait: false });
    expect(accepted).toMatchObject({ status: 'accepted', decision: null, replies: [], isFirstMessage: true });
    expect(await engine.explain(accepted.messageId)).toBeNull();
    expect(await engine.tick()).toEqual({
      processed: 1,
      reminded: 0,
      watched: 0,
      announced: 0,
      detected: 0,
      delivered: 2,
    });
    expect(transport.sent.map((sent) => sent.message.type)).toEqual(['greeting', 'bot_auto']);
    expect((await engine.explain(accepted.messageId))?.outcome).toBe('answered');
  });

  it('cleans the text, keeps the original, and stores the attachments', async () => {
    const { engine } = desk();
    const text = '  referral\u0000  program\r\n\r\n\r\n\r\nnow  ';
    const attachments = [{ kind: 'image', url: 'https://files.example/1.png', size: 10 }] as const;
    const outcome = await engine.receive({ clientId: 'c', text, attachments });
    const { items } = await engine.conversations.messages(outcome.conversationId);
    expect(items[0]).toMatchObject({ text: 'referral program\n\nnow', originalText: text, attachments, seq: 1 });
  });

  it.each([
    ['clientId', { clientId: '', text: 'hi' }],
    ['clientId', { text: 'hi' }],
    ['text', { clientId: 'c' }],
    ['text', { clientId: 'c', text: 5 }],
    ['text', { clientId: 'c', text: ' \u0000\n ' }],
    ['text', { clientId: 'c', text: 'x'.repeat(4_001) }],
    ['id', { clientId: 'c', text: 'hi', id: '' }],
    ['locale', { clientId: 'c', text: 'hi', locale: 'not a locale' }],
    ['attachments[0].url', { clientId: 'c', text: 'hi', attachments: [{ kind: 'image' }] }],
    ['attachments[0].kind', { clientId: 'c', text: 'hi', attachments: [{ kind: 'virus', url: 'u' }] }],
    ['client.name', { clientId: 'c', text: 'hi', client: { name: 1 } }],
  ])('refuses a bad %s and stores nothing', async (path, input) => {
    const { engine } = desk();
    const error = await engine.receive(input as never).catch((thrown: unknown) => thrown);
    expect(isFirstlineError(error) && [error.code, error.path]).toEqual(['invalid_input', path]);
    expect((await engine.stats()).messages.inbound).toBe(0);
  });

  it('answers a message without a channel where the client writes already, else on the default channel', async () => {
    const { engine } = desk({ defaultChannel: { transport: 'fake', address: { to: 'default' } } });
    const first = await engine.receive({ clientId: 'c', text: 'referral', channel: CHANNEL });
    const second = await engine.receive({ clientId: 'c', text: 'thanks' });
    expect(second.conversationId).toBe(first.conversationId);
    const other = await engine.receive({ clientId: 'd', text: 'thanks' });
    expect((await engine.conversations.get(other.conversationId))?.channel?.address).toEqual({ to: 'default' });
  });

  it.each([
    ['nested too deep', { a: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as never }],
    ['too long', { a: 'x'.repeat(5_000) }],
    ['not JSON', { a: () => undefined }],
    ['a list', []],
  ])('refuses an address that is %s', async (_, address) => {
    const { engine } = desk();
    const channel = { transport: 'fake', address } as never;
    const error = await engine.receive({ clientId: 'c', text: 'hi', channel }).catch((thrown: unknown) => thrown);
    expect(isFirstlineError(error) && [error.code, error.path]).toEqual(['invalid_input', 'channel.address']);
  });

  it('refuses ids that no database would give back unchanged', async () => {
    const { engine } = desk();
    await expect(engine.receive({ clientId: '\ud800', text: 'hi' })).rejects.toMatchObject({ path: 'clientId' });
  });

  it('refuses an unknown transport and an address its transport refuses', async () => {
    const { engine } = desk();
    const unknown = { clientId: 'c', text: 'hi', channel: { transport: 'pigeon', address: {} } };
    const error = await engine.receive(unknown).catch((thrown: unknown) => thrown);
    expect(isFirstlineError(error) && [error.code, error.path]).toEqual(['invalid_channel', 'channel.transport']);
  });

  it('lets fifty messages of one client through at once, with nothing configured', async () => {
    const { engine } = desk({ policy: {} });
    const texts = Array.from({ length: 50 }, (_, index) => `question ${index}`);
    const outcomes = await Promise.all(texts.map((text) => engine.receive({ clientId: 'c', text, source: 'host' })));
    expect(outcomes.every(({ decision }) => decision !== null)).toBe(true);
    expect(outcomes.flatMap(({ replies }) => replies).filter(({ type }) => type === 'greeting')).toHaveLength(1);
    expect((await engine.stats()).tickets.open).toBe(1);
  });

  it('limits the rate of a client and of a source, counting a refused message against neither', async () => {
    const limits = {
      clientRateLimit: { limit: 2, window: '1m' },
      sourceRateLimit: { limit: 3, window: '1m' },
    } as const;
    const { engine, clock } = desk({ policy: { receiving: { ...limits, duplicateWindow: 0 } } });
    const send = (clientId: string): Promise<string> =>
      engine.receive({ clientId, text: 'good morning', source: '127.0.0.1' }).then(
        (outcome) => outcome.status,
        (error: unknown) =>
          isFirstlineError(error) ? `${error.code}:${String((error.retryAfterMs ?? 0) > 0)}` : 'other',
      );
    expect(await send('a')).toBe('answered');
    expect(await send('a')).toBe('answered');
    expect(await send('a')).toBe('rate_limited:true');
    expect(await send('b')).toBe('answered');
    expect(await send('b')).toBe('rate_limited:true');
    await clock.advance('1m');
    expect(await send('a')).toBe('answered');
  });
});
