// The checks of `npm test`, cheap to dear. A check with a `key` is skipped while that hash stays what it was at its last success.
import { join } from 'node:path';
import { packTest, packTestKey } from '../pack-test.mjs';
import { contentHash, publishedPackages } from './pack.mjs';
import { checkPackageShapes } from './package-shape.mjs';
import { tool } from './run.mjs';
import { hashOf, sourceFiles } from './stamps.mjs';
import { cacheDir, root } from './workspace.mjs';

export function checks() {
  const files = sourceFiles(root);
  const everything = hashOf(files);
  const code = hashOf(files.filter((file) => !file.endsWith('.md')));
  const shipped = () => hashOf([], ...publishedPackages().map(contentHash));

  return [
    { name: 'pack', key: () => packTestKey(), run: packTest, needsBuild: true },
    { name: 'format', key: () => everything, run: prettier },
    {
      name: 'arrows',
      key: () => code,
      run: () => tool('dependency-cruiser', [...cruised, '--output-type', 'err-long'], depcruise),
    },
    { name: 'types', key: () => code, run: () => typeCheck('tsconfig.json') },
    { name: 'core-types', key: () => code, run: () => typeCheck('packages/core/tsconfig.json') },
    { name: 'lint', key: () => code, run: () => tool('eslint', ['.', '--max-warnings', '0']) },
    { name: 'knip', key: () => code, run: () => tool('knip', ['--no-progress', '--no-config-hints']) },
    { name: 'shape', key: shipped, run: checkPackageShapes, needsBuild: true },
  ];
}

const cruised = ['{packages,examples}/*/{src,test}', '{bench,tests}', '--config', '.dependency-cruiser.cjs'];
const depcruise = { command: 'depcruise' };

const prettier = () =>
  tool('prettier', ['--check', '.', '--log-level', 'warn', '--cache', '--cache-location', join(cacheDir, 'prettier')]);

/** Incremental, so that after a change only what the change reaches is checked again. */
const typeCheck = (config) => {
  const buildInfo = join(cacheDir, `${config.replace(/\W/g, '_')}.tsbuildinfo`);
  const options = [
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    buildInfo,
    '--pretty',
    String(process.stdout.isTTY ?? false),
  ];
  return tool('typescript', ['-p', config, ...options], { command: 'tsc' });
};
