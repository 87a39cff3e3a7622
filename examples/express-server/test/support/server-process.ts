import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const example = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  readonly file: string;
  remove(): void;
}

/**
 * Bundles a program from the sources, so that the test needs no build and runs what was last written. It lies below the
 * example's own dependencies, which stay outside of it.
 */
export async function bundle(entry: URL): Promise<Bundle> {
  const cache = join(example, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'server-'));
  await build({
    config: false,
    silent: true,
    entry: { main: fileURLToPath(entry) },
    outDir,
    format: ['esm'],
    target: 'node20',
    outExtension: () => ({ js: '.mjs' }),
    external: ['better-sqlite3', 'express', 'ioredis', 'jose', 'kysely', 'openai', 'pino', 'standardwebhooks', 'zod'],
    noExternal: [/^@firstline\//],
    esbuildOptions: (options) => {
      options.alias = {
        '@firstline/core': join(root, 'packages/core/src/index.ts'),
        '@firstline/storage-sql': join(root, 'packages/storage-sql/src/index.ts'),
        '@firstline/adapter-openai': join(root, 'packages/adapter-openai/src/index.ts'),
        '@firstline/adapter-redis': join(root, 'packages/adapter-redis/src/index.ts'),
        '@firstline/adapter-sqlite': join(root, 'packages/adapter-sqlite/src/index.ts'),
        '@firstline/adapter-webhook': join(root, 'packages/adapter-webhook/src/index.ts'),
        '@firstline/example-scenario-pack': join(root, 'examples/scenario-pack/src/index.ts'),
      };
      // CommonJS packages below the aliased ones end up in the bundle, and ask for Node's modules by `require`.
      options.banner = {
        js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      };
    },
  });
  return { file: join(outDir, 'main.mjs'), remove: () => rmSync(outDir, { recursive: true, force: true }) };
}

/** A server in a process of its own. */
export class ServerProcess {
  static readonly #running = new Set<ServerProcess>();
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';
  #errors = '';

  constructor(file: string, env: Record<string, string>) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [file], { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close').finally(() => ServerProcess.#running.delete(this));
    ServerProcess.#running.add(this);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
  }

  /** Ends what a failed test has left running. */
  static async endAll(): Promise<void> {
    await Promise.all([...ServerProcess.#running].map((server) => server.end('SIGKILL')));
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  /** Where it listens, once it says so. */
  async listening(): Promise<string> {
    for (;;) {
      const url = /listening on (http:\S+)/.exec(this.#output)?.[1];
      if (url !== undefined) return url;
      const more = this.#child.stdout === null ? this.#ended : once(this.#child.stdout, 'data');
      await Promise.race([more, this.#ended]);
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`the server ended: ${this.#errors}`);
    }
  }

  /** Resolves to the exit code, `null` after a signal. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.#child.kill(signal);
    await this.#ended;
    return this.#child.exitCode;
  }
}
