import { FirstlineError } from '@firstline/core';

/** A place in a list that is ordered newest first. */
export interface NewestCursor {
  readonly at: number;
  readonly id: string;
}

const NEWEST = /^(\d{1,15})_(.+)$/;
const SEQ = /^\d{1,15}$/;

/** Before everything: where the first page starts. */
const START: NewestCursor = { at: Number.MAX_SAFE_INTEGER, id: '' };

export function newestCursor({ at, id }: NewestCursor): string {
  return `${at}_${id}`;
}

export function parseNewestCursor(cursor: string | undefined): NewestCursor {
  if (cursor === undefined) return START;
  const [, at, id] = NEWEST.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw malformed();
  return { at: Number(at), id };
}

export function parseSeqCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!SEQ.test(cursor)) throw malformed();
  return Number(cursor);
}

function malformed(): FirstlineError {
  return new FirstlineError('invalid_input', 'cursor: not one that a previous page returned', { path: 'cursor' });
}
