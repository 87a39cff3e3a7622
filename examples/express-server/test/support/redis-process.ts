import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { describe } from 'vitest';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
if (!isInstalled) {
  process.stderr.write('\n*** redis-server is NOT INSTALLED: what the server does with Redis is not tested. ***\n\n');
}

/** Skipped, and loudly so, where there is no redis-server on this machine. */
export const describeWithRedis = describe.skipIf(!isInstalled);

/** A real Redis on a port of this machine, which keeps nothing on disk. */
export class RedisProcess {
  readonly port: number;
  #child: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<RedisProcess> {
    for (;;) {
      const redis = new RedisProcess(await freePort());
      // Somebody else may have taken the port meanwhile.
      if (await redis.up()) return redis;
    }
  }

  /** Starts it, also again; false: it ended at once. */
  async up(): Promise<boolean> {
    const flags = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', tmpdir(), '--save', ''];
    const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] });
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

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** A port on which nobody listens. */
export function freePort(): Promise<number> {
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
