import { sqlQueries, Statement } from '@firstline/storage-sql';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { sqliteStorage } from '../src/index';
import { sqliteDialect } from '../src/sqlite-dialect';

type AnyStatement = Statement<object, unknown>;

/** Statements that look at every row of a tenant on purpose; of templates there are a few hundred. */
const WHOLE_TENANT = /^(counts\.|templates\.all$)/;
/** A tenant has one row of it. */
const ONE_ROW = /^outage\.(take|state|holder|finish)$/;
/** The highest and the lowest numbers of a tenant, and its latest corrections, are at the ends of the index. */
const ONE_END = /^(events\.append|retention\.events|messages\.corrected)$/;

function named(value: unknown, path: readonly string[] = []): [string, AnyStatement][] {
  if (value instanceof Statement) return [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => named(member, [...path, name]));
}

function plan(database: Sqlite.Database, { sql }: AnyStatement): string[] {
  const explained = database.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`);
  return explained.all(Array.from(sql.matchAll(/\?/g), () => null)).map(({ detail }) => detail);
}

/** Walks through a table or index, or through all that a tenant has in it. */
function walks(detail: string): boolean {
  if (/^SCAN/.test(detail)) return !/^SCAN (json_each|CONSTANT ROW)/.test(detail);
  return /^SEARCH .*\(tenant=\?\)/.test(detail);
}

it('every statement finds its rows through an index', async () => {
  const database = new Sqlite(':memory:');
  const storage = sqliteStorage({ database });
  await storage.open();
  const all = named(sqlQueries(sqliteDialect()));
  expect(all.length).toBeGreaterThan(95);
  const walking = all
    .filter(([name]) => !WHOLE_TENANT.test(name) && !ONE_END.test(name) && !ONE_ROW.test(name))
    .map(([name, statement]) => [name, plan(database, statement).filter(walks)] as const)
    .filter(([, details]) => details.length > 0);
  expect(walking).toEqual([]);
  await storage.close();
});

it('the counts stay away from messages and records of decisions', async () => {
  const database = new Sqlite(':memory:');
  const storage = sqliteStorage({ database });
  await storage.open();
  const counts = named(sqlQueries(sqliteDialect()).counts).flatMap(([, statement]) => plan(database, statement));
  expect(counts.filter((detail) => / (messages|decisions) (?!USING COVERING INDEX)/.test(detail))).toEqual([]);
  await storage.close();
});

it('what is old is found in the order in which it goes, without sorting all of it', async () => {
  const database = new Sqlite(':memory:');
  const storage = sqliteStorage({ database });
  await storage.open();
  const details = named(sqlQueries(sqliteDialect()).retention).flatMap(([, statement]) => plan(database, statement));
  expect(details.length).toBeGreaterThan(5);
  expect(details.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([]);
  await storage.close();
});
