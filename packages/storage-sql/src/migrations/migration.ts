import type { CompiledQuery } from 'kysely';
import type { SqlDialect } from '../dialect';

/** One step forward. There is no way back: a database is older than the code, or too new for it. */
export interface Migration {
  /** Number and subject; never changed once released. */
  readonly name: string;
  statements(dialect: SqlDialect): readonly { compile(): CompiledQuery }[];
}
