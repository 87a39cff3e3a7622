// npm run check:guards: every test of a failure mode fails when the guard it stands for is taken out of the source.
//   node scripts/guards.mjs [--only version-fence,fallback,…]
//   --without, --report   for itself: each run is a process of its own
// The source is changed in memory only; the reports are in a temporary folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { limit } from './lib/build.mjs';
import { faults, testWithout } from './lib/guards-apply.mjs';
import { guards } from './lib/guards.mjs';
import { endChildrenOnSignal, run } from './lib/run.mjs';
import { readJson } from './lib/workspace.mjs';

/** Every guard is in place. */
const NOTHING = 'nothing';
const text = { type: 'string' };
const { values: options } = parseArgs({ options: { only: text, without: text, report: text } });

if (options.without === undefined) await checkAll();
else await testOne(options.without, options.report);

async function testOne(without, report) {
  const guard = guards.find(({ id }) => id === without);
  const files = [...new Set((guard === undefined ? guards : [guard]).map(({ tests }) => tests.file))];
  await testWithout(guard?.edits ?? [], { files, pattern: guard?.tests.pattern, report });
}

async function checkAll() {
  const only = options.only?.split(',');
  const wanted = guards.filter(({ id }) => !only || only.includes(id));
  const outdated = faults(wanted);
  if (outdated.length > 0) {
    console.log(`scripts/lib/guards.mjs is out of date:\n${outdated.join('\n')}`);
    process.exit(1);
  }
  const folder = mkdtempSync(join(tmpdir(), 'firstline-guards-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  endChildrenOnSignal();

  const whole = await resultWithout(NOTHING, folder);
  if (!whole.loaded || whole.failed.length > 0) {
    console.log(`The tests fail with every guard in place: ${whole.failed.join('; ')}\n${whole.output}`);
    process.exit(1);
  }
  console.log(`ok    all guards in place: ${whole.passed} tests pass`);

  const two = limit(2);
  const noticed = await Promise.all(
    wanted.map((guard) => two(async () => report(guard, await resultWithout(guard.id, folder)))),
  );
  console.log(`${noticed.filter(Boolean).length} of ${wanted.length} guards are watched over by a test`);
  process.exitCode = noticed.every(Boolean) ? 0 : 1;
}

/** Prints the guard's line; whether a test noticed that it was missing. */
function report({ id, mode, what }, { loaded, failed }) {
  const ok = loaded && failed.length > 0;
  const how = ok ? `“${failed[0]}” fails` : loaded ? 'NO TEST FAILS' : 'THE TESTS DO NOT EVEN LOAD';
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${mode.padStart(3)}  ${id.padEnd(22)} ${what}\n${' '.repeat(34)}without it: ${how}`,
  );
  return ok;
}

/** How the tests end without a guard. A file that could not be loaded is no failed test. */
async function resultWithout(without, folder) {
  const file = join(folder, `${without}.json`);
  const { output } = await run(process.execPath, [
    fileURLToPath(import.meta.url),
    `--without=${without}`,
    `--report=${file}`,
  ]);
  try {
    const { numPassedTests: passed, testResults } = readJson(file);
    const failed = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed')
      .map(({ title }) => title);
    const loaded = testResults.every(({ assertionResults }) => assertionResults.length > 0);
    return { passed, failed, loaded, output };
  } catch {
    return { passed: 0, failed: [], loaded: false, output };
  }
}
