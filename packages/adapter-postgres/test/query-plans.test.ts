import { sqlQueries, Statement } from '@firstline/storage-sql';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migratePostgres } from '../src/index';
import { postgresDialect } from '../src/postgres-dialect';
import { TestDatabase } from './support/database';

type AnyStatement = Pick<Statement<object, unknown>, 'sql'>;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

const ROWS = Number(process.env['FIRSTLINE_ROWS'] ?? 3_000);
/** From here on the planner is left to choose as it would; it takes minutes to fill the tables. */
const MANY = 1_000_000;
/** Columns whose values put a row into one of the partial indexes, all of them together for want of small ones. */
const PLENTY = {
  tenant: "'default'",
  'messages.direction': "'inbound'",
  'messages.decided_at': 'null',
  'deliveries.status': "'pending'",
  'deliveries.type': "'bot_auto'",
  'reminders.status': "'pending'",
  'tickets.status': "'open'",
  'incidents.status': "'open'",
  'outage_state.tenant': "'t' || n",
  'tickets.assignee': 'null',
  'due_work.kind': "'process'",
  'due_work.token': 'null',
};
/** Statements that look at every row of a tenant on purpose; of templates there are a few hundred. */
const WHOLE_TENANT = /^(counts\.|templates\.all$)/;
/** The lowest or the highest of a tenant are at the end of the index. */
const ONE_END = /^(retention\.events|messages\.corrected)$/;
/**
 * Of these the planner thinks that a third of the table lies behind a time it does not know, which here it has to think; asked
 * for real, it plans anew for the time it is given.
 */
const BEHIND_A_TIME = /^(outage\.(judged|removeOld)|retention\.conversations)$/;
/** Not tables of ours, and of one row or a few. */
const SMALL = /^(firstline_feed_numbers|outage_state|pg_)/;

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
  await migratePostgres({ config: database.config });
  await fill();
}, 30_000 + ROWS);
afterAll(() => database.end());

/** Rows of one tenant in every table, so that an index that leads to the tenant only is of no use. */
async function fill(): Promise<void> {
  const columns = await database.query<{ name: string; list: string; row: string }>(
    `
    select table_name as name, string_agg(quote_ident(column_name), ', ') as list,
      string_agg(coalesce($1::json ->> (table_name || '.' || column_name), $1::json ->> column_name,
        case data_type when 'bigint' then 'n' else '''x'' || n' end), ', ') as row
    from information_schema.columns
    where table_schema = 'public' and table_name not like 'firstline%' and data_type in ('bigint', 'text')
    group by table_name`,
    [JSON.stringify(PLENTY)],
  );
  expect(columns).toHaveLength(18);
  for (const { name, list, row } of columns) {
    await database.query(`insert into ${name} (${list}) select ${row} from generate_series(1, ${ROWS}) as n`);
  }
  await database.query('analyze');
}

function named(value: unknown, path: readonly string[] = []): [string, AnyStatement][] {
  if (value instanceof Statement) {
    const name = path.join('.');
    return value.each === null
      ? [[name, value]]
      : [
          [name, value],
          [`${name}.each`, value.each],
        ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => named(member, [...path, name]));
}

function nodes(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

/** Walks through a table, or through all that a tenant has in an index. */
function walks(node: Plan): boolean {
  const type = node['Node Type'];
  if (SMALL.test(node['Relation Name'] ?? '')) return false;
  if (type === 'Seq Scan') return true;
  if (!/^(Index|Bitmap Index)/.test(type) || /_pg_|^pg_/.test(node['Index Name'] ?? '')) return false;
  const condition = node['Index Cond'] ?? '(tenant = $1)';
  return /^\(tenant = [^ ]+\)$/.test(condition);
}

it('every statement finds its rows through an index', async () => {
  const client = await database.pool().connect();
  await client.query('set plan_cache_mode = force_generic_plan');
  // What big tables make too expensive. What is done all the same has no other way.
  if (ROWS < MANY)
    await client.query('set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off');
  const all = named(sqlQueries(postgresDialect(null)));
  expect(all.length).toBeGreaterThan(95);
  const walking: Record<string, readonly string[]> = {};
  try {
    for (const [name, { sql }] of all) {
      if (WHOLE_TENANT.test(name) || ONE_END.test(name)) continue;
      if (ROWS >= MANY && BEHIND_A_TIME.test(name)) continue;
      const faults = (await planned(client, sql)).filter(walks).map((node) => node['Index Name'] ?? node['Node Type']);
      if (faults.length > 0) walking[name] = faults;
    }
  } finally {
    client.release();
  }
  expect(walking).toEqual({});
});

function highestParameter(sql: string): number {
  return Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
}

/** As for values it does not know, also where the server is older than `generic_plan`. */
async function planned(client: pg.PoolClient, sql: string): Promise<readonly Plan[]> {
  type Explained = { readonly 'QUERY PLAN': readonly [{ readonly Plan: Plan }] };
  const values = Array.from({ length: highestParameter(sql) }, () => 'null');
  await client.query(`prepare planned as ${sql}`);
  const execute = values.length > 0 ? `execute planned(${values.join(', ')})` : 'execute planned';
  const { rows } = await client.query<Explained>(`explain (format json) ${execute}`);
  await client.query('deallocate planned');
  return rows.flatMap((row) => nodes(row['QUERY PLAN'][0].Plan));
}
