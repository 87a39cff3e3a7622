import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PACKAGES = fileURLToPath(new URL('../../..', import.meta.url));

/** What other processes run, built from the sources. */
export class Program {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** `name`: a file beside this one. */
  static async build(name: string): Promise<Program> {
    // Inside the package, so that better-sqlite3 is found from there; apart for each run, so that runs do not meet.
    const file = fileURLToPath(new URL(`../../node_modules/.cache/${name}-${process.pid}.mjs`, import.meta.url));
    await build({
      entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['better-sqlite3', 'kysely'],
      alias: {
        '@firstline/core/testing': `${PACKAGES}/core/src/testing/index.ts`,
        '@firstline/core': `${PACKAGES}/core/src/index.ts`,
        '@firstline/storage-sql': `${PACKAGES}/storage-sql/src/index.ts`,
      },
    });
    return new Program(file);
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
