import { type BotApiFault, botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { telegramTransport } from '@firstline/adapter-telegram';
import { describe, expect, it } from 'vitest';
import { bench } from './support/bench';
import { context, outbound } from './support/outbound';
import { closedPort } from './support/closed-port';

// Rows of the delivery fault matrix; the README prints it.

describe('row 30: the chat is closed to the bot', () => {
  it.each<[string, BotApiFault]>([
    ['blocked', faults.blocked()],
    ['user_deactivated', faults.deactivated()],
    ['kicked', faults.kicked('group')],
    ['kicked', faults.kicked('supergroup')],
    ['kicked', faults.kicked('channel')],
    ['not_a_member', faults.notAMember()],
    ['chat_deleted', faults.groupDeleted()],
    ['never_started', faults.neverStarted()],
    ['forbidden', { kind: 'refuses', status: 403, description: 'Forbidden: something new' }],
  ])('%s', async (code, fault) => {
    const { bot, transport } = await bench();
    const address = { chatId: bot.user().id };
    bot.fail('sendMessage', fault);
    const outcome = await transport.send(outbound({ address }), context());
    expect(outcome).toMatchObject({ class: 'off', code, status: 403 });
    expect(outcome).not.toHaveProperty('scope');
    expect(bot.callsOf('sendMessage')).toHaveLength(1);
  });

  it('by what the client really did', async () => {
    const { bot, transport } = await bench();
    const anna = bot.user();
    anna.blocks();
    const delivery = outbound({ address: { chatId: anna.id } });
    expect(await transport.send(delivery, context())).toMatchObject({ class: 'off', code: 'blocked' });
    anna.unblocks();
    expect(await transport.send(delivery, context(2))).toMatchObject({ class: 'ok', reference: '1' });
  });
});

describe('row 31: too many requests', () => {
  it('cools the whole bot for as long as it is asked to', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', faults.tooManyRequests(17));
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toEqual({
      class: 'cool',
      code: 'http_429',
      status: 429,
      retryAfterMs: 17_000,
      scope: 'transport',
    });
    expect(bot.callsOf('sendMessage')).toHaveLength(1);
  });

  it('also where it is a proxy that says so', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', faults.page(429));
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toEqual({ class: 'cool', code: 'http_429', status: 429, scope: 'transport' });
  });
});

describe('row 32: no such chat, or no right to write in it', () => {
  it.each<[string, BotApiFault]>([
    ['chat_not_found', faults.chatNotFound()],
    ['chat_not_found', { kind: 'refuses', status: 400, description: 'Bad Request: private chat not found' }],
    ['chat_not_found', { kind: 'refuses', status: 400, description: 'Bad Request: PEER_ID_INVALID' }],
    ['write_forbidden', faults.writeForbidden()],
    ['write_forbidden', faults.noRights()],
    ['topic_closed', faults.topicNotFound()],
    ['topic_closed', { kind: 'refuses', status: 400, description: 'Bad Request: TOPIC_CLOSED' }],
  ])('%s', async (code, fault) => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', fault);
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toMatchObject({ class: 'off', code, status: 400 });
  });

  it('a chat that the bot has never seen', async () => {
    const { transport } = await bench();
    const outcome = await transport.send(outbound({ address: { chatId: 404 } }), context());
    expect(outcome).toMatchObject({ class: 'off', code: 'chat_not_found', detail: 'chat not found' });
  });
});

it('row 33: the group has become a supergroup, whose address comes back', async () => {
  const { bot, transport } = await bench();
  const group = bot.group(-4242);
  bot.group(-1_009_876_543_210);
  group.migratesTo(-1_009_876_543_210);
  const outcome = await transport.send(outbound({ address: { chatId: -4242 } }), context());
  expect(outcome).toMatchObject({ class: 'retry', code: 'migrated', movedTo: { chatId: -1_009_876_543_210 } });
  const movedTo = outcome.movedTo ?? {};
  expect(transport.checkAddress(movedTo)).toEqual(movedTo);
  expect(await transport.send(outbound({ address: movedTo }), context(2))).toMatchObject({ class: 'ok' });
  expect(bot.sent.map(({ chatId }) => chatId)).toEqual([-1_009_876_543_210]);
});

describe('row 34: refused formatting', () => {
  it('is sent once more as plain text, and told', async () => {
    const { bot, transport, ingress, start } = await bench({ formatting: 'marks', mode: 'send-only' });
    await start();
    bot.fail('sendMessage', faults.cantParseEntities());
    const delivery = outbound({ address: { chatId: bot.user().id }, text: 'This is **important**.' });
    expect(await transport.send(delivery, context())).toMatchObject({ class: 'ok', code: 'sent_plain' });
    expect(bot.callsOf('sendMessage').map(({ parameters }) => parameters)).toEqual([
      expect.objectContaining({
        text: 'This is important.',
        entities: [{ type: 'bold', offset: 8, length: 9 }],
      }),
      { chat_id: 1_001, text: 'This is important.' },
    ]);
    expect(ingress.alerts).toEqual([{ kind: 'misconfigured', code: 'formatting_refused' }]);
  });

  it('is given up after the second refusal', async () => {
    const { bot, transport } = await bench({ formatting: 'marks' });
    bot.fail('sendMessage', faults.cantParseEntities(), 2);
    const delivery = outbound({ address: { chatId: bot.user().id }, text: 'This is **important**.' });
    const outcome = await transport.send(delivery, context());
    // Telegram's words quote the text, and are not passed on.
    expect(outcome).toEqual({ class: 'park', code: 'http_400', status: 400 });
    expect(bot.callsOf('sendMessage')).toHaveLength(2);
  });

  it('cannot happen to a text without formatting, whatever it looks like', async () => {
    const { bot, transport } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id } });
    expect(await transport.send(delivery, context())).toMatchObject({ class: 'ok' });
    const [call] = bot.callsOf('sendMessage');
    expect(call?.parameters).toEqual({ chat_id: 1_001, text: delivery.message.text });
  });
});

describe('row 35: longer than Telegram takes', () => {
  it('is cut before it is sent', async () => {
    const { bot, transport, clock } = await bench();
    const text = `${'a'.repeat(4_000)}\n\n${'b'.repeat(4_000)}`;
    const sending = transport.send(outbound({ address: { chatId: bot.user().id }, text }), context());
    await clock.pass(1_000);
    expect(await sending).toMatchObject({ class: 'ok', reference: '2' });
    expect(bot.sent.map((message) => message.text)).toEqual(['a'.repeat(4_000), 'b'.repeat(4_000)]);
  });

  it('is dead where ten messages do not hold it', async () => {
    const { bot, transport } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id }, text: 'word '.repeat(10_000) });
    expect(await transport.send(delivery, context())).toEqual({ class: 'park', code: 'too_long' });
    expect(bot.calls).toEqual([]);
  });

  it.each([faults.textTooLong(), { kind: 'page', status: 413, carriedOut: false } as const])(
    'is dead where Telegram says so all the same: %j',
    async (fault) => {
      const { bot, transport } = await bench();
      bot.fail('sendMessage', fault);
      const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
      expect(outcome).toMatchObject({ class: 'park', code: 'too_long' });
    },
  );
});

describe('row 36: the token is refused', () => {
  it.each([faults.unauthorized(), faults.notFound()])('%j', async (fault) => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', fault);
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toMatchObject({ class: 'config', code: 'token_refused', scope: 'transport' });
  });

  it('by a server that does not know it', async () => {
    const { transport } = await bench({ token: '999:not-the-one' });
    const outcome = await transport.send(outbound({ address: { chatId: 1 } }), context());
    expect(outcome).toMatchObject({ class: 'config', code: 'token_refused', status: 401, scope: 'transport' });
  });

  it('what a proxy refuses says nothing of the chat either', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', faults.page(403, false));
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toEqual({ class: 'config', code: 'http_403', status: 403, scope: 'transport' });
  });

  it('nor does a redirect, which is not followed', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', faults.page(307, false));
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toEqual({ class: 'config', code: 'redirect', status: 307, scope: 'transport' });
  });
});

describe('row 38: nobody knows whether it arrived', () => {
  it.each<[string, BotApiFault]>([
    ['connection_reset', faults.resets()],
    ['connection_reset', faults.resets(false)],
    ['http_502', faults.page(502)],
    ['http_504', faults.page(504)],
    ['http_500', faults.page(500)],
    ['bad_response', faults.breaksOff()],
    ['bad_response', faults.page(200)],
    ['http_502', { kind: 'refuses', status: 502, description: 'Bad Gateway' }],
  ])('%s: %j', async (code, fault) => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', fault);
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toMatchObject({ class: 'unknown', code });
    // Repeating is for the outbox to decide.
    expect(bot.callsOf('sendMessage')).toHaveLength(1);
  });

  it('no answer within the time limit', async () => {
    const { bot, transport, clock } = await bench();
    bot.fail('sendMessage', faults.hangs());
    const sending = transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    await bot.until(({ sent }) => sent.length === 1);
    await clock.pass(transport.timeoutMs);
    expect(await sending).toEqual({ class: 'unknown', code: 'timeout' });
  });

  it('the engine does not wait any longer', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', faults.hangs());
    const stop = new AbortController();
    const sending = transport.send(outbound({ address: { chatId: bot.user().id } }), context(1, stop.signal));
    await bot.until(({ sent }) => sent.length === 1);
    stop.abort();
    expect(await sending).toEqual({ class: 'unknown', code: 'aborted' });
  });
});

describe('row 38: it certainly did not arrive', () => {
  it('nobody listens', async () => {
    const { transport } = await bench({ apiRoot: `http://127.0.0.1:${await closedPort()}` });
    const outcome = await transport.send(outbound({ address: { chatId: 1 } }), context());
    expect(outcome).toEqual({ class: 'retry', code: 'connection_refused' });
  });

  it('there is no TLS where TLS should be', async () => {
    const { server } = await bench();
    const { transport } = await bench({ apiRoot: server.apiRoot.replace('http:', 'https:') });
    const outcome = await transport.send(outbound({ address: { chatId: 1 } }), context());
    expect(outcome).toEqual({ class: 'retry', code: 'tls_error' });
  });

  it.each([
    ['ENOTFOUND', 'dns_error'],
    ['EAI_AGAIN', 'dns_error'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect_timeout'],
    ['ENETUNREACH', 'network_unreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_error'],
    ['CERT_HAS_EXPIRED', 'tls_error'],
  ])('%s', async (cause, code) => {
    const fetch = async (): Promise<Response> => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('t0ken'), { code: cause }) });
    };
    const transport = telegramTransport({ token: '7:abc', fetch });
    const outcome = await transport.send(outbound({ address: { chatId: 1 } }), context());
    expect(outcome).toEqual({ class: 'retry', code });
  });

  it.each([faults.internalError(), faults.restarting(), { ...faults.internalError(), status: 503 }])(
    'Telegram says that it failed: %j',
    async (fault) => {
      const { bot, transport } = await bench();
      bot.fail('sendMessage', fault);
      const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
      expect(outcome).toMatchObject({ class: 'retry', code: `http_${fault.status}` });
    },
  );
});

describe('anything else', () => {
  it('a message that Telegram reads and refuses is dead', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', { kind: 'refuses', status: 400, description: 'Bad Request: something new' });
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toEqual({ class: 'park', code: 'http_400', status: 400, detail: 'something new' });
  });

  it('is tried again', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendMessage', { kind: 'refuses', status: 418, description: 'Teapot' });
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toMatchObject({ class: 'retry', code: 'http_418' });
  });

  it('a message of nothing is dead', async () => {
    const { bot, transport } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id }, text: ' \n ' });
    expect(await transport.send(delivery, context())).toEqual({ class: 'park', code: 'empty' });
  });

  it('after stop nothing is sent', async () => {
    const { bot, transport } = await bench();
    await transport.stop?.();
    const outcome = await transport.send(outbound({ address: { chatId: bot.user().id } }), context());
    expect(outcome).toEqual({ class: 'retry', code: 'stopped' });
  });
});
