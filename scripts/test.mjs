// npm test: everything a change has to pass. The same command runs in CI.
//   node scripts/test.mjs [--only lint,types,…] [--fresh]
//   --only    some of: install, build, format, arrows, types, core-types, lint, knip, shape, pack, tests
//   --fresh   forget what passed before
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt, limit } from './lib/build.mjs';
import { checks } from './lib/checks.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { alone } from './lib/lock.mjs';
import { endChildrenOnSignal } from './lib/run.mjs';
import { isStamped, stamp } from './lib/stamps.mjs';
import { runTests } from './lib/vitest.mjs';
import { cacheDir } from './lib/workspace.mjs';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, fresh: { type: 'boolean' } } });
const only = options.only?.split(',');
const wanted = (name) => !only || only.includes(name);
const failed = [];

/** Runs one step and prints its line; its output only when it fails. */
async function step(name, work) {
  const started = performance.now();
  const { ok, cached, output } = await work().catch((error) => ({ ok: false, output: error.stack }));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${cached ? 'unchanged' : `${seconds} s`}`);
  if (!ok) {
    failed.push(name);
    console.log(output.trimEnd());
  }
  return ok;
}

/** Runs a check unless it succeeded before on the same input. */
const checked =
  ({ name, key, run }) =>
  async () => {
    const hash = key();
    if (isStamped(name, hash)) return { ok: true, cached: true };
    const { code, output } = await run();
    if (code === 0) stamp(name, hash);
    return { ok: code === 0, output };
  };

const notBuilt = async () => ({ ok: false, output: 'not run: the build failed' });

endChildrenOnSignal();
if (options.fresh) rmSync(join(cacheDir, 'stamps'), { recursive: true, force: true });

let built = false;
await alone(async () => {
  if (!(await step('install', ensureInstalled))) process.exit(1);
  built = !wanted('build') && !checks().some((check) => check.needsBuild && wanted(check.name)) && !wanted('tests');
  built ||= await step('build', ensureBuilt);
});

const two = limit(2);
await Promise.all(
  checks()
    .filter((check) => wanted(check.name))
    .map((check) => two(() => step(check.name, check.needsBuild && !built ? notBuilt : checked(check)))),
);

const tests = wanted('tests') ? await runTests() : undefined;
if (tests && !tests.ok) failed.push('tests');

if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`);
if (tests) console.log(`${tests.passed} passed, ${tests.failed} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
