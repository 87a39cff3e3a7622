import { FirstlineError } from '../errors';
import type { FoldSnapshot } from './minute-fold';
import type { IntakeSnapshot } from './minute-tally';
import type { OutageSettings } from './settings';

/** Grows whenever the shape changes; a detector starts afresh rather than from figures that mean something else. */
export const SNAPSHOT_VERSION = 3;

/** All that a detector knows, as JSON. Its content is no contract, only that it can be given back. */
export interface OutageSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly settings: OutageSettings;
  readonly intake: IntakeSnapshot;
  readonly fold: FoldSnapshot;
}

/** @throws FirstlineError `invalid_input` */
export function checkedSnapshot(snapshot: unknown): OutageSnapshot {
  const given = (typeof snapshot === 'object' && snapshot !== null ? snapshot : {}) as Partial<OutageSnapshot>;
  if (given.version !== SNAPSHOT_VERSION || !given.settings || !given.intake || !given.fold) {
    throw new FirstlineError(
      'invalid_input',
      `This is no snapshot of an outage detector of version ${SNAPSHOT_VERSION}; start with outageDetector(...) instead.`,
      { path: 'snapshot' },
    );
  }
  return given as OutageSnapshot;
}
