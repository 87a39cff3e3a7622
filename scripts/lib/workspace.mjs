// What is in this repository: its root, its packages and the order in which they depend on each other.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const cacheDir = join(root, 'node_modules', '.cache', 'firstline');

export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Every workspace package, dependencies before dependents. `dependencies` holds workspace packages only. */
export function workspacePackages() {
  const found = new Map(
    packageDirs().map((dir) => {
      const manifest = readJson(join(dir, 'package.json'));
      return [manifest.name, { name: manifest.name, dir, manifest, built: existsSync(join(dir, 'tsup.config.ts')) }];
    }),
  );
  for (const pkg of found.values()) {
    const { dependencies, devDependencies, peerDependencies } = pkg.manifest;
    pkg.dependencies = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
      .filter((name) => found.has(name) && name !== pkg.name)
      .sort();
  }
  return inOrder(found);
}

/** A development tool's executable script, taken from its own package.json so that no shell shim is needed. */
export function toolScript(packageName, command = basename(packageName)) {
  const dir = join(root, 'node_modules', packageName);
  const { bin } = readJson(join(dir, 'package.json'));
  return join(dir, typeof bin === 'string' ? bin : bin[command]);
}

/** The folders that the `packages:` list of pnpm-workspace.yaml names. */
function packageDirs() {
  const list =
    /^packages:\n((?:[ \t]+- .+\n)+)/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))?.[1] ?? '';
  return [...list.matchAll(/- (\S+)/g)]
    .flatMap(([, pattern]) => (pattern.endsWith('/*') ? children(join(root, dirname(pattern))) : [join(root, pattern)]))
    .filter((dir) => existsSync(join(dir, 'package.json')))
    .sort();
}

function children(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name));
}

function inOrder(found) {
  const order = new Set();
  const visit = (pkg, trail) => {
    if (order.has(pkg)) return;
    if (trail.includes(pkg)) throw new Error(`packages depend on each other: ${trail.map((p) => p.name).join(' → ')}`);
    for (const name of pkg.dependencies) visit(found.get(name), [...trail, pkg]);
    order.add(pkg);
  };
  for (const pkg of found.values()) visit(pkg, []);
  return [...order];
}
