import { Redis } from 'ioredis';
import { RedisProcess } from '../../../../tests/support/redis-process';

export { describeWithRedis } from '../../../../tests/support/redis-process';
export { freePort as portOfNobody } from '../../../../tests/support/free-port';

/** With clients that go past the adapter. */
export class RedisServer extends RedisProcess {
  readonly #clients: Redis[] = [];
  #shared: Redis | null = null;

  /** For a `Cluster`. */
  get nodes(): { readonly host: string; readonly port: number }[] {
    return [{ host: '127.0.0.1', port: this.port }];
  }

  /** Sends one command, past the adapter. */
  command(name: string, ...args: readonly string[]): Promise<unknown> {
    return this.shared().call(name, ...args);
  }

  /** One client for all who do not mind. */
  shared(): Redis {
    this.#shared ??= this.client();
    return this.#shared;
  }

  /** A cluster of one node. */
  static async startCluster(): Promise<RedisServer> {
    const server = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    await server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await server.clusterIsUp();
    return server;
  }

  /** Resolves when the node has noticed that all slots are its own. */
  async clusterIsUp(): Promise<void> {
    while (!String(await this.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  }

  /** From now on. What is returned ends it, and tells the commands that clients sent, in order, with all their parts. */
  async watch(): Promise<() => Promise<string[][]>> {
    const monitor = await this.client().monitor();
    this.#clients.push(monitor);
    const seen: string[][] = [];
    const end = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, [command = '', ...parts]: string[], source: string) => {
        if (command.toLowerCase() === 'echo' && parts[0] === 'end') resolve();
        // What scripts do themselves is told as well.
        else if (source !== 'lua') seen.push([command.toLowerCase(), ...parts]);
      });
    });
    return async () => {
      await this.command('ECHO', 'end');
      await end;
      monitor.disconnect();
      return seen;
    };
  }

  /** Every key there is. */
  async keys(): Promise<string[]> {
    return ((await this.command('KEYS', '*')) as string[]).sort();
  }

  /** As an application would make it; closed with the server. */
  client(): Redis {
    const client = new Redis(this.port, '127.0.0.1');
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  /**
   * Lets time pass for all that is stored, without waiting: what would be over is removed, and the rest ends so much
   * earlier. Lists are those of the rate limiter, and hold times.
   */
  async advance(ms: number): Promise<void> {
    await this.command('EVAL', ADVANCE, '0', String(ms));
  }

  override async remove(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await super.remove();
  }
}

const ADVANCE = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key) - ARGV[1]
  if redis.call('TYPE', key).ok == 'list' then
    for index, time in ipairs(redis.call('LRANGE', key, 0, -1)) do
      redis.call('LSET', key, index - 1, string.format('%.0f', time - ARGV[1]))
    end
  end
  redis.call('PEXPIRE', key, string.format('%.0f', left))
end
`;
