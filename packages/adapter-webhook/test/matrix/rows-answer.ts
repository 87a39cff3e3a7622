import type { SendOutcome } from '@firstline/core';
import { type Fault } from '@firstline/adapter-webhook/testing';
import { NOW } from './lab';
import type { Case, Row } from './row';

const MIB = 1024 ** 2;
const inHttp = (epochMs: number): string => new Date(epochMs).toUTCString();

/** What is told by a receiver that has a clock. */
const told = (outcome: SendOutcome): SendOutcome => ({ ...outcome, receiverClockAt: NOW });

function answered(expected: SendOutcome, status: number, headers: Record<string, string> = {}): Case {
  const [header] = Object.entries(headers).map(([name, value]) => `, ${name}: ${value}`);
  return {
    name: `${status}${header ?? ''}`,
    expected: told({ ...expected, status }),
    act: async (lab) => {
      const server = await lab.server();
      server.next({ kind: 'answer', status, headers });
      const outcome = await lab.send(server.url);
      return server.requests.length === 1 ? outcome : [];
    },
  };
}

function coded(outcome: SendOutcome['class'], status: number, more: Partial<SendOutcome> = {}): Case {
  return answered({ class: outcome, code: `http_${status}`, ...more }, status);
}

/** Faults of the body come behind a status that has been said. */
function bodied(name: string, fault: Fault, expected: SendOutcome, { endless = false } = {}): Case {
  return {
    name,
    expected: told(expected),
    act: async (lab) => {
      const server = await lab.server();
      server.next(fault);
      const sending = lab.send(server.url);
      if (endless) {
        await lab.clock.waitsFor(1_000);
        await lab.clock.advance('1s');
      }
      const outcome = await sending;
      await server.ended(1);
      return outcome;
    },
  };
}

const CUT_OFF = { class: 'ok', status: 200, code: 'body_incomplete' } as const;
const OK = { class: 'ok', status: 200 } as const;

export const answerRows: readonly Row[] = [
  {
    number: 6,
    fault: '2xx, then the body stalls, drips or breaks off',
    note: 'accepted: the status decides as soon as the headers are there',
    cases: [
      bodied('stalls', { kind: 'stall', at: 'body' }, CUT_OFF, { endless: true }),
      bodied('drips', { kind: 'drip', at: 'body' }, CUT_OFF, { endless: true }),
      bodied('reset', { kind: 'reset', at: 'body' }, CUT_OFF),
      bodied('ends early', { kind: 'end', at: 'body' }, CUT_OFF),
    ],
  },
  {
    number: 7,
    fault: '2xx, but only after half of the time there is',
    cases: [
      {
        name: 'after 12 s',
        expected: told({ class: 'ok', status: 204, code: 'slow' }),
        act: async (lab) => {
          const server = await lab.server();
          server.next({ kind: 'stall', at: 'request' });
          const sending = lab.send(server.url);
          await server.count(1);
          await lab.clock.advance('12s');
          server.release();
          return sending;
        },
      },
    ],
  },
  {
    number: 9,
    fault: '301, 302, 303, 307, 308, and any other 3xx',
    note: 'redirects are not followed; the host they lead to is recorded',
    cases: [
      ...[301, 302, 303, 307, 308].map((status) =>
        answered({ class: 'config', code: 'redirect' }, status, { location: 'https://elsewhere.example.test/' }),
      ),
      coded('config', 300),
      coded('config', 304),
    ],
  },
  {
    number: 10,
    fault: '400, 413, 414, 415, 422, 431',
    note: 'the receiver will never take it; kept, and replayable',
    cases: [400, 413, 414, 415, 422, 431].map((status) => coded('park', status)),
  },
  {
    number: 11,
    fault: '401, 403, 404, 405, and any other 4xx',
    cases: [401, 403, 404, 405, 402, 418, 451].map((status) => coded('config', status)),
  },
  { number: 12, fault: '408, 425', cases: [coded('retry', 408), coded('retry', 425)] },
  {
    number: 13,
    fault: '409',
    note: 'after a minute at the earliest: an earlier attempt is under way there',
    cases: [coded('retry', 409, { retryAfterMs: 60_000 })],
  },
  { number: 14, fault: '410', note: 'the address is switched off', cases: [coded('off', 410)] },
  {
    number: 15,
    fault: '429 with `Retry-After`',
    note: 'seconds or a date; uses up no attempt',
    cases: [
      answered({ class: 'cool', code: 'http_429', retryAfterMs: 7_000 }, 429, { 'retry-after': '7' }),
      answered({ class: 'cool', code: 'http_429', retryAfterMs: 90_000 }, 429, { 'retry-after': inHttp(NOW + 90_000) }),
    ],
  },
  {
    number: 16,
    fault: '429 without, or with one that is malformed or past',
    note: 'a pause that grows; uses up no attempt',
    cases: [
      coded('cool', 429),
      answered({ class: 'cool', code: 'http_429' }, 429, { 'retry-after': 'soon' }),
      answered({ class: 'cool', code: 'http_429' }, 429, { 'retry-after': inHttp(NOW - 1_000) }),
    ],
  },
  {
    number: 17,
    fault: '500, 502, 504, and any other 5xx',
    note: '502 and 504 after a minute at the earliest, or their `Retry-After`',
    cases: [
      ...[500, 501, 505, 599].map((status) => coded('retry', status)),
      ...[502, 504].map((status) => coded('retry', status, { retryAfterMs: 60_000 })),
      answered({ class: 'retry', code: 'http_502', retryAfterMs: 120_000 }, 502, { 'retry-after': '120' }),
    ],
  },
  {
    number: 18,
    fault: '503',
    note: 'not before its `Retry-After`',
    cases: [
      coded('retry', 503),
      answered({ class: 'retry', code: 'http_503', retryAfterMs: 120_000 }, 503, { 'retry-after': '120' }),
    ],
  },
  {
    number: 21,
    fault: 'a huge body, or one that inflates to a huge one',
    note: 'judged by its status; at most 64 KiB are read, and nothing is inflated',
    cases: [
      bodied('1 GiB announced', { kind: 'flood', at: 'body', bytes: 1024 * MIB, contentLength: true }, OK),
      bodied('1 GiB not announced', { kind: 'flood', at: 'body', bytes: 1024 * MIB }, OK),
      bodied(
        'of a failure',
        { kind: 'flood', at: 'body', bytes: 1024 * MIB, status: 503 },
        {
          class: 'retry',
          code: 'http_503',
          status: 503,
        },
      ),
      {
        name: 'gzip',
        expected: told(OK),
        act: async (lab) => {
          const server = await lab.server();
          server.next({ kind: 'gzip-bomb', bytes: 50 * MIB });
          return lab.send(server.url);
        },
      },
    ],
  },
];
