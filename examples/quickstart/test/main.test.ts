import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
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

  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(printed.join('\n')).toBe(place.exec(readme)?.[1]);
});
