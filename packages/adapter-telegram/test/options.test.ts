import { telegramTransport } from '@firstline/adapter-telegram';
import { describe, expect, it } from 'vitest';

const TOKEN = '7000001:AAF-s3cret-t0ken';

function create(options: Record<string, unknown>) {
  return telegramTransport({ token: TOKEN, ...options });
}

const webhook = { mode: 'webhook', secretToken: 's3cret_token-9' };

describe('options', () => {
  it.each<[string, Record<string, unknown>]>([
    ['the least', {}],
    [
      'polling',
      { mode: 'polling', pollTimeout: '50s', pollInterval: 200, allowedUpdates: ['message', 'callback_query'] },
    ],
    ['short polling', { pollTimeout: 0, pollInterval: '1s' }],
    ['sending only', { mode: 'send-only' }],
    ['a mounted webhook', webhook],
    ['a webhook', { ...webhook, domain: 'bot.example.com', path: '/hooks/tg', maxConnections: 100 }],
    ['a webhook on another port', { ...webhook, domain: 'https://bot.example.com:8443', port: 3_000, host: '0.0.0.0' }],
    ["a server of one's own", { ...webhook, domain: 'http://bot.internal:8000', apiRoot: 'http://127.0.0.1:8081/' }],
    ['all about messages', { formatting: 'marks', groups: 'addressed', edits: 'ignore', clientIdPrefix: '' }],
    ['commands', { commands: { start: null, tariffs: 'What tariffs are there?', stop: { en: 'Stop', de: 'Halt' } } }],
    ['all about sending', { timeoutMs: 15_000, messagesPerSecond: 1_000, fetch: globalThis.fetch }],
  ])('may be %s', (_what, options) => {
    expect(create(options)).toMatchObject({ chat: true, forgetful: true });
  });

  it.each<[string, Record<string, unknown>]>([
    ['token', { token: 'AAF-s3cret-t0ken' }],
    ['token', { token: '' }],
    ['token', { token: undefined }],
    ['tocken', { tocken: TOKEN }],
    ['mode', { mode: 'pooling' }],
    ['pollTimeout', { pollTimeout: '51s' }],
    ['pollTimeout', { pollTimeout: 'soon' }],
    ['pollInterval', { pollInterval: -1 }],
    ['pollInterval', { pollTimeout: 0 }],
    ['allowedUpdates', { allowedUpdates: [] }],
    ['allowedUpdates', { allowedUpdates: ['edited_message'] }],
    ['allowedUpdates[1]', { allowedUpdates: ['message', 'mesage'] }],
    ['timeoutMs', { timeoutMs: 99 }],
    ['messagesPerSecond', { messagesPerSecond: 0 }],
    ['formatting', { formatting: 'html' }],
    ['groups', { groups: true }],
    ['edits', { edits: 'replace' }],
    ['clientIdPrefix', { clientIdPrefix: 'x'.repeat(65) }],
    ['commands', { commands: 'start' }],
    ['commands./start', { commands: { '/start': 'Hello' } }],
    ['commands.start', { commands: { start: '' } }],
    ['commands.start', { commands: { start: { en: 5 } } }],
    ['apiRoot', { apiRoot: 'api.telegram.org' }],
    ['apiRoot', { apiRoot: 'https://user:s3cret@api.example.com' }],
    ['apiRoot', { apiRoot: 'https://api.example.com/?a=b' }],
    ['fetch', { fetch: 'fetch' }],
    ['clock', { clock: {} }],
    ['secretToken', { mode: 'webhook' }],
    ['secretToken', { mode: 'webhook', secretToken: '' }],
    ['secretToken', { mode: 'webhook', secretToken: 'with space' }],
    ['secretToken', { mode: 'webhook', secretToken: 'x'.repeat(257) }],
    ['path', { ...webhook, path: 'hooks' }],
    ['path', { ...webhook, path: '/hooks?a=b' }],
    ['port', { ...webhook, port: 70_000 }],
    ['host', { ...webhook, port: 1, host: 'a b' }],
    ['domain', { ...webhook, domain: 'bot.example.com/hooks' }],
    ['domain', { ...webhook, domain: 'http://bot.example.com' }],
    ['domain', { ...webhook, domain: 'bot.example.com:3000' }],
    ['domain', { ...webhook, domain: '' }],
    ['maxConnections', { ...webhook, maxConnections: 101 }],
  ])('may not have this %s: %j', (path, options) => {
    let error: unknown;
    try {
      create(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'invalid_options', path });
    const { message } = error as Error;
    expect(message).toContain(path);
    expect(message).not.toContain('s3cret');
  });
});
