// Dependencies, installed once per lockfile and Node ABI.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, run } from './run.mjs';
import { hashOf, isStamped, stamp, unstamp } from './stamps.mjs';
import { root, workspacePackages } from './workspace.mjs';

const lockfile = join(root, 'pnpm-lock.yaml');

/** Resolves to `{ ok, cached, output }`. */
export async function ensureInstalled() {
  if (isStamped('install', installHash()) && modulesExist()) return { ok: true, cached: true, output: '' };
  unstamp('install');
  const installed = await pnpm(['install', ...(existsSync(lockfile) ? ['--frozen-lockfile'] : [])]);
  if (installed.code !== 0) return { ok: false, output: installed.output + lockfileHint(installed.output) };
  const native = await ensureNativeModules();
  if (native.code !== 0) return { ok: false, output: native.output };
  stamp('install', installHash());
  return { ok: true, cached: false, output: '' };
}

function installHash() {
  const manifests = [root, ...workspacePackages().map((pkg) => pkg.dir)].map((dir) => join(dir, 'package.json'));
  return hashOf([lockfile, join(root, 'pnpm-workspace.yaml'), ...manifests], process.versions.modules);
}

function modulesExist() {
  return [
    root,
    ...workspacePackages()
      .filter(needsModules)
      .map((pkg) => pkg.dir),
  ].every((dir) => existsSync(join(dir, 'node_modules')));
}

const needsModules = ({ manifest }) =>
  Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length > 0;

/** pnpm does not notice that Node was changed under a compiled module; opening a database does. */
async function ensureNativeModules() {
  const dir = join(root, 'packages', 'adapter-sqlite');
  if (!existsSync(dir)) return { code: 0, output: '' };
  const open = () => run(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:')"], { cwd: dir });
  if ((await open()).code === 0) return { code: 0, output: '' };
  const rebuilt = await pnpm(['rebuild', '--recursive', 'better-sqlite3']);
  const opened = await open();
  return { code: opened.code, output: rebuilt.output + opened.output };
}

const lockfileHint = (output) =>
  output.includes('ERR_PNPM_OUTDATED_LOCKFILE')
    ? '\nA package.json changed without the lockfile. Run: npm run pnpm -- install --no-frozen-lockfile, and commit pnpm-lock.yaml.\n'
    : '';
