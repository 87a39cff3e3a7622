import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Json } from './test-server';

export const SECRET = `whsec_${Buffer.alloc(32, 'firstline').toString('base64')}`;

export interface Received {
  /** `webhook-id`. */
  readonly id: string;
  readonly body: string;
  readonly data: Json;
}

export interface Receiver {
  readonly url: string;
  /** Every request that was properly signed, repeats included, in order of arrival. */
  readonly received: readonly Received[];
  /** Requests that were not. */
  readonly unverified: number;
  /** Resolves when so many have been received in all. */
  count(number: number): Promise<void>;
  /** What it answers from now on. */
  answer(status: number): void;
  close(): void;
}

/** A webhook receiver on loopback that verifies every request with the Standard Webhooks library. */
export async function openReceiver(): Promise<Receiver> {
  const webhook = new Webhook(SECRET);
  const received: Received[] = [];
  const arrivals = new EventEmitter();
  let unverified = 0;
  let status = 204;
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      try {
        const { data } = webhook.verify(body, req.headers as Record<string, string>) as { data: Json };
        received.push({ id: String(req.headers['webhook-id']), body, data });
      } catch {
        unverified += 1;
      }
      res.writeHead(status).end();
      arrivals.emit('arrival');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    get unverified() {
      return unverified;
    },
    count: async (number) => {
      while (received.length < number) await once(arrivals, 'arrival');
    },
    answer: (code) => {
      status = code;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
