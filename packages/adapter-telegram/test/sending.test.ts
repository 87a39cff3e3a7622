import { botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { describe, expect, it } from 'vitest';
import { bench } from './support/bench';
import { context, outbound } from './support/outbound';

describe('a message', () => {
  it('is sent once, as it is, to its chat and topic', async () => {
    const { bot, transport } = await bench();
    const group = bot.group();
    const delivery = outbound({ address: { chatId: group.id, threadId: 9 } });
    expect(await transport.send(delivery, context())).toEqual({ class: 'ok', status: 200, reference: '1' });
    expect(bot.sent).toMatchObject([{ chatId: group.id, threadId: 9, text: delivery.message.text, buttons: [] }]);
    expect(bot.calls).toHaveLength(1);
  });

  it('goes to an address as the host wrote it', async () => {
    const { bot, transport } = await bench();
    const { id } = bot.user();
    expect(await transport.send(outbound({ address: { chatId: String(id) } }), context())).toMatchObject({
      class: 'ok',
    });
    expect(bot.sentTo(id)).toHaveLength(1);
  });

  it('has to have an address, which what is stored need not be', async () => {
    const { bot, transport } = await bench();
    const address = { url: 'https://hooks.example.com' };
    expect(await transport.send(outbound({ address }), context())).toEqual({ class: 'park', code: 'invalid_address' });
    expect(transport.paces?.({ transport: 'telegram', address })).toEqual([]);
    await transport.typing?.({ transport: 'telegram', address });
    expect(bot.calls).toEqual([]);
  });

  it('is not begun when there is no more time for it', async () => {
    const { bot, transport } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id } });
    expect(await transport.send(delivery, context(1, AbortSignal.abort()))).toEqual({
      class: 'retry',
      code: 'aborted',
    });
    expect(bot.calls).toEqual([]);
  });

  it('of many at once goes out only once', async () => {
    const { bot, transport } = await bench();
    const users = Array.from({ length: 40 }, () => bot.user());
    await Promise.all(
      users.map(({ id }) => transport.send(outbound({ address: { chatId: id }, id: `dlv-${id}` }), context())),
    );
    expect(bot.sent.map(({ chatId }) => chatId).sort()).toEqual(users.map(({ id }) => id).sort());
  });
});

describe('quick replies', () => {
  it('are a keyboard whose buttons are ordinary messages', async () => {
    const { bot, transport, ingress, start } = await bench();
    const anna = bot.user();
    await start();
    const delivery = outbound({ address: { chatId: anna.id }, quickReplies: ['Yes', 'No', 'Later'] });
    expect(await transport.send(delivery, context())).toMatchObject({ class: 'ok' });
    expect(bot.sent[0]?.parameters['reply_markup']).toEqual({
      keyboard: [[{ text: 'Yes' }, { text: 'No' }], [{ text: 'Later' }]],
      one_time_keyboard: true,
      resize_keyboard: true,
    });
    anna.writes(bot.sent[0]?.buttons[1] ?? '');
    await ingress.until(({ stored }) => stored.length === 1);
    expect(ingress.stored).toMatchObject([{ text: 'No', clientId: `telegram:${anna.id}` }]);
  });

  it('have a row each where they are long', async () => {
    const { bot, transport } = await bench();
    const quickReplies = ['Yes', 'No, it still does not work'];
    await transport.send(outbound({ address: { chatId: bot.user().id }, quickReplies }), context());
    const { keyboard } = bot.sent[0]?.parameters['reply_markup'] as { keyboard: unknown[][] };
    expect(keyboard.map((row) => row.length)).toEqual([1, 1]);
  });

  it('go with the next message that has none', async () => {
    const { bot, transport } = await bench();
    const address = { chatId: bot.user().id };
    await transport.send(outbound({ address, id: 'dlv-1', quickReplies: ['Yes'] }), context());
    await transport.send(outbound({ address, id: 'dlv-2' }), context());
    await transport.send(outbound({ address, id: 'dlv-3' }), context());
    expect(bot.sent.map(({ parameters }) => parameters['reply_markup'])).toEqual([
      expect.objectContaining({ one_time_keyboard: true }),
      { remove_keyboard: true },
      undefined,
    ]);
  });
});

describe('attachments', () => {
  it('one of them takes a short text along', async () => {
    const { bot, transport } = await bench({ formatting: 'marks' });
    const attachments = [{ kind: 'image', url: 'https://files.example.com/router.jpg' }] as const;
    const delivery = outbound({
      address: { chatId: bot.user().id },
      text: 'The **left** light',
      attachments,
      quickReplies: ['Red', 'Green'],
    });
    expect(await transport.send(delivery, context())).toMatchObject({ class: 'ok' });
    expect(bot.sent).toMatchObject([
      { method: 'sendPhoto', file: attachments[0].url, text: 'The left light', buttons: ['Red', 'Green'] },
    ]);
    expect(bot.sent[0]?.parameters['caption_entities']).toEqual([{ type: 'bold', offset: 4, length: 4 }]);
  });

  it('several follow the text, buttons on the last', async () => {
    const { bot, transport, clock } = await bench();
    const kinds = ['image', 'document', 'audio', 'video', 'other'] as const;
    const attachments = kinds.map((kind) => ({ kind, url: `https://files.example.com/${kind}` }));
    const delivery = outbound({ address: { chatId: bot.user().id }, attachments, quickReplies: ['Thanks'] });
    const sending = transport.send(delivery, context());
    for (let pause = 1; pause <= 5; pause += 1) await clock.pass(1_000);
    expect(await sending).toMatchObject({ class: 'ok' });
    expect(bot.sent.map(({ method }) => method)).toEqual([
      'sendMessage',
      'sendPhoto',
      'sendDocument',
      'sendAudio',
      'sendVideo',
      'sendDocument',
    ]);
    expect(bot.sent.map(({ buttons }) => buttons.length)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('that a client sent go back by their id', async () => {
    const { bot, transport } = await bench();
    const fileId = bot.addFile('PDF');
    const attachments = [{ kind: 'document', url: `telegram:file/${fileId}` }] as const;
    await transport.send(outbound({ address: { chatId: bot.user().id }, text: '', attachments }), context());
    expect(bot.sent).toMatchObject([{ method: 'sendDocument', file: fileId, text: '' }]);
  });

  it.each([faults.wrongFile(), faults.fileNotFetched(), faults.fileTooBig()])(
    'that Telegram cannot fetch are sent as links: %j',
    async (fault) => {
      const { bot, transport } = await bench();
      bot.fail('sendPhoto', fault);
      const attachments = [{ kind: 'image', url: 'https://files.example.com/router.jpg' }] as const;
      const delivery = outbound({ address: { chatId: bot.user().id }, text: 'Look here', attachments });
      expect(await transport.send(delivery, context())).toMatchObject({ class: 'ok', code: 'sent_link' });
      expect(bot.sent).toMatchObject([
        { method: 'sendMessage', text: 'Look here\nhttps://files.example.com/router.jpg' },
      ]);
    },
  );
});

describe('a message of several parts', () => {
  const text = [1, 2, 3].map((number) => String(number).repeat(4_000)).join('\n\n');

  it('goes on behind what has arrived, whatever stopped it', async () => {
    const { bot, transport, clock } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id }, text });
    bot.respondWith(({ method }) =>
      method === 'sendMessage' && bot.sent.length === 1 ? faults.internalError() : null,
    );
    const first = transport.send(delivery, context(1));
    await clock.pass(1_000);
    expect(await first).toEqual({
      class: 'retry',
      code: 'http_500',
      status: 500,
      detail: '1 of 3 parts have arrived',
    });

    bot.respondWith(() => null);
    const second = transport.send(delivery, context(2));
    await clock.pass(1_000);
    expect(await second).toEqual({ class: 'ok', status: 200, reference: '3' });
    expect(bot.sent.map((message) => message.text[0])).toEqual(['1', '2', '3']);
  });

  it('is not sent again after all has arrived and nobody could write it down', async () => {
    const { bot, transport } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id } });
    await transport.send(delivery, context(1));
    expect(await transport.send(delivery, context(2))).toEqual({ class: 'ok', code: 'already_sent' });
    expect(bot.sent).toHaveLength(1);
  });

  it('says so where a part may have come twice, since another process had begun it', async () => {
    const { bot, transport, clock } = await bench();
    const delivery = outbound({ address: { chatId: bot.user().id }, text: `${'a'.repeat(4_000)}\n${'b'.repeat(400)}` });
    const sending = transport.send(delivery, context(2));
    await clock.pass(1_000);
    expect(await sending).toMatchObject({ class: 'ok', code: 'parts_repeated' });
  });

  it('keeps the pace of a group', async () => {
    const { bot, transport, clock } = await bench();
    const delivery = outbound({ address: { chatId: bot.group().id }, text });
    const sending = transport.send(delivery, context());
    await clock.pass(3_000);
    await clock.pass(3_000);
    await sending;
    const [first = 0, ...later] = bot.sent.map(({ at }) => at);
    expect(later.map((at) => at - first)).toEqual([3_000, 6_000]);
  });

  it('is continued later where the time does not suffice', async () => {
    const { bot, transport, clock } = await bench({ timeoutMs: 6_000 });
    const delivery = outbound({ address: { chatId: bot.group().id }, text });
    const first = transport.send(delivery, context());
    await clock.pass(3_000);
    expect(await first).toMatchObject({ class: 'cool', code: 'continued', retryAfterMs: 3_000 });
    expect(bot.sent).toHaveLength(2);
    expect(await transport.send(delivery, context())).toMatchObject({ class: 'ok' });
    expect(bot.sent.map((message) => message.text[0])).toEqual(['1', '2', '3']);
  });
});

describe('typing', () => {
  it('is shown in the chat and topic', async () => {
    const { bot, transport } = await bench();
    const { id } = bot.group();
    await transport.typing?.({ transport: 'telegram', address: { chatId: id, threadId: 4 } });
    expect(bot.calls).toMatchObject([
      { method: 'sendChatAction', parameters: { chat_id: id, action: 'typing', message_thread_id: 4 } },
    ]);
  });

  it('does no harm where it fails', async () => {
    const { bot, transport } = await bench();
    bot.fail('sendChatAction', faults.tooManyRequests(5));
    await transport.typing?.({ transport: 'telegram', address: { chatId: bot.user().id } });
    await transport.stop?.();
    await transport.typing?.({ transport: 'telegram', address: { chatId: 1 } });
    expect(bot.calls).toHaveLength(1);
  });
});
