import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { describe } from 'vitest';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
if (!isInstalled) {
  process.stderr.write(
    '\n*** redis-server is NOT INSTALLED: what needs a real Redis is skipped, and proves nothing. ***\n' +
      '*** Install it (apt-get install redis-server, brew install redis) and run the tests again.   ***\n\n',
  );
}

/** Skipped, and loudly so, where there is no redis-server on this machine. */
export const describeWithRedis = describe.skipIf(!isInstalled);

/** A real server on a free port of this machine, which keeps nothing on disk. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #flags: readonly string[];
  readonly #clients: Redis[] = [];
  #process: ChildProcess | null = null;
  #shared: Redis | null = null;

  private constructor(port: number, folder: string, flags: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#flags = flags;
  }

  /** `flags` as on the command line of redis-server. */
  static async start(...flags: readonly string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'firstline-redis-'));
    for (;;) {
      const server = new RedisServer(await freePort(), folder, flags);
      // Somebody else may have taken the port meanwhile.
      if (await server.up()) return server;
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** For a `Cluster`. */
  get nodes(): { readonly host: string; readonly port: number }[] {
    return [{ host: '127.0.0.1', port: this.port }];
  }

  /** Starts it, also again; false: it ended at once. */
  async up(): Promise<boolean> {
    const options = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    const child = spawn('redis-server', [...options, ...this.#flags], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = child;
    // Of a run that was broken off.
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    for await (const line of createInterface(child.stdout)) {
      if (!line.includes('Ready to accept connections')) continue;
      child.stdout.resume();
      return true;
    }
    return false;
  }

  /** SIGKILL also ends one that is stopped. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
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

  async remove(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

/** A port on which nobody listens. */
export const portOfNobody = freePort;
