import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is compared with; in a folder of their own that git ignores, since some bring a hundred packages. */
export function peersFolder(name) {
  return fileURLToPath(new URL(`.cache/${name}/`, import.meta.url));
}

/** False when they cannot be installed; then only ours is measured. */
export function installPeers(name, peers) {
  const folder = peersFolder(name);
  if (Object.keys(peers).every((peer) => existsSync(`${folder}node_modules/${peer}`))) return true;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}package.json`, JSON.stringify({ private: true, dependencies: peers }));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: 'ignore',
  });
  if (status !== 0) console.log('The peers could not be installed; only ours is measured.');
  return status === 0;
}
