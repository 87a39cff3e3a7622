import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  /** The header that receivers recognise repeats by. */
  readonly id: string;
  readonly messageId: string;
  readonly clientId: string;
  readonly type: string;
  readonly seq: number;
}

interface Payload {
  readonly data: {
    readonly message_id: string;
    readonly client_id: string;
    readonly type: string;
    readonly seq: number;
  };
}

/** A receiver that fails one request in ten: three times with a 500, and once takes the message and breaks off. */
export class ChaosReceiver {
  /** What it took, in order; what it answered with 500 is not among it. */
  readonly arrivals: Arrival[] = [];
  failures = 0;
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async listen(random: () => number): Promise<ChaosReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new ChaosReceiver(server);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        const fate = random();
        if (fate < 0.1) receiver.failures += 1;
        if (fate >= 0.025 && fate < 0.1) return void response.writeHead(500).end();
        receiver.#take(String(request.headers['webhook-id']), JSON.parse(body) as Payload);
        if (fate < 0.025) request.socket.destroy();
        else response.writeHead(204).end();
      });
    });
    return receiver;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(id: string, { data }: Payload): void {
    this.arrivals.push({
      id,
      messageId: data.message_id,
      clientId: data.client_id,
      type: data.type,
      seq: data.seq,
    });
  }
}
