import type { Database, SqlDialect } from '@firstline/storage-sql';
import { DummyDriver, Kysely, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { typicalStatistics } from './typical-statistics';

/** One writer at a time: nothing needs a lock of its own, and the next number is one more than the last. */
export function sqliteDialect(): SqlDialect {
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    db,
    registered: sql<number>`exists (select 1 from sqlite_schema where type = 'table' and name = 'firstline_migrations')`,
    schemaLock: null,
    beforeMigrations: [],
    afterMigrations: typicalStatistics(),
    among: 'in',
    elements: (list) => sql`(select value from json_each(${list}))`,
    listed: null,
    lock: (query) => query,
    feed: {
      kind: 'serial',
      next: (tenant) => sql<number>`(select coalesce(max(seq), 0) + 1 from events where tenant = ${tenant})`,
    },
    narrowTable: (table) => table.modifyEnd(sql`without rowid`),
  };
}
