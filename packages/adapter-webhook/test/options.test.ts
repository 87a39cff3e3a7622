import { lookup } from 'node:dns';
import { inspect } from 'node:util';
import { FirstlineError, systemClock } from '@firstline/core';
import { webhookIngress, webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import { describe, expect, it } from 'vitest';
import { OTHER_SECRET, OTHER_SECRET_KEY, PUBLIC_KEY, SECRET, SECRET_KEY } from './support/outbound';

/** What `webhookTransport` throws; options as JavaScript may pass them. */
function fault(options: unknown): FirstlineError {
  try {
    webhookTransport(options as WebhookTransportOptions);
  } catch (error) {
    if (error instanceof FirstlineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('options', () => {
  it('need no more than a secret', () => {
    expect(webhookTransport({ secret: SECRET }).timeoutMs).toBe(20_000);
  });

  it('may all be given', () => {
    const transport = webhookTransport({
      secret: [SECRET, OTHER_SECRET, SECRET],
      timeoutMs: 5_000,
      allowPrivateAddresses: false,
      allowedAddresses: ['hooks.internal', '10.0.0.0/8', 'fd00::/8', '127.0.0.1', '::1', 'пример.рф', 'localhost.'],
      lookup,
      secretFor: () => null,
      clock: systemClock(),
    });
    expect(transport.timeoutMs).toBe(5_000);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['no secret', 'secret', {}],
    ['a secret that is not set in the environment', 'secret', { secret: undefined }],
    ['no secrets', 'secret', { secret: [] }],
    ['too many secrets', 'secret', { secret: Array.from({ length: 11 }, () => SECRET) }],
    ['a short secret', 'secret', { secret: 'whsec_c2hvcnQ=' }],
    ['a bad secret of several', 'secret[1]', { secret: [SECRET, `${SECRET}!`] }],
    ['a missing secret of several', 'secret[1]', { secret: [SECRET, undefined] }],
    ['bytes for a secret', 'secret', { secret: Buffer.alloc(32) }],
    ['no time', 'timeoutMs', { timeoutMs: 0 }],
    ['endless time', 'timeoutMs', { timeoutMs: Infinity }],
    ['a broken number', 'timeoutMs', { timeoutMs: Number.NaN }],
    ['time as text', 'timeoutMs', { timeoutMs: '20s' }],
    ['seconds', 'timeoutMs', { timeoutMs: 20 }],
    ['days', 'timeoutMs', { timeoutMs: 86_400_000 }],
    ['text for a boolean', 'allowPrivateAddresses', { allowPrivateAddresses: 'false' }],
    ['one address without a list', 'allowedAddresses', { allowedAddresses: '10.0.0.0/8' }],
    ['a URL', 'allowedAddresses[0]', { allowedAddresses: ['https://hooks.internal'] }],
    ['a host with a port', 'allowedAddresses[0]', { allowedAddresses: ['hooks.internal:8080'] }],
    ['a pattern', 'allowedAddresses[0]', { allowedAddresses: ['*.internal'] }],
    ['an empty entry', 'allowedAddresses[1]', { allowedAddresses: ['hooks.internal', ''] }],
    ['a number', 'allowedAddresses[0]', { allowedAddresses: [10] }],
    ['a block that is too long', 'allowedAddresses[0]', { allowedAddresses: ['10.0.0.0/33'] }],
    ['a block that is too long', 'allowedAddresses[0]', { allowedAddresses: ['fd00::/129'] }],
    ['a block without a number', 'allowedAddresses[0]', { allowedAddresses: ['10.0.0.0/'] }],
    ['an abbreviated address', 'allowedAddresses[0]', { allowedAddresses: ['127.1'] }],
    ['an address of five parts', 'allowedAddresses[0]', { allowedAddresses: ['10.0.0.0.1'] }],
    ['IPv4 in IPv6 clothes', 'allowedAddresses[0]', { allowedAddresses: ['::ffff:10.0.0.0/104'] }],
    ['a zone', 'allowedAddresses[0]', { allowedAddresses: ['fe80::1%eth0'] }],
    ['a lookup that is no function', 'lookup', { lookup: {} }],
    ['a secret key of wrong length', 'secret', { secret: `whsk_${Buffer.alloc(33).toString('base64')}` }],
    ['a public key to sign with', 'secret', { secret: PUBLIC_KEY }],
    ['secrets by name', 'secretFor', { secret: SECRET, secretFor: { webhook: SECRET } }],
    ['a date for a clock', 'clock', { clock: new Date() }],
    ['an unknown option', 'allowPrivate', { allowPrivate: true }],
    ['a misspelled secret', 'secrets', { secrets: [SECRET] }],
  ])('refuse %s: %s', (_what, path, options) => {
    const error = fault({ ...(path.startsWith('secret') ? {} : { secret: SECRET }), ...options });
    expect(error).toMatchObject({ code: 'invalid_options', path });
    expect(error.message).toContain(`webhookTransport: ${path} `);
  });

  it.each([undefined, null, SECRET])('refuse %j instead of an object', (options) => {
    expect(fault(options)).toMatchObject({ code: 'invalid_options' });
  });

  it('treats an option that is undefined as not given', () => {
    const options = { secret: SECRET, timeoutMs: undefined, allowedAddresses: undefined, lookup: undefined };
    expect(webhookTransport(options as unknown as WebhookTransportOptions).timeoutMs).toBe(20_000);
  });

  it('never shows a secret', () => {
    const bad = `${SECRET}=`;
    const shown = [
      fault({ secret: bad }),
      fault({ secret: [SECRET, bad] }),
      fault({ secret: SECRET, allowedAddresses: [`https://${SECRET}`] }),
      fault({ secret: SECRET, timeoutMs: SECRET }),
      fault({ secret: [SECRET_KEY, `${SECRET_KEY}=`] }),
      webhookTransport({ secret: [SECRET, OTHER_SECRET, SECRET_KEY, OTHER_SECRET_KEY] }),
      webhookIngress({ secret: SECRET, receive: () => Promise.reject(new Error()) }),
    ];
    for (const value of shown) {
      for (const secret of [SECRET, SECRET_KEY, OTHER_SECRET_KEY]) {
        expect(inspect(value, { depth: null, showHidden: true, getters: true })).not.toContain(secret.slice(6, 20));
        expect(JSON.stringify(value) ?? '').not.toContain(secret.slice(6, 20));
      }
    }
  });
});
