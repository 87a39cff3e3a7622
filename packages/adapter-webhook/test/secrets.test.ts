import { inspect } from 'node:util';
import type { Channel } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { type SecretFor, webhookPublicKey, webhookTransport } from '@firstline/adapter-webhook';
import { describe, expect, it } from 'vitest';
import { watchConnects } from './support/connects';
import { context, noIngress, OTHER_SECRET, OTHER_SECRET_KEY, outbound, SECRET } from './support/outbound';
import { receiver } from './support/receivers';
import { verified, verifiedV1a } from './support/verified';

const connects = watchConnects();
const OK = { class: 'ok', status: 204 };

const local = (secretFor: SecretFor, secret?: string) =>
  webhookTransport({ allowPrivateAddresses: true, secretFor, ...(secret === undefined ? {} : { secret }) });

describe('secretFor', () => {
  it('signs for each endpoint by its own secret, and by the common one where it has none', async () => {
    const server = await receiver();
    const asked: Channel[] = [];
    const transport = local(async (channel) => {
      asked.push(channel);
      const { url } = channel.address;
      return String(url).endsWith('/own') ? OTHER_SECRET : undefined;
    }, SECRET);
    for (const path of ['own', 'common']) {
      const url = `${server.url}/${path}`;
      expect(await transport.send(outbound({ url }), context())).toMatchObject(OK);
    }

    const [own, common] = server.requests;
    expect(verified(own!, OTHER_SECRET)).toEqual(verified(common!, SECRET));
    expect(() => verified(own!, SECRET)).toThrow('No matching signature');
    expect(() => verified(common!, OTHER_SECRET)).toThrow('No matching signature');
    expect(asked).toEqual(
      ['own', 'common'].map((path) => ({ transport: 'webhook', address: { url: `${server.url}/${path}` } })),
    );
  });

  it('may rotate and mix both kinds, needs no common secret, and is asked at every attempt', async () => {
    const server = await receiver();
    let secrets = [SECRET];
    const transport = local(() => secrets);
    await transport.send(outbound({ url: server.url }), context());
    secrets = [OTHER_SECRET_KEY, SECRET];
    await transport.send(outbound({ url: server.url }), context());
    const [before, during] = server.requests;
    expect(before!.headers['webhook-signature']).toMatch(/^v1,\S+$/);
    expect(during!.headers['webhook-signature']).toMatch(/^v1a,\S+ v1,\S+$/);
    expect(verified(before!)).toEqual(verified(during!));
    expect(verifiedV1a(during!, webhookPublicKey(OTHER_SECRET_KEY))).toBe(true);
  });

  it.each<[string, SecretFor, object]>([
    ['a bad secret', () => `${OTHER_SECRET}!`, { class: 'config', code: 'invalid_secret' }],
    ['no secrets', () => [], { class: 'config', code: 'invalid_secret' }],
    ['none at all', () => null, { class: 'config', code: 'invalid_secret' }],
    [
      'a rejection',
      () => Promise.reject(new Error(`no such row: ${OTHER_SECRET}`)),
      { class: 'retry', code: 'secret_unavailable' },
    ],
    [
      'an exception',
      () => {
        throw new Error(OTHER_SECRET);
      },
      { class: 'retry', code: 'secret_unavailable' },
    ],
  ])('that gives %s sends nothing and shows nothing', async (_what, secretFor, expected) => {
    const server = await receiver();
    const outcome = await local(secretFor).send(outbound({ url: server.url }), context());
    expect(outcome).toEqual(expected);
    expect(inspect(outcome)).not.toContain(OTHER_SECRET.slice(6, 20));
    expect(connects).toEqual([]);
  });

  it('does not send behind the engine’s back when it took too long', async () => {
    const server = await receiver();
    const clock = new ManualClock();
    let give = (_secret: string): void => undefined;
    const secretFor = () => new Promise<string>((resolve) => (give = resolve));
    const transport = webhookTransport({ secretFor, allowPrivateAddresses: true, clock });
    const sending = transport.send(outbound({ url: server.url }), context());
    await clock.advance('20s');
    expect(await sending).toMatchObject({ class: 'retry', code: 'timeout' });
    give(SECRET);
    await transport.stop?.();
    expect(connects).toEqual([]);
  });
});

describe('checkReachable', () => {
  const reaching = (options = {}) => webhookTransport({ secret: SECRET, allowPrivateAddresses: true, ...options });

  it('sends a signed ping under an id of its own, and tells the outcome', async () => {
    const server = await receiver();
    server.next({ kind: 'answer', status: 200 }).next({ kind: 'answer', status: 404 });
    const clock = new ManualClock(Math.floor(Date.now() / 1_000) * 1_000);
    const transport = reaching({ clock });
    expect(await transport.checkReachable({ url: server.url })).toMatchObject({ class: 'ok', status: 200 });
    expect(await transport.checkReachable({ url: server.url })).toMatchObject({ class: 'config', code: 'http_404' });

    const [first, second] = server.requests;
    expect(verified(first!)).toEqual({
      type: 'webhook.ping',
      timestamp: new Date(clock.now()).toISOString(),
      data: {},
    });
    expect(first!.id).toMatch(/^ping_[\da-f-]{36}$/);
    expect(second!.id).not.toBe(first!.id);
  });

  it('asks for the endpoint’s own secret, under the name the transport was given', async () => {
    const server = await receiver();
    const asked: Channel[] = [];
    const transport = local((channel) => {
      asked.push(channel);
      return OTHER_SECRET;
    });
    await transport.start?.(noIngress, 'hooks');
    await transport.checkReachable({ url: server.url });
    expect(verified(server.requests[0]!, OTHER_SECRET)).toMatchObject({ type: 'webhook.ping' });
    expect(asked).toEqual([{ transport: 'hooks', address: { url: server.url } }]);
  });

  it('ends when the caller does not wait any longer, or the time is over', async () => {
    const server = await receiver();
    server.otherwise({ kind: 'stall', at: 'request' });
    const clock = new ManualClock();
    const waiting = new AbortController();
    const [mine, late] = [{ signal: waiting.signal }, {}].map((options) =>
      reaching({ clock }).checkReachable({ url: server.url }, options),
    );
    await server.count(2);
    waiting.abort();
    expect(await mine).toMatchObject({ class: 'retry', code: 'timeout' });
    await clock.advance('20s');
    expect(await late).toMatchObject({ class: 'retry', code: 'timeout' });
  });

  it('refuses what a send refuses, and is over with stop', async () => {
    const server = await receiver();
    const strict = webhookTransport({ secret: SECRET });
    expect(await strict.checkReachable({ url: server.url })).toMatchObject({ class: 'park', code: 'ssrf_blocked' });
    expect(await strict.checkReachable({ url: 'nowhere' })).toMatchObject({ class: 'park', code: 'invalid_address' });
    const transport = reaching();
    await transport.stop?.();
    expect(await transport.checkReachable({ url: server.url })).toEqual({ class: 'retry', code: 'stopped' });
    expect(connects).toEqual([]);
  });
});
