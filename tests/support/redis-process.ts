import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe } from 'vitest';
import { freePort } from './free-port';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
if (!isInstalled) {
  process.stderr.write(
    '\n*** redis-server is NOT INSTALLED: what needs a real Redis is skipped, and proves nothing. ***\n' +
      '*** Install it (apt-get install redis-server, brew install redis) and run the tests again.   ***\n\n',
  );
}

/** Skipped, and loudly so, where there is no redis-server on this machine. */
export const describeWithRedis = describe.skipIf(!isInstalled);

/** A real Redis on a free port of this machine, which keeps nothing on disk. */
export class RedisProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #flags: readonly string[];
  #child: ChildProcess | null = null;

  constructor(port: number, folder: string, flags: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#flags = flags;
  }

  /** `flags` as on the command line of redis-server. */
  static async start<T extends RedisProcess>(
    this: new (port: number, folder: string, flags: readonly string[]) => T,
    ...flags: readonly string[]
  ): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'firstline-redis-'));
    for (;;) {
      const server = new this(await freePort(), folder, flags);
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
    this.#child = child;
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
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
