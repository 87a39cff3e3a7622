import { botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { FirstlineError } from '@firstline/core';
import { describe, expect, it } from 'vitest';
import { bench } from './support/bench';
import { context, outbound } from './support/outbound';

describe('a client', () => {
  it('is known by the user, with name and language', async () => {
    const { bot, ingress, start } = await bench();
    const anna = bot.user({ id: 42, firstName: 'Анна', lastName: 'Petrova', languageCode: 'ru' });
    const messageId = anna.writes('Нет интернета');
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored).toEqual([
      {
        clientId: 'telegram:42',
        id: `telegram:${bot.id}:42:${messageId}`,
        text: 'Нет интернета',
        locale: 'ru',
        client: { name: 'Анна Petrova' },
        channel: { transport: 'telegram', address: { chatId: 42 } },
      },
    ]);
  });

  it('has the id that the host wants', async () => {
    const { bot, ingress, start } = await bench({ clientIdPrefix: '' });
    bot.user({ id: 42 }).writes('hi');
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored[0]?.clientId).toBe('42');
  });

  it.each([
    ['pt-br', 'pt-BR'],
    ['not a tag', undefined],
    ['', undefined],
  ])('whose app says the language %j loses no message', async (languageCode, locale) => {
    const { bot, ingress, start } = await bench();
    bot.user({ languageCode }).writes('hi');
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored[0]?.locale).toBe(locale);
  });

  it('may be a machine, which is told', async () => {
    const { bot, ingress, start } = await bench();
    bot.user({ isBot: true }).writes('beep');
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored[0]).toMatchObject({ automated: true });
  });
});

describe('content', () => {
  it('photos come in their largest size, documents with their type', async () => {
    const { bot, ingress, start } = await bench();
    const anna = bot.user();
    anna.sendsPhoto({ fileId: 'P1', size: 123_456, caption: 'The lights' });
    anna.sendsDocument({ fileId: 'D1', mimeType: 'application/pdf', size: 777 });
    anna.sendsDocument({ fileId: 'D2', mimeType: 'image/png', caption: 'screen' });
    await start();
    await ingress.until(({ stored }) => stored.length === 3);
    expect(ingress.stored.map(({ text, attachments }) => ({ text, attachments }))).toEqual([
      {
        text: 'The lights',
        attachments: [{ kind: 'image', url: 'telegram:file/P1', mimeType: 'image/jpeg', size: 123_456 }],
      },
      {
        text: '',
        attachments: [{ kind: 'document', url: 'telegram:file/D1', mimeType: 'application/pdf', size: 777 }],
      },
      {
        text: 'screen',
        attachments: [{ kind: 'image', url: 'telegram:file/D2', mimeType: 'image/png', size: 20_000 }],
      },
    ]);
  });

  it('is whatever can be put into words or files, and nothing else', async () => {
    const { bot, ingress, start } = await bench();
    const anna = bot.user();
    const file = { file_id: 'F', file_unique_id: 'U' };
    anna.sends({ new_chat_title: 'no message of a person' });
    anna.sends({ sticker: { ...file, emoji: '👍' } });
    anna.sends({ voice: { ...file, duration: 3, mime_type: 'audio/ogg' } });
    anna.sends({ animation: { ...file, width: 1 }, document: file, caption: 'look' });
    anna.sends({ video_note: { ...file, length: 240 } });
    anna.sends({ contact: { first_name: 'Ivan', phone_number: '+100' } });
    anna.sends({ location: { latitude: 55.7, longitude: 37.6 } });
    anna.sends({ venue: { title: 'Office', address: '1 Main St' }, location: { latitude: 1, longitude: 2 } });
    anna.sends({ dice: { emoji: '🎲', value: 3 } });
    anna.writes('done');
    await start();
    await ingress.until(({ stored }) => stored.at(-1)?.text === 'done');
    expect(ingress.stored.map(({ text, attachments = [] }) => [text, ...attachments.map(({ kind }) => kind)])).toEqual([
      ['👍'],
      ['', 'audio'],
      ['look', 'video'],
      ['', 'video'],
      ['Ivan +100'],
      ['55.7, 37.6'],
      ['Office, 1 Main St'],
      ['done'],
    ]);
  });

  it('longer than the engine takes is stored in pieces, once', async () => {
    const { bot, ingress, start } = await bench();
    const limit = 1_500;
    ingress.check = ({ text }) => {
      if (text.length > limit) throw tooLong();
    };
    const text = Array.from({ length: 400 }, (_, index) => `line ${index}`).join('\n');
    const messageId = bot.user({ id: 42 }).writes(text);
    await start();
    await ingress.until(({ stored }) => stored.length === 4);
    const id = `telegram:${bot.id}:42:${messageId}`;
    expect(ingress.stored.map((input) => input.id)).toEqual([`${id}.1.1`, `${id}.1.2`, `${id}.2.1`, `${id}.2.2`]);
    expect(ingress.stored.map((input) => input.text).join('\n')).toBe(text);
    expect(ingress.alerts).toEqual([]);
  });
});

describe('commands', () => {
  it.each([
    ['/start', 'ru', 'Здравствуйте'],
    ['/start', 'de', 'Hello'],
    ['/start campaign_7', 'en', 'Hello'],
    ['/human', 'ru', 'Хочу поговорить с оператором'],
    ['/human', undefined, 'I want to talk to a human'],
    ['/HUMAN my invoice is wrong', 'en', 'I want to talk to a human\nmy invoice is wrong'],
    ['/pay_invoice 17', 'en', 'pay invoice 17'],
    ['/constructor', 'en', 'constructor'],
    ['/tariffs', 'en', 'What tariffs are there?'],
    ['/ what', 'en', '/ what'],
    ['and/or', 'en', 'and/or'],
  ])('%s in %s', async (command, languageCode, text) => {
    const { bot, ingress, start } = await bench({ commands: { tariffs: 'What tariffs are there?' } });
    bot.user(languageCode === undefined ? {} : { languageCode }).writes(command);
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored[0]?.text).toBe(text);
  });

  it('may mean nothing', async () => {
    const { bot, ingress, start } = await bench({ commands: { start: null } });
    const anna = bot.user();
    anna.writes('/start');
    anna.writes('hello');
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored[0]?.text).toBe('hello');
  });
});

describe('an edited message', () => {
  it('is a correction with an id of its own where its words changed', async () => {
    const { bot, ingress, start, clock } = await bench();
    const anna = bot.user({ id: 42 });
    const messageId = anna.writes('order 123');
    anna.edits(messageId, 'order 124');
    await start();
    await ingress.until(({ stored }) => stored.length === 2);
    const id = `telegram:${bot.id}:42:${messageId}`;
    expect(ingress.stored.map((input) => [input.id, input.text])).toEqual([
      [id, 'order 123'],
      [`${id}:${clock.now() / 1_000}`, '✏️ order 124'],
    ]);
  });

  it('is nothing where only what nobody reads changed', async () => {
    const { bot, ingress, start } = await bench();
    const anna = bot.user();
    const messageId = anna.writes('order 123');
    anna.edits(messageId, 'order 123');
    anna.writes('next');
    await start();
    await ingress.until(({ stored }) => stored.at(-1)?.text === 'next');
    expect(ingress.stored.map(({ text }) => text)).toEqual(['order 123', 'next']);
  });

  it('is the message itself where that never came', async () => {
    const { bot, ingress, start } = await bench();
    const anna = bot.user({ id: 42 });
    bot.push({
      edited_message: { message_id: 9, date: 1, edit_date: 2, from: anna.from, chat: anna.wire, text: 'order 124' },
    });
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored).toMatchObject([{ id: `telegram:${bot.id}:42:9`, text: 'order 124' }]);
  });

  it('can be passed over', async () => {
    const { bot, ingress, start } = await bench({ edits: 'ignore' });
    const anna = bot.user();
    anna.edits(anna.writes('order 123'), 'order 124');
    anna.writes('next');
    await start();
    await ingress.until(({ stored }) => stored.at(-1)?.text === 'next');
    expect(ingress.stored).toHaveLength(2);
  });
});

describe('row 30: a chat that can be written to again', () => {
  it('is told when the client unblocks the bot', async () => {
    const { bot, ingress, start } = await bench();
    const anna = bot.user({ id: 42 });
    anna.blocks();
    anna.unblocks();
    await start();
    await ingress.until(({ revived }) => revived.length > 0);
    expect(ingress.revived).toEqual([{ chatId: 42 }]);
    expect(ingress.stored).toEqual([]);
  });

  it('is told with the first message, after a refusal, and at a new start, and not with every message', async () => {
    const { bot, transport, ingress, start } = await bench();
    const anna = bot.user({ id: 42 });
    const say = async (text: string): Promise<void> => {
      anna.writes(text);
      await bot.until(({ pending }) => pending.length === 0);
    };
    await start();
    await say('one');
    await say('two');
    expect(ingress.revived).toHaveLength(1);

    bot.fail('sendMessage', faults.blocked());
    await transport.send(outbound({ address: { chatId: 42 } }), context());
    await say('three');
    await say('four');
    expect(ingress.revived).toHaveLength(2);
    await say('/start');
    expect(ingress.revived).toHaveLength(3);
  });

  it('is a group that takes the bot back, where groups are served', async () => {
    const { bot, ingress, start } = await bench({ groups: 'addressed' });
    const [group, anna] = [bot.group(-77), bot.user()];
    group.kicksBot(anna);
    group.takesBotBack(anna);
    await start();
    await ingress.until(({ revived }) => revived.length > 0);
    expect(ingress.revived).toEqual([{ chatId: -77 }]);
  });
});

describe('groups', () => {
  const heard = async (groups: 'ignore' | 'addressed' | 'all'): Promise<readonly (string | undefined)[]> => {
    const { bot, ingress, start } = await bench({ groups });
    const [group, anna] = [bot.group(-77), bot.user({ id: 42 })];
    const mention = { entities: [{ type: 'mention', offset: 0, length: 19 }] };
    const me = { id: bot.id, is_bot: true, first_name: 'Support' };
    group.says(anna, 'among ourselves');
    group.says(anna, '@FIRSTLINE_test_bot, help me', mention);
    group.says(anna, 'thank you', { reply_to_message: { message_id: 1, date: 1, chat: group.wire, from: me } });
    group.says(anna, '/human@firstline_test_bot');
    group.says(anna, '/human@other_bot');
    group.says(anna, 'from nobody', { sender_chat: { id: -77, type: 'group', title: 'Neighbours' } });
    group.says(anna, 'in a topic', { is_topic_message: true, message_thread_id: 5 });
    anna.writes('in private');
    await start();
    await ingress.until(({ stored }) => stored.at(-1)?.text === 'in private');
    expect(ingress.stored.slice(0, -1).every(({ clientId }) => clientId === 'telegram:42')).toBe(true);
    const topic = ingress.stored.find(({ text }) => text === 'in a topic');
    expect(topic?.channel?.address).toEqual(topic === undefined ? undefined : { chatId: -77, threadId: 5 });
    return ingress.stored.slice(0, -1).map(({ text }) => text);
  };

  it('are passed over', async () => {
    expect(await heard('ignore')).toEqual([]);
  });

  it('are answered where the bot is addressed', async () => {
    expect(await heard('addressed')).toEqual(['help me', 'thank you', 'I want to talk to a human']);
  });

  it('are listened to as a whole', async () => {
    expect(await heard('all')).toEqual([
      'among ourselves',
      'help me',
      'thank you',
      'I want to talk to a human',
      'in a topic',
    ]);
  });
});

function tooLong(): Error {
  return new FirstlineError('invalid_input', 'text: is longer than 1500 characters', { path: 'text' });
}
