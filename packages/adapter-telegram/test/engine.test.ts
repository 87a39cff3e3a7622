import { botApiFaults as faults, paceViolations } from '@firstline/adapter-telegram/testing';
import { memoryStorage } from '@firstline/core';
import { describe, expect, it } from 'vitest';
import { desk, REPLY, temporarySqlite } from './support/desk';

describe.each([
  ['memory', memoryStorage],
  ['SQLite', temporarySqlite],
])('an engine on %s', (_name, storage) => {
  it('holds a whole conversation through Telegram', async () => {
    const { bot, engine, runUntil } = await desk({ storage: storage() });
    const anna = bot.user({ firstName: 'Анна', languageCode: 'ru' });
    const said = (): readonly string[] => bot.sentTo(anna.id).map(({ text }) => text);
    await engine.start();

    anna.writes('/start');
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => said().length === 2);
    expect(said()).toEqual(['Здравствуйте! Это служба поддержки.', 'How can we help?']);

    // Two messages of one thought have one answer.
    anna.writes('Здравствуйте');
    anna.writes('у меня не работает интернет');
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => said().length === 3);
    expect(said()[2]).toBe(REPLY.ru);

    anna.sendsPhoto({ fileId: bot.addFile('JPG'), caption: 'вот' });
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => said().length === 4);
    const { items } = await engine.tickets.list();
    expect(items).toMatchObject([{ rule: 'awaited-attachment', clientId: `telegram:${anna.id}` }]);
  });

  it.each([
    ['ru', 'Я передал ваш вопрос коллеге. Вам ответят здесь же.'],
    ['de', 'I have passed your question to a colleague. They will answer you here.'],
  ])('calls a person for /human in %s', async (languageCode, notice) => {
    const { bot, engine, runUntil } = await desk({ storage: storage(), policy: { greeting: false } });
    const anna = bot.user({ languageCode });
    await engine.start();
    anna.writes('/human');
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.sent.length === 1);
    expect(bot.sent[0]?.text).toBe(notice);
    expect((await engine.tickets.list()).items).toMatchObject([{ rule: 'asks-for-human' }]);
  });

  it('row 39: decides a redelivered update once', async () => {
    const { bot, engine, runUntil } = await desk({ storage: storage(), policy: { greeting: false } });
    const anna = bot.user();
    await engine.start();
    const messageId = anna.writes('my internet is down');
    const [update] = bot.pending;
    await bot.until(({ pending }) => pending.length === 0);
    bot.push({ message: update?.['message'] });
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.sent.length > 0);
    await runUntil(() => false, 30).catch(() => undefined);
    expect(bot.sent.map(({ text }) => text)).toEqual([REPLY.en]);
    expect(messageId).toBe(1);
  });

  it('stops sending to who blocked the bot', async () => {
    const { bot, engine, runUntil } = await desk({ storage: storage(), policy: { greeting: false } });
    const anna = bot.user();
    await engine.start();
    anna.writes('my internet is down');
    anna.blocks();
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.callsOf('sendMessage').length > 0);
    await engine.tick();
    expect((await engine.deliveries.list()).items).toMatchObject([{ reason: 'blocked' }]);
    await runUntil(() => false, 600).catch(() => undefined);
    expect(bot.callsOf('sendMessage')).toHaveLength(1);

    anna.unblocks();
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.sent.length === 1);
    expect(bot.sent).toMatchObject([{ chatId: anna.id, text: REPLY.en }]);
  });

  it('row 33: goes along with a group that becomes another chat', async () => {
    const to = -1_009_876_543_210;
    const options = { storage: storage(), policy: { greeting: false as const }, transport: { groups: 'all' as const } };
    const { bot, engine, runUntil } = await desk(options);
    const [group, anna] = [bot.group(-4242), bot.user()];
    bot.group(to);
    await engine.start();
    group.says(anna, 'my internet is down');
    group.migratesTo(to);
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.sent.length === 1);
    expect(bot.sent).toMatchObject([{ chatId: to, text: REPLY.en }]);
    expect((await engine.conversations.list()).items[0]?.channel?.address).toEqual({ chatId: to });
  });

  it('row 38: sends once more what nobody knows the end of, and says that it may come twice', async () => {
    const { bot, engine, runUntil } = await desk({ storage: storage(), policy: { greeting: false } });
    const anna = bot.user();
    bot.fail('sendMessage', faults.resets());
    await engine.start();
    anna.writes('my internet is down');
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.sent.length === 2);
    expect((await engine.deliveries.list()).items).toMatchObject([
      { status: 'sent', attempts: 2, possibleDuplicate: true },
    ]);
  });
});

describe('500 customers, of whose answers 5 % meet a failing server and 5 % a pause', () => {
  it('are all answered, each with everything and nothing twice', async () => {
    const { bot, engine, runUntil } = await desk({
      storage: temporarySqlite(),
      policy: BUSY,
    });
    let calls = 0;
    bot.respondWith(({ method }) => {
      if (method !== 'sendMessage') return null;
      calls += 1;
      if (calls % 20 === 7) return faults.internalError();
      return calls % 20 === 17 ? faults.tooManyRequests(1 + (calls % 3)) : null;
    });
    const customers = Array.from({ length: 500 }, (_, index) => bot.user({ firstName: `Customer ${index}` }));
    for (const customer of customers) customer.writes('my internet is down');
    await engine.start();
    await bot.until(({ pending }) => pending.length === 0);
    await runUntil(() => bot.sent.length >= 2 * customers.length, 3_600);

    for (const { id } of customers) {
      expect(bot.sentTo(id).map(({ text }) => text)).toEqual(['Hello! This is customer support.', REPLY.en]);
    }
    expect(paceViolations(bot.sent)).toEqual([]);
    const { deliveries } = await engine.stats();
    expect(deliveries).toMatchObject({ sent: 1_000, pending: 0, dead: 0, unknown: 0 });
    const refused = bot.callsOf('sendMessage').length - bot.sent.length;
    expect(refused).toBeGreaterThan(90);
  }, 120_000);
});

/** Repeats come soon, so that the test need not live through the pauses of a real downtime. */
const BUSY = {
  receiving: { clientRateLimit: false, sourceRateLimit: false },
  delivery: { retries: ['2s', '4s', '8s', '16s', '32s', '64s'] },
} as const;

it('receives nothing after stopReceiving, and still sends', async () => {
  const { bot, engine, transport } = await desk();
  await engine.start();
  await bot.until(({ calls }) => calls.some(({ method }) => method === 'getUpdates'));
  await transport.stopReceiving();
  const anna = bot.user();
  anna.writes('hi');
  await engine.receive({
    clientId: 'c',
    text: 'my internet is down',
    channel: { transport: 'telegram', address: { chatId: anna.id } },
  });
  await engine.tick();
  expect(bot.sentTo(anna.id)).not.toEqual([]);
  expect(bot.pending).toHaveLength(1);
});

it('row 25: a process that dies after the send: a repeat would not be recognised, and the engine is told so', async () => {
  const { transport } = await desk();
  expect(transport.forgetful).toBe(true);
});
