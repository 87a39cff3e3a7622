import { telegramTransport } from '@firstline/adapter-telegram';
import { type BotApiFault, botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { FirstlineError } from '@firstline/core';
import { describe, expect, it } from 'vitest';
import { bench, closeLater } from './support/bench';
import { RecordingIngress } from './support/recording-ingress';

const storageDown = () => new FirstlineError('storage_unavailable', 'the storage is away');

describe('polling', () => {
  it('asks as it was told to, and confirms only what is stored', async () => {
    const { bot, ingress, start } = await bench({ pollTimeout: '20s', allowedUpdates: ['message', 'my_chat_member'] });
    const anna = bot.user();
    anna.writes('one');
    await start();
    await bot.until((now) => now.callsOf('getUpdates').length === 2);
    anna.writes('two');
    await bot.until((now) => now.callsOf('getUpdates').length === 3);
    const asked = { limit: 100, timeout: 20, allowed_updates: ['message', 'my_chat_member'] };
    expect(bot.callsOf('getUpdates').map(({ parameters }) => parameters)).toEqual([
      asked,
      { ...asked, offset: 100_000_002 },
      { ...asked, offset: 100_000_003 },
    ]);
    expect(ingress.stored.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('takes a webhook of an earlier configuration out of the way first', async () => {
    const { bot, ingress, start } = await bench();
    await bot.perform('setWebhook', { url: 'http://127.0.0.1:9/' }, new AbortController().signal);
    await start();
    bot.user().writes('hi');
    await ingress.until(({ stored }) => stored.length === 1);
    expect(bot.webhook).toBeNull();
    expect(bot.calls.map(({ method }) => method).slice(0, 2)).toEqual(['deleteWebhook', 'getUpdates']);
  });

  it('begins although Telegram is away, and goes on when it is back', async () => {
    const { bot, ingress, clock, start, transport } = await bench();
    bot.fail('deleteWebhook', faults.resets(false), 6);
    await start();
    for (const pause of [1_000, 2_000, 4_000, 8_000]) await clock.pass(pause);
    expect(ingress.alerts).toEqual([]);
    await clock.pass(16_000);
    expect(ingress.alerts).toEqual([{ kind: 'ingress_failing', code: 'connection_reset' }]);
    expect(transport.status().problem).toBe('connection_reset');
    bot.user().writes('hi');
    await clock.pass(30_000);
    await ingress.until(({ stored, alerts }) => stored.length === 1 && alerts.length === 3);
    expect(ingress.alerts.at(-1)).toEqual({ kind: 'recovered', code: 'connection_reset' });
    expect(transport.status()).toEqual({ mode: 'polling', running: true, problem: null, port: null });
  });

  it.each<[string, BotApiFault]>([
    ['a proxy answers', faults.page(502)],
    ['the answer breaks off', faults.breaksOff()],
    ['Telegram restarts', faults.restarting()],
  ])('goes on after a pause where %s', async (_what, fault) => {
    const { bot, ingress, clock, start } = await bench();
    bot.fail('getUpdates', fault);
    bot.user().writes('hi');
    await start();
    await clock.pass(1_000);
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.alerts).toEqual([]);
  });

  it('gives an answer that never comes up', async () => {
    const { bot, ingress, clock, start } = await bench({ pollTimeout: '20s' });
    bot.fail('getUpdates', faults.hangs(false));
    await start();
    await bot.until((now) => now.callsOf('getUpdates').length === 1);
    await clock.pass(30_000);
    await clock.pass(1_000);
    bot.user().writes('hi');
    await ingress.until(({ stored }) => stored.length === 1);
  });

  it('waits as long as it is asked to', async () => {
    const { bot, ingress, clock, start } = await bench();
    bot.fail('getUpdates', faults.tooManyRequests(9));
    bot.user().writes('hi');
    await start();
    await clock.pass(9_000);
    await ingress.until(({ stored }) => stored.length === 1);
  });

  it('pauses between polls where it is told to', async () => {
    const { bot, clock, start } = await bench({ pollTimeout: 0, pollInterval: '2s' });
    await start();
    await clock.pass(2_000);
    await bot.until((now) => now.callsOf('getUpdates').length === 2);
    await clock.pass(2_000);
    await bot.until((now) => now.callsOf('getUpdates').length === 3);
  });

  it('ends at once, from within a poll and from within a pause, and may begin again', async () => {
    const { bot, transport, ingress, clock, start } = await bench();
    await start();
    await bot.until((now) => now.callsOf('getUpdates').length === 1);
    await transport.stop?.();
    await transport.stop?.();
    expect(transport.status()).toMatchObject({ running: false });

    bot.fail('getUpdates', faults.internalError());
    await start();
    await bot.until((now) => now.callsOf('getUpdates').length === 2);
    await transport.stop?.();

    bot.user().writes('hi');
    await start();
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(clock.now()).toBe(Date.UTC(2026, 1, 3, 4, 5, 6));
  });
});

describe('row 36: the token is refused', () => {
  it.each([faults.unauthorized(), faults.notFound()])('is told at once and tried again slowly: %j', async (fault) => {
    const { bot, ingress, clock, start } = await bench();
    bot.fail('getUpdates', fault, 2);
    bot.user().writes('hi');
    await start();
    await ingress.until(({ alerts }) => alerts.length === 1);
    expect(ingress.alerts).toMatchObject([{ kind: 'ingress_failing', code: 'token_refused' }]);
    await clock.pass(60_000);
    await clock.pass(60_000);
    await ingress.until(({ stored, alerts }) => stored.length === 1 && alerts.at(-1)?.kind === 'recovered');
  });
});

describe('row 37: somebody else polls with this token', () => {
  it('backs off for longer than a poll, goes on, and tells after three times', async () => {
    const { bot, ingress, clock, start } = await bench({ pollTimeout: '20s' });
    bot.fail('getUpdates', faults.conflict(), 3);
    bot.user().writes('hi');
    await start();
    await clock.pass(25_000);
    await clock.pass(25_000);
    expect(ingress.alerts).toEqual([]);
    await clock.pass(25_000);
    await ingress.until(({ stored, alerts }) => stored.length === 1 && alerts.length === 2);
    expect(ingress.alerts).toMatchObject([
      { kind: 'ingress_failing', code: 'conflict' },
      { kind: 'recovered', code: 'conflict' },
    ]);
  });

  it('two of us end each other, and one of them goes on', async () => {
    const { bot, server, clock, start, ingress } = await bench();
    await start();
    await bot.until((now) => now.callsOf('getUpdates').length === 1);
    const other = telegramTransport({ token: bot.token, apiRoot: server.apiRoot, clock });
    closeLater(async () => other.stop?.());
    const otherIngress = new RecordingIngress();
    await other.start?.(otherIngress, 'telegram');
    // The first one has lost its poll, and holds back.
    await bot.until((now) => now.callsOf('getUpdates').length === 2);
    bot.user().writes('hi');
    await otherIngress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored).toEqual([]);
    await other.stop?.();
    await clock.pass(35_000);
    bot.user().writes('again');
    await ingress.until(({ stored }) => stored.length > 0);
  });
});

describe('row 39: an update comes again', () => {
  it('after a stop before it was confirmed, without a second effect', async () => {
    const { bot, transport, ingress, start } = await bench();
    bot.user().writes('hi');
    ingress.check = () => void transport.stop?.();
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    await transport.stop?.();
    expect(bot.pending).toHaveLength(1);

    ingress.check = () => undefined;
    await start();
    await bot.until(({ pending }) => pending.length === 0);
    expect(ingress.received).toHaveLength(2);
    expect(ingress.stored).toHaveLength(1);
  });
});

describe('what cannot be stored', () => {
  it('is asked for again while the storage is away, and nothing behind it is confirmed', async () => {
    const { bot, ingress, clock, start } = await bench();
    const anna = bot.user();
    anna.writes('one');
    anna.writes('two');
    ingress.failNext(storageDown(), 4);
    await start();
    for (const pause of [1_000, 2_000, 4_000]) await clock.pass(pause);
    expect(bot.pending).toHaveLength(2);
    expect(ingress.alerts).toMatchObject([{ kind: 'ingress_failing', code: 'storage_unavailable' }]);
    await clock.pass(8_000);
    await ingress.until(({ stored }) => stored.length === 2);
    expect(ingress.stored.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('is kept without an alert while the engine ends', async () => {
    const { bot, ingress, clock, start } = await bench();
    ingress.failNext(new FirstlineError('stopped', 'the engine has been stopped'), 4);
    bot.user().writes('hi');
    await start();
    for (let pause = 0; pause < 4; pause += 1) await clock.pass(1_000);
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.alerts).toEqual([]);
  });

  it.each([
    ['invalid_input', 'update_refused'],
    ['invalid_channel', 'update_refused'],
    ['idempotency_key_reused', 'update_refused'],
    ['rate_limited', 'update_limited'],
  ] as const)('for good (%s) is passed over, told, and holds up nobody', async (code, alert) => {
    const { bot, ingress, start } = await bench();
    ingress.failNext(new FirstlineError(code, 'no', { path: 'locale' }));
    bot.user().writes('poison');
    bot.user().writes('fine');
    await start();
    await bot.until(({ pending }) => pending.length === 0);
    expect(ingress.stored.map(({ text }) => text)).toEqual(['fine']);
    expect(ingress.alerts).toEqual([
      { kind: 'ingress_failing', code: alert, detail: `an update was passed over: ${code} at locale` },
    ]);
  });

  it('for no known reason is tried five times', async () => {
    const { bot, ingress, clock, start } = await bench();
    ingress.check = ({ text }) => {
      if (text === 'poison') throw new TypeError('a bug');
    };
    bot.user().writes('poison');
    bot.user().writes('fine');
    await start();
    for (const pause of [1_000, 2_000, 4_000, 8_000]) await clock.pass(pause);
    await bot.until(({ pending }) => pending.length === 0);
    expect(ingress.stored.map(({ text }) => text)).toEqual(['fine']);
    expect(ingress.received).toHaveLength(6);
  });

  it('is an update that makes no sense, and one of which nothing is to be told is none', async () => {
    const { bot, ingress, start } = await bench();
    bot.push({ message: { message_id: 1 } });
    bot.push({ message: null });
    bot.push({ callback_query: { id: '1' } });
    bot.user().writes('fine');
    await start();
    await bot.until(({ pending }) => pending.length === 0);
    expect(ingress.stored.map(({ text }) => text)).toEqual(['fine']);
    expect(ingress.alerts).toMatchObject([{ code: 'update_refused', detail: expect.stringContaining('at update') }]);
  });
});

describe('several bots', () => {
  it('live in one process, each with its own token, queue and name', async () => {
    const one = await bench();
    const second = one.server.addBot({ username: 'second_bot' });
    const other = telegramTransport({ token: second.token, apiRoot: one.server.apiRoot, clock: one.clock });
    closeLater(async () => other.stop?.());
    await one.start();
    await other.start?.(one.ingress, 'sales');
    one.bot.user({ id: 42 }).writes('to support');
    second.user({ id: 42 }).writes('to sales');
    await one.ingress.until(({ stored }) => stored.length === 2);
    const found = one.ingress.stored.map(({ id, channel, clientId }) => [channel?.transport, id, clientId]).sort();
    expect(found).toEqual([
      ['sales', `telegram:${second.id}:42:1`, 'telegram:42'],
      ['telegram', `telegram:${one.bot.id}:42:1`, 'telegram:42'],
    ]);
  });
});
