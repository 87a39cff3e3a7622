import fc from 'fast-check';
import { FirstlineError, type JsonObject } from '@firstline/core';
import { webhookTransport } from '@firstline/adapter-webhook';
import { describe, expect, it } from 'vitest';
import { isBlockedPort } from '../src/blocked-ports';
import { FORBIDDEN_HOSTS } from './support/forbidden';
import { SECRET } from './support/outbound';

const transport = webhookTransport({ secret: SECRET });
const check = (url: string) => transport.checkAddress({ url });

function fault(address: unknown, by = transport): FirstlineError {
  try {
    by.checkAddress(address as JsonObject);
  } catch (error) {
    if (error instanceof FirstlineError) return error;
    throw error;
  }
  throw new Error('the address was taken');
}

describe('checkAddress', () => {
  it.each([
    ['https://hooks.example.com/in', 'https://hooks.example.com/in'],
    ['HTTPS://Hooks.Example.COM:443', 'https://hooks.example.com/'],
    ['http://hooks.example.com:80/a/../b?x=1', 'http://hooks.example.com/b?x=1'],
    ['https://hooks.example.com:8443/', 'https://hooks.example.com:8443/'],
    [' https://hooks.example.com/\n', 'https://hooks.example.com/'],
    ['https:\\\\hooks.example.com\\in', 'https://hooks.example.com/in'],
    ['https://пример.рф/путь', 'https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C'],
    ['https://@hooks.example.com/', 'https://hooks.example.com/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://134744072/', 'https://8.8.8.8/'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
    ['https://[::ffff:8.8.8.8]/', 'https://[::ffff:808:808]/'],
    ['https://localhost.example.com/', 'https://localhost.example.com/'],
    ['https://notlocalhost/', 'https://notlocalhost/'],
  ])('%s', (url, normal) => {
    expect(check(url)).toEqual({ url: normal });
    expect(check(normal)).toEqual({ url: normal });
  });

  it.each([
    ['nothing', {}],
    ['a number', { url: 42 }],
    ['null', { url: null }],
    ['a list', { url: ['https://hooks.example.com/'] }],
    ['an empty text', { url: '' }],
    ['a path', { url: '/hook' }],
    ['a host without a scheme', { url: 'hooks.example.com/in' }],
    ['another scheme', { url: 'ftp://hooks.example.com/' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['a script', { url: 'javascript:alert(1)' }],
    ['data', { url: 'data:text/plain,hello' }],
    ['a WebSocket', { url: 'wss://hooks.example.com/' }],
    ['a user name', { url: 'https://user@hooks.example.com/' }],
    ['a password', { url: 'https://:token@hooks.example.com/' }],
    ['a fragment', { url: 'https://hooks.example.com/#top' }],
    ['an empty fragment', { url: 'https://hooks.example.com/#' }],
    ['port 0', { url: 'https://hooks.example.com:0/' }],
    ['the port of mail', { url: 'https://hooks.example.com:25/' }],
    ['a port beyond', { url: 'https://hooks.example.com:65536/' }],
    ['no host', { url: 'https:///' }],
    ['a host with a space', { url: 'https://hooks example.com/' }],
    ['a long URL', { url: `https://hooks.example.com/${'x'.repeat(2_048)}` }],
    ['a URL that is long in its normal form', { url: `https://hooks.example.com/${'я'.repeat(1_000)}` }],
  ])('refuses %s', (_what, address) => {
    expect(fault(address)).toMatchObject({ code: 'invalid_channel', path: 'channel.address.url' });
  });

  it('refuses the ports of other protocols, which fetch refuses too', async () => {
    const blocked = Array.from({ length: 11_000 }, (_, port) => port).filter((port) => isBlockedPort(String(port)));
    expect(blocked).toHaveLength(83);
    // Port 0, which is no port at all, is the one that it leaves to the operating system.
    for (const port of blocked.slice(1)) {
      const refused: unknown = await fetch(`http://hooks.example.test:${port}/`).catch((error: Error) => error.cause);
      expect(refused).toMatchObject({ message: 'bad port' });
    }
    for (const port of ['', '80', '443', '1024', '3000', '8080', '8443', '65535'])
      expect(isBlockedPort(port)).toBe(false);
  });

  it('takes the longest URL allowed', () => {
    const url = `https://hooks.example.com/${'x'.repeat(2_048 - 'https://hooks.example.com/'.length)}`;
    expect(check(url)).toEqual({ url });
  });

  it('refuses members it does not know', () => {
    const error = fault({ url: 'https://hooks.example.com/', headers: { authorization: 'Bearer t0ken' } });
    expect(error).toMatchObject({ code: 'invalid_channel', path: 'channel.address.headers' });
    expect(error.message).not.toContain('t0ken');
  });

  it('does not repeat the URL, which may hold a secret', () => {
    for (const url of [
      'https://10.0.0.1/t0ken?t0ken',
      'https://a:t0ken@x.example/',
      'https://x.example/#t0ken',
      't0ken',
    ]) {
      expect(fault({ url }).message).not.toContain('t0ken');
    }
  });

  it('gives what it takes unchanged when it is checked again', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }), (url) => {
        const once = check(url);
        expect(transport.checkAddress(once)).toEqual(once);
      }),
      { numRuns: 30 },
    );
  });
});

describe('an internal host', () => {
  it.each(FORBIDDEN_HOSTS)('%s is refused', (host) => {
    const error = fault({ url: `http://${host}:8080/hook` });
    expect(error).toMatchObject({ code: 'invalid_channel', path: 'channel.address.url' });
    expect(error.message).toContain('internal address');
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.15',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '[2001:200::1]',
    '[2003::1]',
    '[2a00:1450:4001:81b::200e]',
    '[3ffe::1]',
  ])('%s is not one', (host) => {
    expect(check(`http://${host}/`)).toEqual({ url: `http://${host}/` });
  });

  it('is taken where everything is allowed', () => {
    const anywhere = webhookTransport({ secret: SECRET, allowPrivateAddresses: true });
    for (const host of ['localhost:3000', '127.0.0.1', '[::1]', '10.1.2.3']) {
      expect(anywhere.checkAddress({ url: `http://${host}/` })).toEqual({ url: `http://${host}/` });
    }
    expect(fault({ url: 'http://user@localhost/' }, anywhere).code).toBe('invalid_channel');
  });

  it('is taken where it is on the list, and no other', () => {
    const some = webhookTransport({
      secret: SECRET,
      allowedAddresses: ['LocalHost', '10.20.0.0/16', '192.168.7.7', 'fd00:1::/32', 'hooks.internal'],
    });
    const taken = ['localhost', '10.20.255.1', '0x0a140001', '192.168.7.7', '[::ffff:10.20.0.1]', '[fd00:1:2::3]'];
    for (const host of taken) expect(some.checkAddress({ url: `http://${host}/` })).toHaveProperty('url');
    const refused = ['app.localhost', '127.0.0.1', '10.21.0.0', '192.168.7.8', '[fd00:2::1]', '[64:ff9b::10.20.0.1]'];
    for (const host of refused) expect(fault({ url: `http://${host}/` }, some).code).toBe('invalid_channel');
  });
});
