import type { LookupFunction } from 'node:net';
import { webhookTransport, type WebhookTransportOptions } from '@firstline/adapter-webhook';
import { afterEach, describe, expect, it } from 'vitest';
import { createAddressGuard } from '../src/address-guard';
import { createGuardedAgent, ForbiddenAddressError, guardedLookup } from '../src/guarded-agent';
import { watchConnects } from './support/connects';
import { answering } from './support/lookups';
import { context, outbound, SECRET } from './support/outbound';
import { receiver } from './support/receivers';

const connects = watchConnects();
const strict = createAddressGuard({ allowAll: false, allowed: [] });
const BLOCKED = { class: 'park', code: 'ssrf_blocked' };

function send(url: string, options: Partial<WebhookTransportOptions> = {}) {
  return webhookTransport({ secret: SECRET, ...options }).send(outbound({ url }), context());
}

describe('a name that leads to an internal address', () => {
  it('gets no packet when it changes its mind after the check', async () => {
    const server = await receiver();
    const lookup = answering(['93.184.216.34'], ['127.0.0.1']);
    const url = `http://hooks.example.test:${server.port}/`;

    // What a check by name would have seen; the transport has no such check to be fooled.
    const seen = await new Promise((resolve) => lookup('hooks.example.test', {}, (_error, answer) => resolve(answer)));
    expect(seen).toEqual([{ address: '93.184.216.34', family: 4 }]);

    expect(await send(url, { lookup })).toMatchObject(BLOCKED);
    expect(connects).toEqual([]);
    expect(server.connections).toBe(0);
  });

  it('is judged anew for every connection', async () => {
    const server = await receiver();
    server.otherwise({ kind: 'answer', headers: { connection: 'close' } });
    const lookup = answering(['127.0.0.1'], ['127.0.0.2']);
    const transport = webhookTransport({ secret: SECRET, lookup, allowedAddresses: ['127.0.0.1'] });
    const url = `http://hooks.example.test:${server.port}/`;
    expect(await transport.send(outbound({ url }), context())).toMatchObject({ class: 'ok' });
    expect(await transport.send(outbound({ url }), context())).toMatchObject(BLOCKED);
    expect(connects).toEqual([`127.0.0.1:${server.port}`]);
  });

  it('is connected to where the address or the name is allowed', async () => {
    const server = await receiver();
    const lookup = answering(['127.0.0.1']);
    const url = `http://hooks.example.test:${server.port}/`;
    const ways = [
      { allowedAddresses: ['127.0.0.0/8'] },
      { allowedAddresses: ['Hooks.Example.Test'] },
      { allowPrivateAddresses: true },
    ];
    for (const way of ways) expect(await send(url, { lookup, ...way })).toMatchObject({ class: 'ok', status: 204 });
    expect(server.requests).toHaveLength(3);
    expect(await send(url, { lookup, allowedAddresses: ['example.test'] })).toMatchObject(BLOCKED);
  });
});

describe('the connector by itself', () => {
  const agents: { close: () => Promise<void> }[] = [];
  afterEach(() => Promise.all(agents.splice(0).map((agent) => agent.close())));

  it.each(['http', 'https'])('refuses literals, which are never looked up: %s', async (scheme) => {
    const lookup = answering(['93.184.216.34']);
    const agent = createGuardedAgent({ guard: strict, lookup, timeoutMs: 1_000 });
    agents.push(agent);
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '169.254.169.254', 'localhost']) {
      const request = agent.request({ origin: `${scheme}://${host}:9`, path: '/', method: 'POST', body: '{}' });
      await expect(request).rejects.toBeInstanceOf(ForbiddenAddressError);
    }
    expect(lookup.asked()).toBe(0);
    expect(connects).toEqual([]);
  });
});

describe('the lookup by itself', () => {
  const ask = (lookup: LookupFunction, all: boolean) =>
    new Promise((resolve) => {
      guardedLookup(strict, lookup)('hooks.example.test', { all }, (error, ...answer) => resolve(error ?? answer));
    });

  it('passes public answers on in the form asked for', async () => {
    const lookup = answering(['93.184.216.34', '2606:4700:4700::1111']);
    expect(await ask(lookup, true)).toEqual([
      [
        { address: '93.184.216.34', family: 4 },
        { address: '2606:4700:4700::1111', family: 6 },
      ],
    ]);
    expect(await ask(lookup, false)).toEqual(['93.184.216.34', 4]);
  });

  it('judges all answers even where one is asked for', async () => {
    expect(await ask(answering(['93.184.216.34', '10.0.0.1']), false)).toBeInstanceOf(ForbiddenAddressError);
  });

  it('judges the single answer of a lookup that does not know `all`', async () => {
    const single = (address: string): LookupFunction => {
      return (_name, _options, callback) => callback(null, address, 4);
    };
    expect(await ask(single('10.0.0.1'), true)).toBeInstanceOf(ForbiddenAddressError);
    expect(await ask(single('93.184.216.34'), true)).toEqual([[{ address: '93.184.216.34', family: 4 }]]);
  });

  it.each([[[]], [undefined], ['hooks.example.test'], [['93.184.216.34']], [[{ address: '0x7f.1', family: 4 }]]])(
    'takes %j for no answer',
    async (answer) => {
      const lookup: LookupFunction = (_name, _options, callback) => callback(null, answer as unknown as string);
      expect(await ask(lookup, true)).toMatchObject({ code: 'ENOTFOUND' });
    },
  );

  it('passes failures on', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), []);
    };
    expect(await ask(lookup, true)).toMatchObject({ code: 'EAI_AGAIN' });
  });
});
