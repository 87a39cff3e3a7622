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
  statements(dialect: SqlDialect): readonly { compile(): CompiledQuery }[];
}
