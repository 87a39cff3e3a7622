import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
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

it('answers one message and says why', async () => {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));

  await import('../src/main');

  expect(printed[0]).toBe('answered: NO_INTERNET');
  expect(printed).toContain('  bot_auto: Anna, please restart the router and send us a photo of its lights.');
  expect(printed.find((line) => line.startsWith('because: '))).toMatch(/^because: \S/);
  expect(printed).toContain('  no  scenario-always: the scenario does not always go to a person');
});
