import type { Database, SqlDialect } from '@firstline/storage-sql';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { ByteOrder } from './byte-order';
import { concurrentFeed, FEED_NUMBERS } from './concurrent-feed';
import { quoted } from './identifier';

/** Any number; taken by everybody who migrates, and by nobody else. */
const SCHEMA_LOCK = 7_052_613_882_114_023;

type PostgresDialect = SqlDialect & { readonly lockTables: (tables: readonly string[]) => string };

/**
 * `schema`: where the tables are; `null`: wherever the connection looks for them. Transactions are `read committed`: what
 * must not change under a transaction's feet is locked, in the order client, conversation, lanes.
 */
export function postgresDialect(schema: string | null): PostgresDialect {
  const bare = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new ByteOrder()],
  });
  const within = (name: string): string => (schema === null ? name : `${quoted(schema)}.${name}`);
  return {
    db: schema === null ? bare : bare.withSchema(schema),
    // As an array: the planner takes a subselect for a table, and reads all of a tenant to join it.
    among: '=',
    elements: (list) => sql`any(array(select json_array_elements_text(${list}::json)))`,
    listed: (list, columns) => {
      const typed = Object.entries(columns).map(([name, type]) => sql`${sql.id(name)} ${sql.raw(type)}`);
      return sql`json_to_recordset(${list}::json)`.as<'listed'>(sql`listed(${sql.join(typed)})`);
    },
    lock: (query, others) => {
      if (others === 'share') return query.forShare();
      return others === 'skip' ? query.forUpdate().skipLocked() : query.forUpdate();
    },
    feed: concurrentFeed(within),
    registered: sql<boolean>`to_regclass(${sql.lit(within('firstline_migrations'))}) is not null`,
    // Installers wait for each other as long as it takes, and so do the statements that make the tables.
    schemaLock: `set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(${SCHEMA_LOCK})`,
    beforeMigrations: [
      ...(schema === null ? [] : [createSchema(schema)]),
      `create sequence if not exists ${within(FEED_NUMBERS)}`,
    ],
    afterMigrations: [],
    // Against readers too: to add a column takes that anyway, and whoever goes up to it later waits crosswise with them.
    lockTables: (tables) => `lock table ${tables.map(within).join(', ')} in access exclusive mode`,
    narrowTable: (table) => table,
  };
}

/** `create schema if not exists` asks for the right to make one also where there is one. */
function createSchema(schema: string): string {
  const name = schema.replaceAll("'", "''");
  return (
    `do $firstline$ begin if not exists (select from pg_namespace where nspname = '${name}') ` +
    `then create schema ${quoted(schema)}; end if; end $firstline$`
  );
}
