import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PACKAGES = fileURLToPath(new URL('../../..', import.meta.url));

/** What other processes run, built from the sources. */
export class Program {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static async build(source: URL): Promise<Program> {
    // Inside the package, so that better-sqlite3 is found from there; apart for each run, so that runs do not meet.
    const name = basename(source.pathname, '.ts');
    const file = fileURLToPath(new URL(`../../node_modules/.cache/${name}-${process.pid}.mjs`, import.meta.url));
    await build({
      entryPoints: [fileURLToPath(source)],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['better-sqlite3', 'kysely', 'pg-native'],
      // For what is CommonJS.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      alias: {
        '@firstline/core/testing': `${PACKAGES}/core/src/testing/index.ts`,
        '@firstline/core': `${PACKAGES}/core/src/index.ts`,
        '@firstline/storage-sql': `${PACKAGES}/storage-sql/src/index.ts`,
        '@firstline/adapter-bullmq': `${PACKAGES}/adapter-bullmq/src/index.ts`,
        '@firstline/adapter-postgres': `${PACKAGES}/adapter-postgres/src/index.ts`,
        '@firstline/adapter-sqlite': `${PACKAGES}/adapter-sqlite/src/index.ts`,
        '@firstline/adapter-webhook': `${PACKAGES}/adapter-webhook/src/index.ts`,
      },
    });
    return new Program(file);
  }

  /** With a channel for messages. */
  fork(...args: readonly string[]): ChildProcess {
    return fork(this.#file, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  }

  start(...args: readonly string[]): Child {
    return new Child(this.#file, args);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

/** Another process; `lines` grows with what it tells. */
class Child {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #rest = '';
  #errors = '';

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = once(this.#process, 'close');
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
  }

  /** Resolves when that many lines were told; rejects when the child ends before. */
  async told(count: number): Promise<void> {
    const ended = this.#closed.then(() => {
      throw new Error(`the child ended early: ${this.#errors}`);
    });
    while (this.lines.length < count) {
      const more = this.#process.stdout === null ? ended : once(this.#process.stdout, 'data');
      await Promise.race([more, ended]);
    }
    ended.catch(() => undefined);
  }

  async killed(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /** Resolves when the child has killed itself, and nothing else has ended it. */
  async killedItself(): Promise<void> {
    await this.#closed;
    if (this.#process.signalCode !== 'SIGKILL') throw new Error(`the child was not killed: ${this.#errors}`);
  }

  /** Resolves when the child has ended well. */
  async ended(): Promise<void> {
    await this.#closed;
    if (this.#process.exitCode !== 0) throw new Error(`the child failed: ${this.#errors}`);
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.lines.push(...lines);
  }
}
