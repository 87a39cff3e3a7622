// Taking a guard out of the source, in memory, and running the tests without it.
import { readFileSync } from 'node:fs';
import { startVitest } from 'vitest/node';
import { root } from './workspace.mjs';

/** One place of core's source, and what stands there instead. */
export const source = (file, find, replace) => ({ file: `packages/core/src/${file}`, find, replace });

const sourcePath = (file) => `${root}/${file}`.replaceAll('\\', '/');

/** `code` with `find` replaced; the place must exist exactly once, or the list is out of date. */
function applied(code, { file, find, replace }) {
  const parts = code.split(find);
  if (parts.length !== 2) throw new Error(`${file}: found ${parts.length - 1} times instead of once: ${find}`);
  return parts.join(replace);
}

/** What is wrong with the list; empty where every guard is found. */
export function faults(guards) {
  return guards.flatMap(({ id, edits }) =>
    edits.flatMap((edit) => {
      try {
        applied(readFileSync(sourcePath(edit.file), 'utf8'), edit);
        return [];
      } catch (error) {
        return [`${id}: ${error.message}`];
      }
    }),
  );
}

/** Runs tests in this process with the source changed by `edits`, and writes the report of it. */
export async function testWithout(edits, { files, pattern, report }) {
  const only = pattern === undefined ? {} : { testNamePattern: pattern };
  const options = { root, watch: false, reporters: ['json'], outputFile: report, ...only };
  const vitest = await startVitest('test', files, options, { plugins: [changing(edits)] });
  await vitest.close();
}

function changing(edits) {
  return {
    name: 'without-guard',
    enforce: 'pre',
    transform(code, id) {
      const here = edits.filter(({ file }) => sourcePath(file) === id.split('?')[0].replaceAll('\\', '/'));
      return here.length === 0 ? null : here.reduce(applied, code);
    },
  };
}
