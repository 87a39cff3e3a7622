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

  async remove(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

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
