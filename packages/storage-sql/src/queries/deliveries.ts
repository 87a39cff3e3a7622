import type { Delivery, DeliveryStatus, OutboundType } from '@firstline/core';
import { type Kysely, sql } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import { newestFirst, type NewestParams } from '../newest-first';
import type { Define } from '../statement';
import type { Database } from '../tables';

interface ListParams extends NewestParams {
  readonly status: DeliveryStatus;
  readonly conversationId: string;
}

interface CancelParams {
  readonly tenant: string;
  readonly conversationId: string;
  /** JSON list of outbound types. */
  readonly types: string;
  readonly reason: string;
  readonly now: number;
}

interface FinishParams {
  readonly tenant: string;
  readonly id: string;
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  /** `null`: there is none, the last one stays. */
  readonly nextAttemptAt: number | null;
  /** 1 or 0. */
  readonly counts: number;
  readonly settledAt: number | null;
  /** 1, or `null`: as it was. */
  readonly possibleDuplicate: 1 | null;
}

interface ReplayParams {
  readonly tenant: string;
  readonly status: DeliveryStatus;
  readonly from: number;
  readonly to: number;
  readonly settledBy: number;
  readonly limit: number;
}

export function deliveryQueries(define: Define, dialect: SqlDialect) {
  return {
    insert: define(
      (
        db,
        p: Omit<Delivery, 'status' | 'reason' | 'attempts' | 'attemptsThisRun' | 'settledAt' | 'possibleDuplicate'>,
      ) =>
        db.insertInto('deliveries').values({
          tenant: p.tenant,
          id: p.id,
          message_id: p.messageId,
          conversation_id: p.conversationId,
          client_id: p.clientId,
          transport: p.transport,
          type: p.type,
          seq: p.seq,
          status: literal('pending'),
          reason: null,
          attempts: 0,
          attempts_this_run: 0,
          next_attempt_at: p.nextAttemptAt,
          expires_at: p.expiresAt,
          created_at: p.createdAt,
          settled_at: null,
          open_attempts: 0,
          possible_duplicate: 0,
        }),
    ),

    cancel: define((db, p: CancelParams) =>
      db
        .updateTable('deliveries')
        .set({ status: literal('cancelled'), reason: p.reason, settled_at: p.now })
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .where('status', '=', literal('pending'))
        .where('type', dialect.among, dialect.elements<OutboundType>(p.types))
        .returning(['id', 'message_id', 'attempts', 'seq']),
    ),

    /** Cancels those of the list that were never attempted. */
    supersede: define((db, p: Omit<CancelParams, 'types'> & { readonly ids: string }) =>
      db
        .updateTable('deliveries')
        .set({ status: literal('cancelled'), reason: p.reason, settled_at: p.now })
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids))
        .where('conversation_id', '=', p.conversationId)
        .where('status', '=', literal('pending'))
        .where('attempts', '=', sql.lit(0))
        .returning(['id', 'message_id', 'attempts', 'seq']),
    ),

    drafts: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .selectFrom('deliveries as d')
        .innerJoin('messages as m', (join) =>
          join.onRef('m.tenant', '=', 'd.tenant').onRef('m.id', '=', 'd.message_id'),
        )
        .leftJoin('decisions as b', (join) =>
          join.onRef('b.tenant', '=', 'm.tenant').onRef('b.id', '=', 'm.decision_id'),
        )
        .selectAll('m')
        .select(['d.id as delivery_id', 'b.record'])
        .where('d.tenant', '=', p.tenant)
        .where('d.conversation_id', '=', p.conversationId)
        .where('d.status', '=', literal('pending'))
        .where('d.type', '=', literal('bot_auto'))
        .where('d.attempts', '=', sql.lit(0))
        .orderBy('d.seq'),
    ),

    /** The pending delivery of each conversation that goes out first, where there is one. */
    firstOfEach: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('conversations as c')
        .innerJoin('deliveries as d', (join) =>
          join.onRef('d.tenant', '=', 'c.tenant').onRef('d.conversation_id', '=', 'c.id'),
        )
        .selectAll('d')
        .where('c.tenant', '=', p.tenant)
        .where('c.id', dialect.among, dialect.elements(p.ids))
        .where('d.status', '=', literal('pending'))
        .where('d.seq', '=', (eb) =>
          eb
            .selectFrom('deliveries as e')
            .select((fn) => fn.fn.min('e.seq').as('first'))
            .whereRef('e.tenant', '=', 'c.tenant')
            .whereRef('e.conversation_id', '=', 'c.id')
            .where('e.status', '=', literal('pending')),
        ),
    ),

    settle: define((db, p: { tenant: string; id: string; status: DeliveryStatus; reason: string; now: number }) =>
      db
        .updateTable('deliveries')
        .set({ status: p.status, reason: p.reason, settled_at: p.now })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id),
    ),

    begin: define((db, p: { tenant: string; ids: string }) =>
      db
        .updateTable('deliveries')
        .set((eb) => ({
          attempts: eb('attempts', '+', eb.lit(1)),
          open_attempts: eb('open_attempts', '+', eb.lit(1)),
        }))
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    markDuplicates: define((db, p: { tenant: string; ids: string }) =>
      db
        .updateTable('deliveries')
        .set((eb) => ({ possible_duplicate: eb.lit(1) }))
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    finish: define(
      (db, p: FinishParams) =>
        db
          .updateTable('deliveries')
          .set((eb) => ({
            status: p.status,
            reason: p.reason,
            next_attempt_at: eb.fn.coalesce(eb.val(p.nextAttemptAt), 'next_attempt_at'),
            attempts_this_run: eb('attempts_this_run', '+', p.counts),
            settled_at: p.settledAt,
            open_attempts: eb.lit(0),
            possible_duplicate: eb.fn.coalesce(eb.val(p.possibleDuplicate), 'possible_duplicate'),
          }))
          .where('tenant', '=', p.tenant)
          .where('id', '=', p.id),
      {
        columns: {
          ...{ tenant: 'text', id: 'text', status: 'text', reason: 'text', nextAttemptAt: 'bigint', counts: 'bigint' },
          ...{ settledAt: 'bigint', possibleDuplicate: 'bigint' },
        },
        build: (db, { table, column }) =>
          db
            .updateTable('deliveries as d')
            .from(table)
            .set((eb) => ({
              status: column('status'),
              reason: column('reason'),
              next_attempt_at: eb.fn.coalesce(column('nextAttemptAt'), 'd.next_attempt_at'),
              attempts_this_run: eb('d.attempts_this_run', '+', column('counts')),
              settled_at: column('settledAt'),
              open_attempts: eb.lit(0),
              possible_duplicate: eb.fn.coalesce(column('possibleDuplicate'), 'd.possible_duplicate'),
            }))
            .where('d.tenant', '=', column('tenant'))
            .where('d.id', '=', column('id')),
      },
    ),

    /**
     * What waits in these conversations for its next attempt after a failed one need not wait any longer. Not what somebody is
     * changing, who wants the lane next: they would wait for each other.
     */
    retryNow: define((db, p: { tenant: string; ids: string; now: number }) =>
      db
        .updateTable('deliveries')
        .set({ next_attempt_at: p.now })
        .where('tenant', '=', p.tenant)
        .where(
          'id',
          'in',
          dialect.lock(
            db
              .selectFrom('deliveries')
              .select('id')
              .where('tenant', '=', p.tenant)
              .where('conversation_id', dialect.among, dialect.elements(p.ids))
              .where('status', '=', literal('pending'))
              .where('attempts_this_run', '>', sql.lit(0))
              .where('next_attempt_at', '>', p.now),
            'skip',
          ),
        ),
    ),

    replayable: define((db, p: ReplayParams) =>
      replayable(db, p).select('d.id').orderBy('d.created_at').orderBy('d.id').limit(p.limit),
    ),

    replayableOf: define((db, p: ReplayParams & { readonly endpoint: string }) =>
      replayable(db, p)
        .innerJoin('conversations as c', (join) =>
          join.onRef('c.tenant', '=', 'd.tenant').onRef('c.id', '=', 'd.conversation_id'),
        )
        .select('d.id')
        .where('c.channel_key', '=', p.endpoint)
        .orderBy('d.created_at')
        .orderBy('d.id')
        .limit(p.limit),
    ),

    replay: define((db, p: { tenant: string; ids: string; now: number }) =>
      db
        .updateTable('deliveries')
        .set((eb) => ({
          status: literal('pending'),
          reason: null,
          attempts_this_run: eb.lit(0),
          next_attempt_at: p.now,
          expires_at: null,
          settled_at: null,
          open_attempts: eb.lit(0),
        }))
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids))
        .returningAll(),
    ),

    /** Locks their conversations as well, and first, in one order for everybody. */
    lock: define((db, p: { tenant: string; ids: string }) =>
      dialect.lock(
        db
          .selectFrom('conversations')
          .innerJoin('deliveries', (join) =>
            join
              .onRef('deliveries.tenant', '=', 'conversations.tenant')
              .onRef('deliveries.conversation_id', '=', 'conversations.id'),
          )
          .selectAll('deliveries')
          .where('deliveries.tenant', '=', p.tenant)
          .where('deliveries.id', dialect.among, dialect.elements(p.ids))
          .orderBy('conversations.id')
          .orderBy('deliveries.id'),
        'wait',
      ),
    ),

    get: define((db, p: { tenant: string; id: string }) =>
      db.selectFrom('deliveries').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    statuses: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('deliveries')
        .select(['id', 'status'])
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    list: newestFirst(['status', 'conversationId'], (given) =>
      define((db, p: ListParams) => {
        let query = db.selectFrom('deliveries').selectAll().where('tenant', '=', p.tenant);
        if (given.status) query = query.where('status', '=', p.status);
        if (given.conversationId) query = query.where('conversation_id', '=', p.conversationId);
        return query
          .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(p.beforeAt, p.beforeId)))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(p.limit);
      }),
    ),
  };
}

/** By the index over status and time. */
function replayable(db: Kysely<Database>, p: ReplayParams) {
  return db
    .selectFrom('deliveries as d')
    .where('d.tenant', '=', p.tenant)
    .where('d.status', '=', p.status)
    .where('d.created_at', '>=', p.from)
    .where('d.created_at', '<', p.to)
    .where('d.settled_at', '<=', p.settledBy);
}
