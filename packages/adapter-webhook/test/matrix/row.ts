import type { OutcomeClass, SendOutcome } from '@firstline/core';
import type { Lab } from './lab';

/** One way in which a fault shows. */
export interface Case {
  readonly name: string;
  /** Shows that without the fault nothing of the kind happens; not in the table. */
  readonly control?: boolean;
  /** All of the outcome but `detail`. */
  readonly expected: SendOutcome;
  readonly act: (lab: Lab) => Promise<SendOutcome | readonly SendOutcome[]>;
}

/** One fault, under the number that the research gave it, and what becomes of it. */
export interface Row {
  readonly number: number;
  readonly fault: string;
  /** Besides what the outcomes tell, for the table of the README. */
  readonly note?: string;
  readonly cases: readonly Case[];
}

/** The README's table: its words from the rows, its facts from what the cases expect. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ number, fault, note = '', cases }) => {
    const outcomes = cases.filter(({ control }) => control !== true).map(({ expected }) => expected);
    const classes = [...new Set(outcomes.map((outcome): OutcomeClass => outcome.class))];
    const codes = [...new Set(outcomes.flatMap(({ code }) => code ?? []))];
    const cells = [number, fault, classes.join(', '), codes.map((code) => `\`${code}\``).join(', '), note];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| # | what happens | outcome | code | |', '| - | - | - | - | - |', ...lines].join('\n');
}
