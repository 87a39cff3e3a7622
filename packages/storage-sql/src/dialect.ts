import type {
  AliasedRawBuilder,
  CompiledQuery,
  CreateTableBuilder,
  Expression,
  Kysely,
  RawBuilder,
  SelectQueryBuilder,
} from 'kysely';
import type { Database } from './tables';

/** Writers exclude each other: an entry's number is one more than the last. */
interface SerialFeed {
  readonly kind: 'serial';
  /** The next place in the tenant's feed, as a value to insert. */
  next(tenant: string): Expression<number>;
}

/**
 * Writers do not wait for each other: a number is taken before it is known who commits first. A reader asks how far the
 * feed is complete, and stops there.
 */
export interface ConcurrentFeed {
  readonly kind: 'concurrent';
  /** Appends the entries of a JSON list (`type`, `at`, `conversationId`, `data`), in its order. */
  append(db: Kysely<Database>, p: { readonly tenant: string; readonly entries: string }): { compile(): CompiledQuery };
  /** The last number taken so far. */
  readonly taken: RawBuilder<number>;
  /** The lowest number behind which somebody is still writing; `null`: nobody is. Asked after `taken`. */
  readonly open: RawBuilder<number | null>;
}

/**
 * All that differs between the databases. The queries are written once, against this; what runs them is the
 * {@link SqlDriver}.
 */
export interface SqlDialect {
  /** Compiles queries for this database. It is never asked to run one. */
  readonly db: Kysely<Database>;

  /** Stands between a column and `elements`: the operator with which an index on the column serves all of the list. */
  readonly among: 'in' | '=';

  /** The values of a list that is bound as the JSON text of an array of strings, for the right side of `among`. */
  elements<T extends string>(list: string): RawBuilder<T>;

  /**
   * Locks what a select finds, in every table it reads, until the transaction ends: `wait` for other lockers, or `skip` rows
   * they hold; or `share` the lock with others who do not mean to change it. The query itself where writers exclude each
   * other anyway.
   */
  lock<TB extends keyof Database, O>(
    query: SelectQueryBuilder<Database, TB, O>,
    others: 'wait' | 'skip' | 'share',
  ): SelectQueryBuilder<Database, TB, O>;

  /**
   * A list that is bound as the JSON text of an array of objects, as a table with these columns. `null` where many short
   * statements cost less: where the database is in this process.
   */
  readonly listed:
    | ((list: string, columns: Readonly<Record<string, 'text' | 'bigint'>>) => AliasedRawBuilder<unknown, 'listed'>)
    | null;

  /** How entries of the feed get numbers that grow in the order in which readers see them. */
  readonly feed: SerialFeed | ConcurrentFeed;

  /** Whether the table of applied migrations is there. */
  readonly registered: RawBuilder<boolean | number>;

  /** Run first by whoever migrates, so that installers wait for each other; `null` where every writer does. */
  readonly schemaLock: string | null;

  /** Run before the first migration, in the same transaction; must do no harm where it was run before. */
  readonly beforeMigrations: readonly string[];

  /** Run after migrations were applied, in the same transaction. */
  readonly afterMigrations: readonly string[];

  /** Whatever a table of narrow rows that is mostly read by its primary key wants at its end. */
  readonly narrowTable: <T extends string, C extends string>(
    table: CreateTableBuilder<T, C>,
  ) => CreateTableBuilder<T, C>;
}
