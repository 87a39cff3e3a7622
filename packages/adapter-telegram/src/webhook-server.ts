import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FirstlineError } from '@firstline/core';
import type { WebhookDoor } from './webhook-door';
import { answerNode } from './webhook-handlers';

/** How long a request may take to arrive, in milliseconds; Telegram's are there at once. */
const ARRIVAL_MS = 15_000;

/** A server of the transport's own, for hosts that have none. It speaks plain HTTP: TLS belongs to the proxy before it. */
export class WebhookServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens; rejects with `invalid_options` where it cannot. Port 0 takes any free one. */
  static open(door: WebhookDoor, where: { host: string; port: number; path: string }): Promise<WebhookServer> {
    const server = createServer({ headersTimeout: ARRIVAL_MS, requestTimeout: ARRIVAL_MS }, (req, res) => {
      const [path] = (req.url ?? '').split('?');
      if (path === where.path) void answerNode(door, req, res);
      else res.writeHead(404, { 'content-length': '0', connection: 'close' }).end();
    });
    return new Promise((resolve, reject) => {
      server.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
        const problem = `cannot listen on ${where.host}, port ${where.port} (${code})`;
        reject(new FirstlineError('invalid_options', `telegramTransport: port, host: ${problem}`, { path: 'port' }));
      });
      server.listen(where.port, where.host, () => resolve(new WebhookServer(server)));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets answers under way come to their end. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }
}
