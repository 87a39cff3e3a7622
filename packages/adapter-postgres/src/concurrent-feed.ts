import type { ConcurrentFeed } from '@firstline/storage-sql';
import { type RawBuilder, sql } from 'kysely';

/** The sequence that numbers the feeds of all tenants. */
export const FEED_NUMBERS = 'firstline_feed_numbers';

/** Bits of a key that hold a number of the feed; those above say whose key it is. */
const NUMBER_BITS = 48;

/**
 * Numbers come from a sequence, so that commits of one tenant do not wait for each other: a counter in a row would be
 * locked from its update until the disk has the commit, which makes one commit at a time of all of them.
 *
 * But then 8 may be there before 7 is, and a reader who has passed 8 would never see 7. So a writer, before it takes its
 * first number, takes a shared advisory lock whose key is the last number taken so far; it goes with the transaction. A
 * reader looks first at the last number and then at these locks. A number up to the last one belongs either to a
 * transaction that has ended, and the entry is seen by every statement that begins now, or to one whose lock is there,
 * with a key below the number. Up to the lowest key the feed is complete. Nobody waits for anybody.
 */
export function concurrentFeed(within: (name: string) => string): ConcurrentFeed {
  const numbers = sql.raw(within(FEED_NUMBERS));
  const sequence = sql.lit(within(FEED_NUMBERS));
  const owner = ownerOf(sequence);
  const lowest = sql<number>`(${owner} << ${sql.raw(String(NUMBER_BITS))})`;
  return {
    kind: 'concurrent',
    append: (db, { tenant, entries }) =>
      db
        .with(
          (cte) => cte('mark').materialized(),
          (query) => query.selectNoFrom(advisoryLock(sql`(select ${lowest} + last_value from ${numbers})`).as('taken')),
        )
        .insertInto('events')
        .columns(['tenant', 'seq', 'type', 'at', 'conversation_id', 'data'])
        .expression(
          sql`select ${tenant}::text, nextval(${sequence}), e.entry ->> 'type', (e.entry ->> 'at')::bigint,
            e.entry ->> 'conversationId', e.entry ->> 'data'
            from mark, json_array_elements(${entries}::json) with ordinality as e (entry, place)
            order by e.place`,
        ),
    taken: sql<number>`(select last_value from ${numbers})`,
    open: sql<number | null>`(
      select min(((classid::bigint << 32) | objid::bigint) - ${lowest}) from pg_locks
      where locktype = 'advisory' and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and classid::bigint >> 16 = ${owner}
    )`,
  };
}

function advisoryLock(key: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`pg_advisory_xact_lock_shared(${key})`;
}

/**
 * 15 bits, unlikely to be at the head of a key of the application's own: of the sequence's oid, as processes that share tables name
 * their schema differently, or leave it to their connections. Two sequences with the same bits only hold up each other's readers. To
 * the server it is a constant, which it finds out where it prepares the statement.
 */
function ownerOf(sequence: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(${sequence}::regclass::oid::bigint & 32767)`;
}
