import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Channel, Transport } from '@firstline/core';
import { type WebhookPayload, webhookTransport } from '@firstline/adapter-webhook';
import { Webhook } from 'standardwebhooks';
import { newSigningSecret } from './config';

/** The demonstration's channel. It has no address: there is one receiver, and only its transport knows where. */
export const DEMO_CHANNEL: Channel = { transport: 'demo', address: {} };

/** A webhook receiver on loopback, as an integrator would write one: it believes what is signed. */
export class DemoReceiver {
  readonly transport: Transport;
  readonly #server: Server;
  readonly #texts = new Map<string, string>();
  readonly #arrivals = new EventEmitter();

  private constructor(server: Server, secret: string) {
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.transport = onlyTo(
      `http://127.0.0.1:${port}/`,
      webhookTransport({ secret, allowedAddresses: ['127.0.0.1'], timeoutMs: 5_000 }),
    );
    const webhook = new Webhook(secret);
    server.on('request', (req, res) => {
      void text(req)
        .then((body) => webhook.verify(body, req.headers as Record<string, string>) as WebhookPayload)
        .then(
          ({ data }) => {
            this.#texts.set(data.message_id, data.text);
            this.#arrivals.emit('arrival');
            res.writeHead(204).end();
          },
          () => res.writeHead(400).end(),
        );
    });
  }

  static async open(): Promise<DemoReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DemoReceiver(server, newSigningSecret());
  }

  /** The text of a message, once it has arrived; `null` when it does not come in time. */
  async arrival(messageId: string, withinMs: number): Promise<string | null> {
    const signal = AbortSignal.timeout(withinMs);
    while (!this.#texts.has(messageId)) {
      const arrived = await once(this.#arrivals, 'arrival', { signal }).catch(() => null);
      if (arrived === null) return null;
    }
    return this.#texts.get(messageId) ?? null;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/**
 * Sends to this one receiver, whatever address a caller names. So the real transport can be shown on loopback while the
 * server's own keeps refusing internal addresses, and what an earlier run left over arrives here too.
 */
function onlyTo(url: string, webhook: Transport): Transport {
  return {
    timeoutMs: webhook.timeoutMs,
    checkAddress: () => ({}),
    send: (outbound, context) =>
      webhook.send({ ...outbound, channel: { ...outbound.channel, address: { url } } }, context),
    stop: async () => webhook.stop?.(),
  };
}
