import type { SendOutcome } from '@firstline/core';
import { ManualClock } from '@firstline/core/testing';
import { webhookTransport } from '@firstline/adapter-webhook';
import { describe, expect, it } from 'vitest';
import { acceptedOutcome, responseOutcome } from '../src/outcome';
import { context, outbound, SECRET } from './support/outbound';
import { receiver } from './support/receivers';

const NOW = Date.UTC(2026, 10, 21, 7, 28, 0);
const IN_90_S = 'Sat, 21 Nov 2026 07:29:30 GMT';
const AN_HOUR_AGO = 'Sat, 21 Nov 2026 06:28:00 GMT';

type Row = [status: number, headers: Record<string, string>, expected: Omit<SendOutcome, 'status'>];

const ok = { class: 'ok' } as const;
const failed = (status: number, outcome: SendOutcome['class'], retryAfterMs?: number) => ({
  class: outcome,
  code: `http_${status}`,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe('status', () => {
  it.each<Row>([
    [200, {}, ok],
    [201, {}, ok],
    [202, { 'retry-after': '60' }, ok],
    [204, {}, ok],
    [299, {}, ok],
    [300, {}, failed(300, 'config')],
    [304, {}, failed(304, 'config')],
    [400, {}, failed(400, 'park')],
    [401, {}, failed(401, 'config')],
    [402, {}, failed(402, 'config')],
    [403, {}, failed(403, 'config')],
    [404, {}, failed(404, 'config')],
    [405, {}, failed(405, 'config')],
    [407, {}, failed(407, 'config')],
    [408, {}, failed(408, 'retry')],
    [409, {}, failed(409, 'retry', 60_000)],
    [410, {}, failed(410, 'off')],
    [411, {}, failed(411, 'config')],
    [413, {}, failed(413, 'park')],
    [414, {}, failed(414, 'park')],
    [415, {}, failed(415, 'park')],
    [418, {}, failed(418, 'config')],
    [422, {}, failed(422, 'park')],
    [425, {}, failed(425, 'retry')],
    [429, {}, failed(429, 'cool')],
    [429, { 'retry-after': '7' }, failed(429, 'cool', 7_000)],
    [429, { 'Retry-After': IN_90_S }, failed(429, 'cool', 90_000)],
    [429, { 'retry-after': AN_HOUR_AGO }, failed(429, 'cool')],
    [429, { 'retry-after': '0' }, failed(429, 'cool')],
    [429, { 'retry-after': 'soon' }, failed(429, 'cool')],
    [431, {}, failed(431, 'park')],
    [451, {}, failed(451, 'config')],
    [500, {}, failed(500, 'retry')],
    [500, { 'retry-after': '60' }, failed(500, 'retry')],
    [501, {}, failed(501, 'retry')],
    [502, {}, failed(502, 'retry', 60_000)],
    [502, { 'retry-after': '120' }, failed(502, 'retry', 120_000)],
    [502, { 'retry-after': '1' }, failed(502, 'retry', 60_000)],
    [503, {}, failed(503, 'retry')],
    [503, { 'retry-after': '120' }, failed(503, 'retry', 120_000)],
    [503, { 'retry-after': IN_90_S }, failed(503, 'retry', 90_000)],
    [504, {}, failed(504, 'retry', 60_000)],
    [504, { 'retry-after': IN_90_S }, failed(504, 'retry', 90_000)],
    [599, {}, failed(599, 'retry')],
    [999, {}, failed(999, 'retry')],
  ])('%i %o', async (status, headers, expected) => {
    const body = status === 204 || status === 304 ? '' : 'b0dy';
    const server = await receiver({ clock: new ManualClock(NOW) });
    server.next({ kind: 'answer', status, headers, body });
    const transport = webhookTransport({ secret: SECRET, allowPrivateAddresses: true });
    const url = `${server.url}/p4th?qu3ry`;
    const outcome = await transport.send(outbound({ url }), context({ now: NOW }));
    expect(outcome).toEqual({ ...expected, status, receiverClockAt: NOW });
    expect(server.requests).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const other = await receiver();
    const server = await receiver({ clock: new ManualClock(NOW) });
    const location = `http://u:p4ss@127.0.0.1:${other.port}/p4th?qu3ry`;
    server.next({ kind: 'answer', status, headers: { location } });
    const transport = webhookTransport({ secret: SECRET, allowPrivateAddresses: true });
    expect(await transport.send(outbound({ url: server.url }), context())).toEqual({
      class: 'config',
      code: 'redirect',
      status,
      detail: `redirects to http://127.0.0.1:${other.port} are not followed; store the final URL`,
      receiverClockAt: NOW,
    });
    expect(server.requests).toHaveLength(1);
    expect(other.connections).toBe(0);
  });

  it.each([
    ['/p4th?qu3ry', 'https://hooks.example.test'],
    ['//evil.example.test/p4th', 'https://evil.example.test'],
    ['http://[::1]:99/p4th', 'http://[::1]:99'],
  ])('a redirect to %s is told by its host', (location, host) => {
    const url = new URL('https://hooks.example.test/s3cret');
    const { detail } = responseOutcome({ status: 302, headers: { location }, url, now: NOW });
    expect(detail).toBe(`redirects to ${host} are not followed; store the final URL`);
  });

  it.each([undefined, 'http://', ['/a', '/b']])('a redirect to %j is told without', (location) => {
    const url = new URL('https://hooks.example.test/s3cret');
    const { detail } = responseOutcome({ status: 302, headers: { location }, url, now: NOW });
    expect(detail).toBe('redirects are not followed');
  });

  it.each([
    ['Sat, 21 Nov 2026 07:29:30 GMT', NOW + 90_000],
    ['Saturday, 21-Nov-26 07:29:30 GMT', NOW + 90_000],
    ['Sat Nov 21 07:29:30 2026', NOW + 90_000],
    ['2026-11-21T07:29:30Z', undefined],
    ['yesterday', undefined],
    ['', undefined],
    [['Sat, 21 Nov 2026 07:29:30 GMT', 'Sat, 21 Nov 2026 07:29:31 GMT'], undefined],
    [undefined, undefined],
  ])('of %j tells the receiver’s clock, whatever it says', (date, receiverClockAt) => {
    const url = new URL('https://hooks.example.test/');
    for (const status of [204, 302, 401, 429, 500]) {
      const outcome = responseOutcome({ status, headers: { date }, url, now: NOW });
      expect(outcome.receiverClockAt).toBe(receiverClockAt);
    }
  });
});

describe('an answer that took long', () => {
  const ok = { class: 'ok', status: 200 } as const;

  it.each([
    ['complete', 9_999, ok],
    ['complete', 10_000, { ...ok, code: 'slow', detail: 'answered after 10 s' }],
    ['cut', 19_400, { ...ok, code: 'slow', detail: 'answered after 19 s' }],
    ['incomplete', 19_400, { ...ok, code: 'body_incomplete' }],
    ['incomplete', 1, { ...ok, code: 'body_incomplete' }],
  ] as const)('and is %s after %i ms', (end, tookMs, expected) => {
    expect(acceptedOutcome(ok, end, tookMs, 20_000)).toEqual(expected);
  });
});
