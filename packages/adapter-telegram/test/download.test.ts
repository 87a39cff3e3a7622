import { botApiFaults as faults } from '@firstline/adapter-telegram/testing';
import { describe, expect, it } from 'vitest';
import { bench } from './support/bench';

describe('a file of a client', () => {
  it('is opened by the url of its attachment', async () => {
    const { bot, transport, ingress, start } = await bench();
    const fileId = bot.addFile('the content', 'documents/my file.txt');
    bot.user().sendsDocument({ fileId });
    await start();
    await ingress.until(({ stored }) => stored.length === 1);
    const url = ingress.stored[0]?.attachments?.[0]?.url ?? '';
    const { body, ...about } = await transport.download(url);
    expect(about).toEqual({ size: 11, name: 'my file.txt' });
    expect(await new Response(body).text()).toBe('the content');
  });

  it('is opened by its id', async () => {
    const { bot, transport } = await bench();
    const { body } = await transport.download(bot.addFile('the content'));
    expect(await new Response(body).text()).toBe('the content');
  });

  it.each([
    [faults.fileTooBig(), false],
    [faults.fileGone(), false],
    [faults.unauthorized(), false],
    [faults.tooManyRequests(3), true],
    [faults.internalError(), true],
    [faults.resets(), true],
  ])('is not given: %j', async (fault, retryable) => {
    const { bot, transport } = await bench();
    bot.fail('getFile', fault);
    await expect(transport.download(bot.addFile('x'))).rejects.toMatchObject({ code: 'not_found', retryable });
  });

  it('is not taken from the disk of a server in local mode', async () => {
    const { bot, transport } = await bench();
    const fileId = bot.addFile('x', '/var/lib/telegram/x.txt');
    await expect(transport.download(fileId)).rejects.toMatchObject({ code: 'not_found', retryable: false });
  });

  it('ends with the signal', async () => {
    const { bot, transport } = await bench();
    const stop = new AbortController();
    bot.fail('getFile', faults.hangs());
    const opening = transport.download(bot.addFile('x'), stop.signal);
    await bot.until(({ calls }) => calls.length === 1);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: 'not_found', retryable: true });
  });
});
