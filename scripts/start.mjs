// npm start: dependencies, build, then the reference server in this very process, so that signals, standard streams
// and the exit code are the server's own.
//
// package.json runs this by `exec`: without it npm would send its signals to a shell that dies of them and leaves the
// server behind. Windows' shell has no `exec`; there the command after `||` is the one that runs.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { alone } from './lib/lock.mjs';
import { endChildrenOnSignal } from './lib/run.mjs';
import { root } from './lib/workspace.mjs';

const MAIN = join(root, 'examples', 'express-server', 'dist', 'main.js');

async function prepare(label, step) {
  const note = setTimeout(() => console.log(`${label} …`), 500);
  const { ok, output } = await step();
  clearTimeout(note);
  if (ok) return;
  console.error(output);
  console.error(`${label} failed.`);
  process.exit(1);
}

stopWithNpm();
const handOver = endChildrenOnSignal();
await alone(async () => {
  await prepare('Installing dependencies (the first time takes a minute or two)', ensureInstalled);
  await prepare('Building', () => ensureBuilt({ only: '@firstline/example-express-server' }));
});
handOver();

process.argv.splice(1, 1, MAIN);
await import(pathToFileURL(MAIN).href);

/** npm killed outright cannot tell us; a server nobody can see must not keep the port. */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}
