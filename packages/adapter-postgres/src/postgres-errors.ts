import { FirstlineError, isFirstlineError } from '@firstline/core';

/** Classes and codes of failures that may pass, or that lie in the server and not in the statement. */
const UNAVAILABLE = /^(08|28|53|57|58|3D000|25006|25P03|55P03|40|F0|XX)/;
/** The server has ended the connection, or is about to. */
const DISCONNECTED = /^(08|57P|25P03|F0)/;
/** One of those who stood in each other's way has to begin again. */
const CROSSED = /^(40001|40P01)$/;
const LOCKED = '55P03';
/** A table has got a column since a statement was prepared on this connection; on another one it is prepared anew. */
const OUTGROWN = { code: '0A000', routine: 'RevalidateCachedQuery' };

/**
 * What is kept of an error of pg: its code, and the names in the schema that it is about. The rest may show a value: pg
 * gives the whole failing row in `detail`, and the connection string in the error about a malformed one.
 */
class PostgresError extends Error {
  override readonly name = 'PostgresError';
  /** SQLSTATE, or a code of Node's such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  readonly table: string | undefined;
  readonly constraint: string | undefined;
  readonly outgrown: boolean;
  /** The connection can be used no more. */
  readonly disconnected: boolean;

  constructor(error: unknown) {
    const { code, table, constraint, severity, routine } = (error ?? {}) as Record<string, unknown>;
    const state = text(code);
    super(state === undefined ? 'the connection was lost or could not be made' : `code ${state}`);
    this.code = state;
    this.table = text(table);
    this.constraint = text(constraint);
    this.outgrown = code === OUTGROWN.code && routine === OUTGROWN.routine;
    this.disconnected = severity === undefined || this.outgrown || DISCONNECTED.test(state ?? '');
  }
}

/** The one place where errors of pg become ours. Only the server's own carry a severity; the others are the connection's. */
export function fromPostgres(error: unknown): FirstlineError {
  if (isFirstlineError(error)) return error;
  const cause = new PostgresError(error);
  const code = cause.code === undefined ? '' : ` (${cause.code})`;
  if (cause.disconnected || UNAVAILABLE.test(cause.code ?? '')) {
    return new FirstlineError('storage_unavailable', `Postgres could not be reached or written${code}`, { cause });
  }
  const where = [cause.table, cause.constraint].filter(Boolean).join(', ');
  const message = `Postgres refused a statement${code}${where === '' ? '' : `: ${where}`}`;
  return new FirstlineError('internal', message, { cause });
}

/** The same transaction may succeed when it is run again. */
export function isRepeatable(error: unknown): boolean {
  const cause = causeOf(error);
  return cause !== undefined && (cause.outgrown || CROSSED.test(cause.code ?? ''));
}

/** The same is so on another connection at once. */
export function isOutgrown(error: unknown): boolean {
  return causeOf(error)?.outgrown === true;
}

/** Somebody holds a lock for longer than could be waited for. */
export function isBlocked(error: unknown): boolean {
  return causeOf(error)?.code === LOCKED;
}

export function isDisconnected(error: unknown): boolean {
  return causeOf(error)?.disconnected === true;
}

function causeOf(error: unknown): PostgresError | undefined {
  const cause = isFirstlineError(error) ? error.cause : undefined;
  return cause instanceof PostgresError ? cause : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
