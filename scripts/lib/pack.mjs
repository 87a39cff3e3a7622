// The tarballs that would be published, made once per build.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from './run.mjs';
import { allFiles, hashOf, isStamped, stamp, unstamp } from './stamps.mjs';
import { cacheDir, workspacePackages } from './workspace.mjs';

const tarballDir = join(cacheDir, 'tarballs');
const packing = new Map();

export const publishedPackages = () => workspacePackages().filter((pkg) => !pkg.manifest.private);

/** A hash of what a package's tarball will contain. */
export const contentHash = (pkg) =>
  hashOf([
    ...allFiles(join(pkg.dir, 'dist')),
    ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'].map((name) => join(pkg.dir, name)),
  ]);

/** The path of the package's tarball; throws with pnpm's words when packing fails. */
export function tarball(pkg) {
  if (!packing.has(pkg.name)) packing.set(pkg.name, packOnce(pkg));
  return packing.get(pkg.name);
}

async function packOnce(pkg) {
  const dir = join(tarballDir, pkg.name.replace('/', '-'));
  const hash = contentHash(pkg);
  if (isStamped(`tarball-${pkg.name}`, hash)) {
    const made = tarballIn(dir);
    if (made) return made;
  }
  unstamp(`tarball-${pkg.name}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const packed = await pnpm(['pack', '--pack-destination', dir], { cwd: pkg.dir });
  const made = tarballIn(dir);
  if (packed.code !== 0 || !made) throw new Error(`pnpm pack of ${pkg.name} failed\n${packed.output}`);
  stamp(`tarball-${pkg.name}`, hash);
  return made;
}

function tarballIn(dir) {
  try {
    const name = readdirSync(dir).find((file) => file.endsWith('.tgz'));
    return name && join(dir, name);
  } catch {
    return undefined;
  }
}
