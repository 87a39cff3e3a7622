import { FirstlineError, isFirstlineError } from '@firstline/core';

/** Codes of failures that may pass, or that lie in the disk and not in the statement. */
const UNAVAILABLE =
  /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT|CORRUPT|NOTADB|PERM|AUTH|NOLFS)/;
const BUSY = /^SQLITE_(BUSY|LOCKED)/;

/** The one place where SQLite's errors become ours. Their messages name codes and constraints, never values. */
export function fromSqlite(error: unknown): FirstlineError {
  if (isFirstlineError(error)) return error;
  const code = codeOf(error);
  if (code === undefined) {
    // better-sqlite3 reports a closed database, and its own misuse, by plain TypeErrors.
    const closed = error instanceof TypeError && error.message.includes('not open');
    return closed
      ? new FirstlineError('storage_unavailable', 'the SQLite database is not open', { cause: error })
      : new FirstlineError('internal', 'SQLite could not run a statement', { cause: error });
  }
  return UNAVAILABLE.test(code)
    ? new FirstlineError('storage_unavailable', `SQLite could not be read or written (${code})`, { cause: error })
    : new FirstlineError('internal', `SQLite refused a statement (${code})`, { cause: error });
}

/** Somebody else is writing: the same thing may succeed a moment later. */
export function isBusy(error: unknown): boolean {
  return BUSY.test(codeOf(isFirstlineError(error) ? error.cause : error) ?? '');
}

/** SQLite's own code of it, `SQLITE_…`. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}
