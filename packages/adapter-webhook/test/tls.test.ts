import type { LookupFunction } from 'node:net';
import tls from 'node:tls';
import { webhookTransport } from '@firstline/adapter-webhook';
import type { FaultServer } from '@firstline/adapter-webhook/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { context, outbound, SECRET } from './support/outbound';
import { receiver } from './support/receivers';

const lookup: LookupFunction = (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
const NAME = 'hooks.example.test';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function send(url: string) {
  const transport = webhookTransport({ secret: SECRET, allowPrivateAddresses: true, lookup });
  const outcome = await transport.send(outbound({ url }), context());
  await transport.stop?.();
  return outcome;
}

/** As if the machine's administrator had installed the certificate. */
function trust({ certificate }: FaultServer): void {
  const original = tls.createSecureContext;
  vi.spyOn(tls, 'createSecureContext').mockImplementation((options) => original({ ...options, ca: certificate ?? '' }));
}

describe('TLS', () => {
  it('is spoken', async () => {
    const server = await receiver({ tls: NAME });
    trust(server);
    for (const host of ['hooks.example.test', '127.0.0.1']) {
      expect(await send(`https://${host}:${server.port}/`)).toMatchObject({ class: 'ok', status: 204 });
    }
    expect(server.requests).toHaveLength(2);
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const server = await receiver({ tls: NAME });
    expect(await send(server.url)).toEqual({
      class: 'config',
      code: 'tls_error',
      detail: '127.0.0.1: DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(server.requests).toEqual([]);
  });

  it('refuses it also where the environment says not to care', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const server = await receiver({ tls: NAME });
    expect(await send(server.url)).toMatchObject({ class: 'config', code: 'tls_error' });
    expect(server.requests).toEqual([]);
  });

  it('refuses the certificate of another name', async () => {
    const server = await receiver({ tls: NAME });
    trust(server);
    expect(await send(`https://other.example.test:${server.port}/`)).toEqual({
      class: 'config',
      code: 'tls_error',
      detail: 'other.example.test: ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(server.requests).toEqual([]);
  });

  it('fails at a server that does not speak it', async () => {
    const server = await receiver();
    const outcome = await send(server.url.replace('http:', 'https:'));
    expect(outcome).toMatchObject({ class: 'config', code: 'tls_error' });
  });

  it('is not spoken to a server that wants it', async () => {
    const server = await receiver({ tls: NAME });
    const outcome = await send(server.url.replace('https:', 'http:'));
    expect(outcome).toMatchObject({ class: 'retry', code: 'connection_reset' });
  });
});
