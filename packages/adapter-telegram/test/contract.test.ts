import { telegramTransport } from '@firstline/adapter-telegram';
import { botApiFaults as faults, fakeBotApi } from '@firstline/adapter-telegram/testing';
import { transportContract } from '@firstline/core/testing';
import { describe, it } from 'vitest';

describe('a Telegram transport', () => {
  transportContract({ describe, it }, async ({ timeoutMs }) => {
    const server = await fakeBotApi();
    const bot = server.addBot();
    const { id } = bot.user();
    // What was sent to the chat, whatever became of it.
    const sends = () => bot.callsOf('sendMessage');
    return {
      transport: telegramTransport({ token: bot.token, apiRoot: server.apiRoot, mode: 'send-only', timeoutMs }),
      addresses: [{ chatId: id }, { chatId: String(id) }, { chatId: id, threadId: '7' }],
      badAddresses: [{}, { chatId: '@name' }, { chatId: 1.5 }, { chatId: id, threadId: 0 }, { chatId: id, url: 'x' }],
      secrets: [bot.token],
      answer: (how) => {
        const fault = { accept: null, fail: faults.internalError(), refuse: faults.blocked(), hang: faults.hangs() }[
          how
        ];
        bot.respondWith(({ method }) => (method === 'sendMessage' ? fault : null));
      },
      received: () => sends().map(({ parameters }) => ({ id: null, text: String(parameters['text']) })),
      reached: (count) => bot.until(() => sends().length >= count),
      dispose: () => server.close(),
    };
  });
});
