import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Lab, TOKEN } from './matrix/lab';
import { addressRows } from './matrix/rows-address';
import { answerRows } from './matrix/rows-answer';
import { connectionRows } from './matrix/rows-connection';
import { type Row, table } from './matrix/row';
import { watchConnects } from './support/connects';

const rows: readonly Row[] = [...connectionRows, ...answerRows, ...addressRows].sort((a, b) => a.number - b.number);
const connects = watchConnects();
/** Where no packet may leave at all. */
const SILENT = [22, 23, 24];

describe.each(rows.map((row) => [row.number, row.fault, row] as const))('fault %i: %s', (number, _fault, { cases }) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, { act, expected }) => {
    const lab = new Lab();
    const outcomes = [await act(lab)].flat();
    expect(outcomes.length).toBeGreaterThan(0);
    for (const { detail, ...outcome } of outcomes) {
      expect(outcome).toEqual(expected);
      expect(detail ?? '').not.toContain(TOKEN);
    }
    if (SILENT.includes(number)) expect(connects).toEqual([]);
    lab.verifyAll();
  });
});

describe('the table', () => {
  it('has a row for every fault of the matrix that a webhook transport can meet', () => {
    expect(rows.map(({ number }) => number)).toEqual([...Array.from({ length: 24 }, (_, index) => index + 1), 28, 41]);
  });

  it('stands in the README as the tests have it', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, printed = ''] = /<!-- faults -->\n([^]*)\n<!-- \/faults -->/.exec(readme) ?? [];
    expect(cells(printed)).toEqual(cells(table(rows)));
  });
});

/** Without what the formatter adds between them. */
function cells(text: string): string[][] {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return lines.filter((line) => !line.every((cell) => /^-*$/.test(cell)));
}
