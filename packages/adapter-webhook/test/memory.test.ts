import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'tsup';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { receiver } from './support/receivers';

const MB = 1_000_000;
const LIMIT = 20 * MB;

const home = fileURLToPath(new URL('..', import.meta.url));
let outDir = '';

beforeAll(async () => {
  // Below the package's own dependencies, which stay outside of the bundle.
  const cache = join(home, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  outDir = mkdtempSync(join(cache, 'memory-'));
  await build({
    config: false,
    silent: true,
    entry: { child: fileURLToPath(new URL('./support/memory-child.ts', import.meta.url)) },
    outDir,
    format: ['esm'],
    target: 'node20',
    outExtension: () => ({ js: '.mjs' }),
    external: ['undici', 'zod'],
    noExternal: [/^@firstline\//],
    esbuildOptions: (options) => {
      options.alias = {
        '@firstline/core': join(home, '../core/src/index.ts'),
        '@firstline/adapter-webhook': join(home, 'src/index.ts'),
      };
    },
  });
}, 60_000);

afterAll(() => rmSync(outDir, { recursive: true, force: true }));

async function measured(how: string, bytes: number): Promise<{ readonly result: unknown; readonly risen: number }> {
  const server = await receiver();
  server.otherwise(({ path }) =>
    path.endsWith('huge') ? { kind: 'flood', at: 'body', bytes, contentLength: true } : { kind: 'answer' },
  );
  const args = ['--expose-gc', join(outDir, 'child.mjs'), server.url, how];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  return JSON.parse(stdout) as { readonly result: unknown; readonly risen: number };
}

it('an answer of 300 MB does not raise the memory by 20 MB', async () => {
  const { result, risen } = await measured('transport', 300 * MB);
  expect(result).toMatchObject({ class: 'ok', status: 200 });
  expect(risen).toBeLessThan(LIMIT);
}, 90_000);

it('and it would be noticed: a client that reads all of 60 MB is', async () => {
  const { result, risen } = await measured('buffer', 60 * MB);
  expect(result).toBe(60 * MB);
  expect(risen).toBeGreaterThan(LIMIT);
}, 90_000);
