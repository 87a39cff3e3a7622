import { closedPort } from '../support/receivers';
import { answering, failing } from '../support/lookups';
import { TOKEN } from './lab';
import type { Row } from './row';

const NAME = 'hooks.example.test';
const TIMEOUT = { class: 'retry', code: 'timeout', retryAfterMs: 60_000 } as const;
const REFUSED = { class: 'retry', code: 'connection_refused' } as const;
const UNRESOLVED = { class: 'retry', code: 'dns_error' } as const;
const TLS_ERROR = { class: 'config', code: 'tls_error' } as const;
const LATE = { class: 'retry', code: 'connect_timeout' } as const;
const RESET = { class: 'retry', code: 'connection_reset' } as const;
const GARBLED = { class: 'config', code: 'bad_response' } as const;
const OK_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';

/** Nothing that could be called an answer comes. */
export const connectionRows: readonly Row[] = [
  {
    number: 1,
    fault: 'nobody listens',
    cases: [
      {
        name: 'at the address',
        expected: REFUSED,
        act: async (lab) => lab.send(`http://127.0.0.1:${await closedPort()}/`),
      },
      {
        name: 'at any address of the name',
        expected: REFUSED,
        act: async (lab) => {
          const lookup = answering(['127.0.0.1', '127.0.0.2']);
          return lab.send(`http://${NAME}:${await closedPort()}/`, { lookup });
        },
      },
    ],
  },
  {
    number: 2,
    fault: 'the name does not resolve',
    cases: [
      ...['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL'].map(
        (code) =>
          ({
            name: code,
            expected: UNRESOLVED,
            act: (lab) => lab.send(`https://${NAME}/`, { lookup: failing(code) }),
          }) satisfies Row['cases'][number],
      ),
      {
        name: 'to no address at all',
        expected: UNRESOLVED,
        act: (lab) => lab.send(`https://${NAME}/`, { lookup: answering([]) }),
      },
    ],
  },
  {
    number: 3,
    fault: 'the certificate or the TLS handshake fails',
    note: 'verification cannot be switched off',
    cases: [
      {
        name: 'nobody vouches for the certificate',
        expected: TLS_ERROR,
        act: async (lab) => lab.send((await lab.server(NAME)).url),
      },
      {
        name: 'no TLS there',
        expected: TLS_ERROR,
        act: async (lab) => lab.send((await lab.server()).url.replace('http:', 'https:')),
      },
    ],
  },
  {
    number: 4,
    fault: 'no connection within 5 s',
    cases: [
      {
        name: 'the TLS handshake is not answered',
        expected: LATE,
        act: async (lab) => {
          const server = await lab.server(NAME);
          server.next({ kind: 'stall', at: 'connect' });
          return lab.send(server.url, { timeoutMs: 100 });
        },
      },
      {
        name: 'the lookup is not answered',
        expected: LATE,
        act: (lab) => lab.send(`https://${NAME}/`, { timeoutMs: 100, lookup: () => undefined }),
      },
    ],
  },
  {
    number: 5,
    fault: 'no answer in time',
    note: 'under the same id, after a minute at the earliest: it may have arrived',
    cases: [
      {
        name: 'nothing is said',
        expected: TIMEOUT,
        act: async (lab) => {
          const server = await lab.server();
          server.next({ kind: 'stall', at: 'request' });
          const sending = lab.send(server.url);
          await server.count(1);
          await lab.clock.advance('20s');
          await server.ended(1);
          return sending;
        },
      },
      {
        name: 'the engine waits no longer',
        expected: TIMEOUT,
        act: async (lab) => {
          const server = await lab.server();
          server.next({ kind: 'stall', at: 'headers' });
          const waiting = new AbortController();
          const sending = lab.send(server.url, {}, waiting.signal);
          await server.count(1);
          waiting.abort();
          await server.ended(1);
          return sending;
        },
      },
    ],
  },
  {
    number: 8,
    fault: 'an answer whose headers never end',
    note: 'as 5',
    cases: [
      ...[
        { name: 'headers byte by byte', at: 'headers' as const, piece: 'x' },
        { name: 'nothing but hints', at: 'request' as const, piece: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
      ].map(
        ({ name, at, piece }) =>
          ({
            name,
            expected: TIMEOUT,
            act: async (lab) => {
              const server = await lab.server();
              server.next({ kind: 'drip', at, piece });
              const sending = lab.send(server.url);
              await server.count(1);
              await lab.clock.advance('20s');
              await server.ended(1);
              return sending;
            },
          }) satisfies Row['cases'][number],
      ),
    ],
  },
  {
    number: 19,
    fault: 'the connection breaks before the headers',
    note: 'under the same id; nothing is sent a second time behind the engine’s back',
    cases: [
      ...(['reset', 'end'] as const).flatMap((kind) =>
        (['connect', 'request', 'headers'] as const).map(
          (at) =>
            ({
              name: `${kind} at ${at}`,
              expected: RESET,
              act: async (lab) => {
                const server = await lab.server();
                server.next({ kind, at });
                const outcome = await lab.send(server.url);
                return server.connections === 1 ? outcome : [];
              },
            }) satisfies Row['cases'][number],
        ),
      ),
      {
        name: 'switches protocols',
        expected: RESET,
        act: async (lab) => {
          const server = await lab.server();
          server.next({ kind: 'raw', bytes: 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n' });
          return lab.send(server.url);
        },
      },
    ],
  },
  {
    number: 20,
    fault: 'what comes is no HTTP, or its headers exceed 16 KiB',
    cases: Object.entries({
      garbage: `${TOKEN}\r\n\r\n`,
      'a status that is no number': 'HTTP/1.1 OK\r\n\r\n',
      'another protocol': 'SSH-2.0-OpenSSH_9.6\r\n',
      'a header without a name': `${OK_HEAD}: x\r\n\r\n`,
      'two lengths': `${OK_HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n`,
      'one header of 20 KiB': `${OK_HEAD}x: ${'y'.repeat(20 * 1024)}\r\n\r\n`,
      'ten thousand headers': `${OK_HEAD}${'x: y\r\n'.repeat(10_000)}\r\n`,
    }).map(([name, bytes]) => ({
      name,
      expected: GARBLED,
      act: async (lab) => {
        const server = await lab.server();
        server.next({ kind: 'raw', bytes });
        return lab.send(server.url);
      },
    })),
  },
];
