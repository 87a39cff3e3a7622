import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firstline-quickstart-')));
  process.chdir(folder);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

it.each([
  ['main', /It prints, on a fresh database:\n\n```\n(.*?)\n```/s],
  ['explain', /prints, from one run:\n\n```\n(.*?)\n```/s],
] as const)('%s prints what the README says', async (program, place) => {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));

  await import(`../src/${program}.ts`);

  const page = new URL('../../../README.md', import.meta.url);
  const readme = readFileSync(page, 'utf8');
  // UPDATE_README=1 writes what is printed now into the page, to be looked at and committed.
  if (process.env['UPDATE_README'] === '1') {
    const block = place.exec(readme)?.[1] ?? '';
    writeFileSync(
      page,
      readme.replace(block, () => printed.join('\n')),
    );
    return;
  }
  expect(printed.join('\n')).toBe(place.exec(readme)?.[1]);
});
