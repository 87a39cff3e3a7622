import { type FakeBot, fakeBotApi, botApiFaults as faults, paceViolations } from '@firstline/adapter-telegram/testing';
import { Telegraf, TelegramError } from 'telegraf';
import { describe, expect, it } from 'vitest';
import { closeLater } from './support/bench';

// The fake is driven by another client than the transport's, so that the two cannot agree on a mistake.

async function withTelegraf() {
  const server = await fakeBotApi();
  closeLater(() => server.close());
  const bot = server.addBot();
  const telegraf = new Telegraf(bot.token, { telegram: { apiRoot: server.apiRoot } });
  return { server, bot, telegraf };
}

async function refusalOf(call: Promise<unknown>): Promise<TelegramError> {
  const error = await call.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TelegramError);
  return error as TelegramError;
}

describe('the fake Bot API, seen by Telegraf', () => {
  it('holds a conversation by long polling', async () => {
    const { bot, telegraf } = await withTelegraf();
    telegraf.start((ctx) => ctx.reply('Welcome'));
    telegraf.on('message', (ctx) =>
      ctx.reply(`${ctx.from.first_name}: ${'text' in ctx.message ? ctx.message.text : '?'}`),
    );
    const ended = telegraf.launch();
    const anna = bot.user({ firstName: 'Anna' });
    anna.writes('/start');
    anna.writes('hello');
    await bot.until(({ sent }) => sent.length === 2);
    expect(bot.sentTo(anna.id).map(({ text }) => text)).toEqual(['Welcome', 'Anna: hello']);
    telegraf.stop();
    await ended;
    expect(bot.pending).toEqual([]);
  });

  it('pushes to a webhook with its secret', async () => {
    const { bot, telegraf } = await withTelegraf();
    const texts: string[] = [];
    telegraf.on('message', (ctx) => void texts.push('text' in ctx.message ? ctx.message.text : '?'));
    const webhook = await telegraf.createWebhook({ domain: 'bot.example.com', path: '/tg', secret_token: 's3cret' });
    expect(bot.webhook).toMatchObject({ url: 'https://bot.example.com/tg', secretToken: 's3cret' });
    expect(typeof webhook).toBe('function');
    const info = await telegraf.telegram.getWebhookInfo();
    expect(info).toMatchObject({ url: 'https://bot.example.com/tg', pending_update_count: 0 });
    expect((await refusalOf(telegraf.telegram.callApi('getUpdates', {}))).description).toContain(
      "can't use getUpdates method while webhook is active",
    );
    await telegraf.telegram.deleteWebhook();
    expect(bot.webhook).toBeNull();
  });

  it('refuses in the words of the server', async () => {
    const { server, bot, telegraf } = await withTelegraf();
    const { telegram } = telegraf;
    const anna = bot.user();
    expect(await refusalOf(telegram.sendMessage(404, 'hi'))).toMatchObject({
      code: 400,
      description: 'Bad Request: chat not found',
    });
    expect(await refusalOf(telegram.sendMessage(anna.id, ' '))).toMatchObject({
      description: 'Bad Request: message text is empty',
    });
    expect(await refusalOf(telegram.sendMessage(anna.id, 'x'.repeat(4_097)))).toMatchObject({
      description: 'Bad Request: message is too long',
    });
    expect(await refusalOf(telegram.sendPhoto(anna.id, 'no-such-file'))).toMatchObject({
      description: 'Bad Request: wrong file identifier/HTTP URL specified',
    });
    anna.blocks();
    expect(await refusalOf(telegram.sendMessage(anna.id, 'hi'))).toMatchObject({
      code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    bot.fail('sendMessage', faults.tooManyRequests(7));
    expect(await refusalOf(telegram.sendMessage(anna.id, 'hi'))).toMatchObject({
      code: 429,
      parameters: { retry_after: 7 },
    });
    const group = bot.group(-5);
    group.migratesTo(-1_000_000_000_005);
    expect(await refusalOf(telegram.sendMessage(-5, 'hi'))).toMatchObject({
      parameters: { migrate_to_chat_id: -1_000_000_000_005 },
    });
    const stranger = new Telegraf('1:unknown', { telegram: { apiRoot: server.apiRoot } });
    expect(await refusalOf(stranger.telegram.getMe())).toMatchObject({ code: 401 });
  });

  it('gives files, keyboards and itself', async () => {
    const { bot, telegraf } = await withTelegraf();
    const { telegram } = telegraf;
    expect(await telegram.getMe()).toMatchObject({ id: bot.id, is_bot: true, username: 'firstline_test_bot' });
    const fileId = bot.addFile('content');
    const response = await fetch(await telegram.getFileLink(fileId));
    expect(await response.text()).toBe('content');
    const anna = bot.user();
    await telegram.sendMessage(anna.id, 'Well?', { reply_markup: { keyboard: [['Yes', { text: 'No' }]] } });
    expect(bot.sent[0]?.buttons).toEqual(['Yes', 'No']);
  });
});

describe('updates', () => {
  const ask = (bot: FakeBot, parameters: object) =>
    bot.perform('getUpdates', { ...parameters }, new AbortController().signal);

  it('are kept until a later one is asked for', async () => {
    const { bot } = await withTelegraf();
    const anna = bot.user();
    for (const text of ['one', 'two', 'three']) anna.writes(text);
    const [first] = (await ask(bot, { limit: 1 })) as { update_id: number }[];
    const id = first?.update_id ?? 0;
    expect(await ask(bot, {})).toHaveLength(3);
    expect(await ask(bot, { offset: id + 1 })).toHaveLength(2);
    expect(await ask(bot, { offset: -1 })).toHaveLength(1);
    expect(bot.pending).toHaveLength(1);
  });

  it('come only of the kinds that were asked for', async () => {
    const { bot } = await withTelegraf();
    const anna = bot.user();
    await ask(bot, { allowed_updates: ['message'] });
    anna.blocks();
    bot.push({ chat_member: {} });
    anna.writes('hi');
    expect(await ask(bot, {})).toMatchObject([{ message: { text: 'hi' } }]);
    await ask(bot, { allowed_updates: [] });
    anna.unblocks();
    bot.push({ chat_member: {} });
    expect(bot.pending).toHaveLength(2);
  });
});

describe('the check of paces', () => {
  it('finds what came too fast, and only that', async () => {
    const at = (chatId: number, ...times: number[]) => times.map((time) => ({ chatId, at: time }) as never);
    expect(paceViolations(at(1, 0, 1_000, 2_000))).toEqual([]);
    expect(paceViolations(at(1, 0, 999))).toEqual(['chat 1: more than 1 messages within 1000 ms, at 999']);
    const many = Array.from({ length: 31 }, (_, chatId) => ({ chatId: chatId + 1, at: 0 }) as never);
    expect(paceViolations(many)).toEqual(['the bot: more than 30 messages within 1000 ms, at 0']);
    const minute = Array.from({ length: 21 }, (_, index) => index * 2_000);
    expect(paceViolations(at(-1, ...minute))).toEqual(['group -1: more than 20 messages within 60000 ms, at 40000']);
  });
});
