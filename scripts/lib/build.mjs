// Builds packages with tsup, two at a time, each only when its own sources or those of its dependencies changed.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { tool } from './run.mjs';
import { hashOf, isStamped, sourceFiles, stamp, unstamp } from './stamps.mjs';
import { root, workspacePackages } from './workspace.mjs';

const SHARED = ['tsconfig.base.json', 'tsconfig.json', 'pnpm-lock.yaml'].map((name) => join(root, name));

/** Builds all packages, or `only` the named one and what it needs. Resolves to `{ ok, cached, output }`. */
export async function ensureBuilt({ only } = {}) {
  const all = workspacePackages();
  const hashes = buildHashes(all);
  const wanted = only ? all.filter((pkg) => closure(all, only).has(pkg.name)) : all;
  const started = new Map();
  const slots = limit(2);
  const build = (pkg) => {
    if (!started.has(pkg.name)) started.set(pkg.name, buildAfterDependencies(pkg));
    return started.get(pkg.name);
  };
  const buildAfterDependencies = async (pkg) => {
    const needed = await Promise.all(all.filter((other) => pkg.dependencies.includes(other.name)).map(build));
    if (!pkg.built) return { ok: needed.every((result) => result.ok), cached: true, output: '' };
    if (needed.some((result) => !result.ok))
      return { ok: false, output: `${pkg.name}: not built, a dependency failed\n` };
    return slots(() => buildOne(pkg, hashes.get(pkg.name)));
  };
  const results = await Promise.all(wanted.map(build));
  return {
    ok: results.every((result) => result.ok),
    cached: results.every((result) => result.cached),
    output: results.map((result) => result.output).join(''),
  };
}

/** name → hash of everything that goes into the package's build. */
function buildHashes(packages) {
  const hashes = new Map();
  for (const pkg of packages) {
    const own = sourceFiles(pkg.dir, (file) => !/^(test|README|CHANGELOG|LICENSE)/.test(relative(pkg.dir, file)));
    hashes.set(pkg.name, hashOf([...own, ...SHARED], ...pkg.dependencies.map((name) => hashes.get(name))));
  }
  return hashes;
}

async function buildOne(pkg, hash) {
  const name = `build-${pkg.name}`;
  if (isStamped(name, hash) && outputs(pkg).every((file) => existsSync(file)))
    return { ok: true, cached: true, output: '' };
  unstamp(name);
  const built = await tool('tsup', [], { cwd: pkg.dir });
  const missing = outputs(pkg).filter((file) => !existsSync(file));
  if (built.code === 0 && missing.length === 0) {
    stamp(name, hash);
    return { ok: true, cached: false, output: '' };
  }
  const lacking = missing.map((file) => `not written: ${relative(root, file)}\n`).join('');
  return { ok: false, output: `── build of ${pkg.name}\n${built.output}\n${lacking}` };
}

/** What the package's manifest promises to exist. */
function outputs({ dir, manifest }) {
  const { main, module, types, exports, bin } = manifest;
  const promised = JSON.stringify([main, module, types, exports, bin]).match(/"\.\/dist\/[^"]+"/g) ?? ['"dist"'];
  return [...new Set(promised)].map((path) => join(dir, JSON.parse(path)));
}

function closure(all, name, seen = new Set()) {
  if (seen.has(name)) return seen;
  const pkg = all.find((other) => other.name === name);
  if (!pkg) throw new Error(`no workspace package is called ${name}`);
  seen.add(name);
  for (const dependency of pkg.dependencies) closure(all, dependency, seen);
  return seen;
}

/** At most `size` of the given works run at once. */
export function limit(size) {
  let free = size;
  const waiting = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      if (waiting.length > 0) waiting.shift()();
      else free += 1;
    }
  };
}
