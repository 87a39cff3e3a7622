// One install or build at a time, also when two terminals run `npm start` and `npm test` together.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './workspace.mjs';

const STALE_MS = 15_000;
const file = join(tmpdir(), `firstline-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`);

/** Runs `work` alone. A lock whose process is gone, or has stopped refreshing it, is taken over. */
export async function alone(work) {
  for (let told = false; !take(); await sleep(200)) {
    if (!told) console.log('Waiting for another install or build of this folder …');
    told = true;
  }
  const refresh = setInterval(touch, STALE_MS / 5);
  const release = () => rmSync(file, { force: true });
  process.on('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    process.off('exit', release);
    release();
  }
}

function touch() {
  try {
    utimesSync(file, new Date(), new Date());
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isAbandoned()) rmSync(file, { force: true });
  return false;
}

function isAbandoned() {
  try {
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) return true;
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
