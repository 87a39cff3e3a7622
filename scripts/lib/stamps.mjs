// Content hashes, and the stamps that remember for which hash a step last succeeded.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheDir, root } from './workspace.mjs';

const SKIPPED = new Set(['node_modules', '.git', 'dist', '.cache', 'coverage']);

/** All files below `dir` that a person wrote, sorted: no dependencies, build output or databases. */
export function sourceFiles(dir, keep = () => true) {
  return readdirSync(dir, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourceFiles(path, keep);
      return entry.isFile() && !/\.(db|db-shm|db-wal|log|tgz)$/.test(entry.name) && keep(path) ? [path] : [];
    });
}

/** Every file below `dir`, build output included. */
export function allFiles(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** A hash over names and contents of `files` and any further strings. A file that is missing, or vanishes, counts as such. */
export function hashOf(files, ...more) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(contents(file))
      .update('\0');
  for (const text of more) hash.update(`${text}\0`);
  return hash.digest('hex');
}

/** Whether step `name` succeeded last time for exactly this `hash`. */
export const isStamped = (name, hash) => contents(stampFile(name)).toString() === hash;

export function stamp(name, hash) {
  const file = stampFile(name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hash);
}

export const unstamp = (name) => rmSync(stampFile(name), { force: true });

const stampFile = (name) => join(cacheDir, 'stamps', name.replace(/[^\w.-]/g, '_'));

function contents(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return Buffer.from('(missing)');
    throw error;
  }
}
