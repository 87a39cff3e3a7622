import type { CompiledQuery } from 'kysely';
import type { SqlDialect } from '../dialect';

/**
 * One step forward. There is no way back: a database is older than the code, or too new for it. It only adds (expands), since
 * processes of the release before go on beside it until the last of them is replaced: tables, indexes, and columns that may be
 * left out by who does not know them. What nobody needs any more is taken away (contracted) by a migration of a later release,
 * which says from which release on nothing reads or writes it.
 */
export interface Migration {
  /** Number and subject; never changed once released. */
  readonly name: string;
  /**
   * Tables of earlier migrations that it alters or gives an index, in the order in which commits lock them: client, conversation,
   * message, lanes, and then the others. Where writers do not exclude each other, they are all locked before the first is altered, so
   * that those who are writing end, and nobody waits crosswise.
   */
  readonly alters?: readonly string[];
  statements(dialect: SqlDialect): readonly { compile(): CompiledQuery }[];
}

/** What a dialect may know beside the queries. */
export interface MigratedDialect extends SqlDialect {
  /** Locks tables against everybody, in this order; left out where every writer has the database for itself. */
  readonly lockTables?: (tables: readonly string[]) => string;
}
