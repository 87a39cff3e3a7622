import type { CreateTableBuilder, Expression, Kysely, RawBuilder, SelectQueryBuilder } from 'kysely';
import type { Database } from './tables';

/**
 * All that differs between the databases. The queries are written once, against this; what runs them is the
 * {@link SqlDriver}.
 */
export interface SqlDialect {
  /** Compiles queries for this database. It is never asked to run one. */
  readonly db: Kysely<Database>;

  /** The values of a list that is bound as the JSON text of an array of strings, for the right side of `in`. */
  elements<T extends string>(list: string): RawBuilder<T>;

  /**
   * Locks what a select finds until the transaction ends: `wait` for other lockers, or `skip` rows they hold. The query
   * itself where writers exclude each other anyway.
   */
  lock<TB extends keyof Database, O>(
    query: SelectQueryBuilder<Database, TB, O>,
    others: 'wait' | 'skip',
  ): SelectQueryBuilder<Database, TB, O>;

  /** The next place in the tenant's feed, as a value to insert; must grow in the order in which readers see the rows. */
  nextEventSeq(tenant: string): Expression<number>;

  /** Run first by whoever migrates, so that installers wait for each other; `null` where every writer does. */
  readonly schemaLock: string | null;

  /** Run after migrations were applied, in the same transaction. */
  readonly afterMigrations: readonly string[];

  /** Whatever a table of narrow rows that is mostly read by its primary key wants at its end. */
  readonly narrowTable: <T extends string, C extends string>(
    table: CreateTableBuilder<T, C>,
  ) => CreateTableBuilder<T, C>;
}
