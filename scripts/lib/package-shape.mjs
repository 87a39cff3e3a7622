// Every published tarball, judged by publint (manifest) and arethetypeswrong (types under every module resolution).
import { publishedPackages, tarball } from './pack.mjs';
import { tool } from './run.mjs';

export async function checkPackageShapes() {
  const failures = [];
  for (const pkg of publishedPackages()) {
    const file = await tarball(pkg);
    const verdicts = await Promise.all([
      tool('publint', ['run', file, '--strict']),
      tool('@arethetypeswrong/cli', [file, '--profile', 'node16', '--format', 'ascii', '--no-emoji'], {
        command: 'attw',
      }),
    ]);
    for (const { code, output } of verdicts) if (code !== 0) failures.push(`── ${pkg.name}\n${output}`);
  }
  return { code: failures.length > 0 ? 1 : 0, output: failures.join('\n') };
}
