// The test runner, shown directly; its counts are read from its JSON report.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from './run.mjs';
import { cacheDir, readJson } from './workspace.mjs';

const report = join(cacheDir, 'vitest.json');

/** Resolves to `{ ok, passed, failed }`. A test file that could not even be loaded counts as one failed test. */
export async function runTests() {
  rmSync(report, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await tool('vitest', args, { inherit: true });
  const { passed, failed } = counts();
  // The exit code alone is not believed: a hook that a test's dependency leaves in the process can turn it into 0.
  const ok = code === 0 && failed === 0 && passed > 0;
  return { ok, passed, failed: !ok && failed === 0 ? 1 : failed };
}

function counts() {
  try {
    const { numPassedTests, numFailedTests, testResults } = readJson(report);
    const unloadable = testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + unloadable.length };
  } catch {
    return { passed: 0, failed: 0 }; // vitest did not get as far as reporting
  }
}
