import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { transportContract } from '@firstline/core/testing';
import { describe, it } from 'vitest';
import { webhookTransport, type WebhookPayload } from '../src/index';

const SECRET = `whsec_${Buffer.alloc(32, 0x3c).toString('base64')}`;
const STATUS = { accept: 204, fail: 503, refuse: 400 } as const;

describe('webhookTransport', () => {
  transportContract({ describe, it }, async ({ timeoutMs }) => {
    const received: { readonly id: string; readonly text: string }[] = [];
    const arrivals = new EventEmitter();
    let status: number | null = 204;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { data } = JSON.parse(Buffer.concat(chunks).toString()) as WebhookPayload;
        received.push({ id: String(request.headers['webhook-id']), text: data.text });
        arrivals.emit('one');
        // The body tells the text back, as badly written receivers do.
        if (status !== null) response.writeHead(status).end(status === 204 ? '' : data.text);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/hook?key=from-the-url`;
    return {
      transport: webhookTransport({ secret: SECRET, allowPrivateAddresses: true, timeoutMs }),
      addresses: [{ url }, { url: `HTTP://127.0.0.1:${port}/a/../hook` }],
      badAddresses: [
        { url: `ftp://127.0.0.1:${port}/` },
        { url: `http://user:word@127.0.0.1:${port}/` },
        { url: `${url}#part` },
        { url: 7 },
        { url, more: true },
        {},
      ],
      secrets: [SECRET, SECRET.slice('whsec_'.length), 'from-the-url'],
      answer: (how) => void (status = how === 'hang' ? null : STATUS[how]),
      received: () => received,
      reached: async (count) => {
        while (received.length < count) await once(arrivals, 'one');
      },
      dispose: async () => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      },
    };
  });
});
