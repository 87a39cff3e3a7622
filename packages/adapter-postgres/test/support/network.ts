import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Happenings } from './signals';

/** A way to the server that can begin to swallow what is sent on it, with every socket left open. */
export class Network extends Happenings {
  /** Packets that were sent and never arrived. */
  swallowed = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #swallows = false;

  private constructor(port: number) {
    super();
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      this.#carry(near, far);
      this.#carry(far, near);
    });
  }

  static async to(port: number): Promise<Network> {
    const network = new Network(port);
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  swallow(): void {
    this.#swallows = true;
  }

  /** What was swallowed is lost, and so are the connections. */
  restore(): void {
    this.#swallows = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.restore();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on('data', (data) => {
      if (!this.#swallows) {
        to.write(data);
        return;
      }
      this.swallowed += 1;
      this.happened();
    });
  }
}
