import { context, outbound } from '../support/outbound';
import { FORBIDDEN_ANSWERS, FORBIDDEN_HOSTS, MALFORMED_ADDRESSES } from '../support/forbidden';
import { answering } from '../support/lookups';
import { type Lab, NOW, TOKEN } from './lab';
import type { Row } from './row';

const BLOCKED = { class: 'park', code: 'ssrf_blocked' } as const;
const NAME = 'hooks.example.test';
/** Receivers take five minutes of difference, in either direction. */
const SKEWS_S = [299, -299, 301, -301];

/** Of every address, from `checkAddress` to the network; nothing may be connected to, which the test watches over. */
export const addressRows: readonly Row[] = [
  {
    number: 22,
    fault: 'the URL names an internal address, in any spelling',
    note: 'refused when it is saved; when it is sent to, no packet leaves',
    cases: FORBIDDEN_HOSTS.flatMap((host) => ({
      name: host,
      expected: BLOCKED,
      act: async (lab) => {
        const { port } = await lab.server();
        const urls = ['http', 'https'].map((scheme) => `${scheme}://${host}:${port}/${TOKEN}`);
        return (await Promise.all(urls.map((url) => lab.refused({ url })))).flat();
      },
    })),
  },
  {
    number: 23,
    fault: 'the name resolves to an internal address, among others or only when it is connected to',
    note: 'no packet leaves',
    cases: [
      ...FORBIDDEN_ANSWERS.map(([what, answers]) => ({
        name: `${what}: ${answers.join(', ')}`,
        expected: BLOCKED,
        act: async (lab: Lab) => {
          const { port } = await lab.server();
          const urls = ['http', 'https'].map((scheme) => `${scheme}://${NAME}:${port}/${TOKEN}`);
          return (await Promise.all(urls.map((url) => lab.refused({ url }, answering(answers))))).flat();
        },
      })),
      {
        name: 'public when it is checked, and internal from then on',
        expected: BLOCKED,
        act: async (lab) => {
          const { port } = await lab.server();
          const lookup = answering(['93.184.216.34'], ['127.0.0.1']);
          lookup(NAME, {}, () => undefined);
          return lab.refused({ url: `http://${NAME}:${port}/${TOKEN}` }, lookup);
        },
      },
    ],
  },
  {
    number: 24,
    fault: 'the URL has another scheme, a user name, a fragment, a port of another protocol, …',
    note: 'refused when it is saved, and before it is sent to',
    cases: MALFORMED_ADDRESSES.map((address) => ({
      name: JSON.stringify(address).slice(0, 60),
      expected: { class: 'park', code: 'invalid_address' },
      act: (lab) => lab.refused(address),
    })),
  },
  {
    number: 28,
    fault: 'this machine’s clock is more than five minutes off, and receivers answer 401',
    note: 'the outcome carries the receiver’s clock; every attempt is signed anew',
    cases: SKEWS_S.map((skewS) => {
      const there = NOW - skewS * 1_000;
      const refused = { class: 'config', code: 'http_401', status: 401, receiverClockAt: there } as const;
      return {
        name: `by ${skewS} s`,
        control: Math.abs(skewS) <= 300,
        expected: Math.abs(skewS) > 300 ? refused : { class: 'ok', status: 204, receiverClockAt: there },
        act: async (lab) => {
          const server = await lab.server(undefined, there);
          server.otherwise(({ verified }) => ({ kind: 'answer', status: verified === true ? 204 : 401 }));
          return lab.send(server.url);
        },
      };
    }),
  },
  {
    number: 41,
    fault: 'another receiver does not answer',
    note: 'nobody else waits for it',
    cases: [
      {
        name: 'fifty sends to it are under way',
        expected: { class: 'ok', status: 204, receiverClockAt: NOW },
        act: async (lab) => {
          const [stuck, well] = [await lab.server(), await lab.server()];
          stuck.otherwise({ kind: 'stall', at: 'request' });
          const transport = lab.transport();
          const send = (url: string, id: string) => transport.send(outbound({ url, id }), context({ now: NOW }));
          const waiting = Array.from({ length: 50 }, (_, index) => send(stuck.url, `dlv-${index}`));
          await stuck.count(50);
          const outcome = await send(well.url, 'dlv-well');
          stuck.release();
          return [outcome, ...(await Promise.all(waiting))];
        },
      },
    ],
  },
];
