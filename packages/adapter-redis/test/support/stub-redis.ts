import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What a command is answered with, as it goes over the wire; `null`: nothing, ever. */
export type Answer = (command: string) => string | null;

export const OK = '+OK\r\n';
const INFO = 'loading:0\r\n';

/** Speaks as much of the protocol as it takes to connect, and then answers as the test says. */
export class StubRedis {
  /** Names of the commands that came, those of the connection's beginning left out. */
  readonly asked: string[] = [];
  connections = 0;
  answer: Answer;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: Answer) {
    this.answer = answer;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async open(answer: Answer, port = 0): Promise<StubRedis> {
    const stub = new StubRedis(answer);
    await new Promise<void>((resolve) => stub.#server.listen(port, '127.0.0.1', resolve));
    return stub;
  }

  /** Accepts connections and never says a word. */
  static hanging(): Promise<StubRedis> {
    return StubRedis.open(() => null);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Ends all connections. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let found = firstCommand(text); found !== null; found = firstCommand(text)) {
        text = text.slice(found.length);
        const reply = this.#reply(found.name);
        if (reply !== null) socket.write(reply);
      }
    });
  }

  #reply(name: string): string | null {
    if (this.answer('connect') === null) return null;
    if (name === 'info') return `$${INFO.length}\r\n${INFO}\r\n`;
    if (name === 'client' || name === 'auth') return OK;
    this.asked.push(name);
    return this.answer(name);
  }
}

/** The first whole command: an array of bulk strings. */
function firstCommand(text: string): { readonly name: string; readonly length: number } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  let place = head[0].length;
  let name = '';
  for (let part = 0; part < Number(head[1]); part += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(place));
    if (size === null) return null;
    const start = place + size[0].length;
    place = start + Number(size[1]) + 2;
    if (place > text.length) return null;
    if (part === 0) name = text.slice(start, place - 2).toLowerCase();
  }
  return { name, length: place };
}
