import { telegramTransport } from '@firstline/adapter-telegram';
import type { JsonObject } from '@firstline/core';
import { describe, expect, it } from 'vitest';

const transport = telegramTransport({ token: '7000001:abc' });

describe('an address', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ chatId: 42 }, { chatId: 42 }],
    [{ chatId: '42' }, { chatId: 42 }],
    [{ chatId: '-1001234567890' }, { chatId: -1_001_234_567_890 }],
    [
      { chatId: -5, threadId: '7' },
      { chatId: -5, threadId: 7 },
    ],
  ])('%j', (given, normal) => {
    expect(transport.checkAddress(given)).toEqual(normal);
    expect(transport.checkAddress(normal)).toEqual(normal);
  });

  it.each<[string, JsonObject, string]>([
    ['nothing', {}, 'channel.address.chatId'],
    ['zero', { chatId: 0 }, 'channel.address.chatId'],
    ['a fraction', { chatId: 1.5 }, 'channel.address.chatId'],
    ['too large', { chatId: 2 ** 60 }, 'channel.address.chatId'],
    ['a public name', { chatId: '@support' }, 'channel.address.chatId'],
    ['digits with a zero before them', { chatId: '042' }, 'channel.address.chatId'],
    ['digits with a space', { chatId: ' 42' }, 'channel.address.chatId'],
    ['null', { chatId: null }, 'channel.address.chatId'],
    ['a topic below one', { chatId: 42, threadId: 0 }, 'channel.address.threadId'],
    ['no topic', { chatId: 42, threadId: null }, 'channel.address.threadId'],
    ['anything more', { chatId: 42, url: 'x' }, 'channel.address.url'],
  ])('may not be %s', (_what, address, path) => {
    expect(() => transport.checkAddress(address)).toThrow(
      expect.objectContaining({ code: 'invalid_channel', path, message: expect.stringContaining(path) as string }),
    );
  });
});

describe('paces', () => {
  const paces = (address: JsonObject, options = {}) =>
    telegramTransport({ token: '7000001:abc', ...options }).paces?.({ transport: 'telegram', address });

  it('of a person: the bot thirty a second, the chat one', () => {
    expect(paces({ chatId: 42 })).toEqual([
      { key: 'bot', limit: 30, perMs: 1_000 },
      { key: 'chat:42', limit: 1, perMs: 1_000 },
    ]);
  });

  it('of a group: twenty a minute besides', () => {
    expect(paces({ chatId: -42, threadId: 3 })).toEqual([
      { key: 'bot', limit: 30, perMs: 1_000 },
      { key: 'chat:-42', limit: 1, perMs: 1_000 },
      { key: 'chat:-42:minute', limit: 20, perMs: 60_000 },
    ]);
  });

  it('of a bot that is paid for more', () => {
    expect(paces({ chatId: 42 }, { messagesPerSecond: 1_000 })?.[0]).toEqual({
      key: 'bot',
      limit: 1_000,
      perMs: 1_000,
    });
  });
});
