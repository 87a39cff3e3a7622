import { Redis } from 'ioredis';
import { RedisProcess } from '../../../../tests/support/redis-process';

export { describeWithRedis } from '../../../../tests/support/redis-process';

/** With clients that go past the adapter. */
export class RedisServer extends RedisProcess {
  readonly #clients: Redis[] = [];
  #shared: Redis | null = null;

  /** Sends one command, past the adapter. */
  command(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.shared().call(name, ...args);
  }

  /** One client for all who do not mind. */
  shared(): Redis {
    this.#shared ??= this.client();
    return this.#shared;
  }

  /** How many are connected that were not made here. */
  async connections(): Promise<number> {
    const list = String(await this.command('CLIENT', 'LIST'));
    return list.split('\n').filter((line) => line !== '' && !line.includes(' name=test ')).length;
  }

  /** Every key there is. */
  async keys(): Promise<string[]> {
    return ((await this.command('KEYS', '*')) as string[]).sort();
  }

  /** As an application would make it; closed with the server. */
  client(): Redis {
    const client = new Redis(this.port, '127.0.0.1', { connectionName: 'test', maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  override async remove(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await super.remove();
  }
}
