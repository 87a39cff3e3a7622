import type { WorkKind } from '@firstline/core';
import { sql, type ExpressionBuilder } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';
import type { Database } from '../tables';
import {
  announcing,
  announcingAll,
  changedLane,
  DUE,
  type DueParams,
  heldLane,
  key,
  KEY,
  LANE,
  lane,
  type LaneParams,
  newLane,
  newLanes,
  putLane,
  putUnheldLane,
  removedLane,
  removedLanes,
} from './lane-rows';

type HeldParams = LaneParams & { readonly token: string };
type OldestParams = Omit<LaneParams, 'kind'> & { readonly maxWaitMs: number };

interface LanesParams {
  readonly tenant: string;
  readonly kind: WorkKind;
  /** JSON list of conversation ids. */
  readonly ids: string;
}

/** A lane is a row of `due_work`: the due work of one kind of one conversation. */
export function laneQueries(define: Define, dialect: SqlDialect) {
  return {
    /** Makes a lane due; one that exists stays as it is. */
    leave: define((db, p: DueParams) => newLane(db, p).onConflict((conflict) => conflict.columns(KEY).doNothing())),

    /**
     * Makes the `process` lane due when the client has been quiet for a while, and in time for the message that has waited
     * longest; one that is held or due by now stays as it is.
     */
    hearOut: define((db, p: OldestParams & { readonly now: number; readonly quietAt: number }) =>
      db
        .insertInto('due_work')
        .values((eb) => ({
          tenant: p.tenant,
          kind: literal('process'),
          conversation_id: p.conversationId,
          ready_at: eb
            .case()
            .when(eb(latest(eb, p), '<', p.quietAt))
            .then(latest(eb, p))
            .else(eb.val(p.quietAt))
            .end(),
          token: null,
          claims: eb.lit(0),
        }))
        .onConflict((conflict) =>
          conflict
            .columns(KEY)
            .doUpdateSet((eb) => ({ ready_at: eb.ref('excluded.ready_at') }))
            .where('due_work.token', 'is', null)
            .where('due_work.ready_at', '>', p.now),
        ),
    ),

    /** Makes a lane and leases it, or leases one that is claimable now; no row comes back where it is not. */
    take: define((db, p: HeldParams & { readonly until: number; readonly now: number }) =>
      db
        .insertInto('due_work')
        .values({ ...key(p), ready_at: p.until, token: p.token, claims: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(KEY)
            .doUpdateSet((eb) => ({
              ready_at: eb.ref('excluded.ready_at'),
              token: eb.ref('excluded.token'),
              claims: eb('due_work.claims', '+', eb.lit(1)),
            }))
            .where('due_work.ready_at', '<=', p.now),
        )
        .returning('claims'),
    ),

    /** What can be claimed now: due, or with a lease that has run out. */
    claimable: define((db, p: { tenant: string; kind: WorkKind; now: number; limit: number }) =>
      dialect.lock(
        db
          .selectFrom('due_work')
          .select(['conversation_id', 'claims'])
          .where('tenant', '=', p.tenant)
          .where('kind', '=', p.kind)
          .where('ready_at', '<=', p.now)
          .orderBy('ready_at')
          .limit(p.limit),
        'skip',
      ),
    ),

    /**
     * The same of the `deliver` lanes, and their conversations with them. Others lock a conversation before its lanes, and
     * whoever waited for one while holding the other would wait for ever; so what is busy is left for the next time.
     */
    claimableDeliveries: define((db, p: { tenant: string; now: number; limit: number }) =>
      dialect.lock(
        db
          .selectFrom('due_work')
          .innerJoin('conversations', (join) =>
            join
              .onRef('conversations.tenant', '=', 'due_work.tenant')
              .onRef('conversations.id', '=', 'due_work.conversation_id'),
          )
          .select(['due_work.conversation_id', 'due_work.claims'])
          .where('due_work.tenant', '=', p.tenant)
          .where('due_work.kind', '=', literal('deliver'))
          .where('due_work.ready_at', '<=', p.now)
          .orderBy('due_work.ready_at')
          .limit(p.limit),
        'skip',
      ),
    ),

    /** The same as `claimable` of one conversation, where a lane that nobody holds need not be due. */
    claimableOne: define((db, p: LaneParams & { readonly now: number }) =>
      dialect.lock(
        lane(db, p)
          .select(['conversation_id', 'claims'])
          .where((eb) => eb.or([eb('ready_at', '<=', p.now), eb('token', 'is', null)])),
        'skip',
      ),
    ),

    lease: define((db, p: LanesParams & { readonly token: string; readonly until: number }) =>
      db
        .updateTable('due_work')
        .set((eb) => ({ ready_at: p.until, token: p.token, claims: eb('claims', '+', eb.lit(1)), waits_for: null }))
        .where('tenant', '=', p.tenant)
        .where('kind', '=', p.kind)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    /** Who holds the lanes. Locks the conversations too, in one order for everybody. */
    holders: define((db, p: LanesParams) =>
      dialect.lock(
        heldLane(db, p)
          .select(['due_work.conversation_id', 'due_work.token'])
          .where('due_work.conversation_id', dialect.among, dialect.elements(p.ids))
          .orderBy('conversations.id'),
        'wait',
      ),
    ),

    /**
     * Who holds a lane. Locks the conversation too: whoever adds work holds that lock until it is there for all to see, so
     * what the holder of the lock finds is all there is.
     */
    holder: define((db, p: LaneParams) =>
      dialect.lock(
        heldLane(db, p).select('due_work.token').where('due_work.conversation_id', '=', p.conversationId),
        'wait',
      ),
    ),

    keep: define((db, p: HeldParams & { readonly until: number }) =>
      changedLane(db, p).set({ ready_at: p.until }).where('token', '=', p.token),
    ),

    /** Gives a lease back; the claims go on counting, so that whoever keeps failing can wait longer each time. */
    release: define((db, p: DueParams) => changedLane(db, p).set({ ready_at: p.readyAt, token: null })),

    /** Makes a lane due at a time, whatever was there. */
    put: define((db, p: DueParams) => putLane(newLane(db, p)), {
      columns: DUE,
      build: (db, rows) => putLane(newLanes(db, rows)),
    }),

    /** The same of the `announce` lane, where the conversation is there still. */
    announce: define((db, p: Omit<DueParams, 'kind'>) => putLane(announcing(db, p)), {
      columns: { tenant: 'text', conversationId: 'text', readyAt: 'bigint' },
      build: (db, rows) => putLane(announcingAll(db, rows)),
    }),

    /** The same, or when what it waits for is woken. */
    putWaiting: define((db, p: DueParams & { readonly waitsFor: string }) => putLane(newLane(db, p, p.waitsFor))),

    /** The same, unless somebody holds it: the holder will look at the rows again. */
    putUnheld: define((db, p: DueParams) => putUnheldLane(newLane(db, p)), {
      columns: DUE,
      build: (db, rows) => putUnheldLane(newLanes(db, rows)),
    }),

    /**
     * The `deliver` lanes that wait for something, those due earliest first; nobody holds them. Their conversations are not locked:
     * in one that somebody writes to just now the lane has to be woken all the same.
     */
    waiting: define((db, p: { tenant: string; waitsFor: string; limit: number }) =>
      dialect.lock(
        db
          .selectFrom('due_work')
          .select('conversation_id')
          .where('tenant', '=', p.tenant)
          .where('waits_for', '=', p.waitsFor)
          .orderBy('ready_at')
          .limit(p.limit),
        'skip',
      ),
    ),

    wake: define((db, p: { tenant: string; ids: string; now: number }) =>
      db
        .updateTable('due_work')
        .set((eb) => ({ ready_at: p.now, claims: eb.lit(0), waits_for: null }))
        .where('tenant', '=', p.tenant)
        .where('kind', '=', literal('deliver'))
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    remove: define((db, p: LaneParams) => removedLane(db, p), {
      columns: LANE,
      build: removedLanes,
    }),

    /** A lane whose conversation was removed when somebody made it. */
    removeLeft: define((db, p: HeldParams) =>
      removedLane(db, p)
        .where('token', '=', p.token)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('conversations as c')
                .select('c.id')
                .where('c.tenant', '=', p.tenant)
                .where('c.id', '=', p.conversationId),
            ),
          ),
        ),
    ),

    removeUnheld: define((db, p: LaneParams) => removedLane(db, p).where('token', 'is', null), {
      columns: LANE,
      build: (db, rows) => removedLanes(db, rows).where('w.token', 'is', null),
    }),

    /** Removes the `process` lane where every message is decided. */
    finishProcess: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .deleteFrom('due_work')
        .where('tenant', '=', p.tenant)
        .where('kind', '=', literal('process'))
        .where('conversation_id', '=', p.conversationId)
        .where((eb) => eb.not(eb.exists(undecided(eb, p)))),
    ),

    earliest: define((db, p: { tenant: string; kind: WorkKind }) =>
      db
        .selectFrom('due_work')
        .select('ready_at')
        .where('tenant', '=', p.tenant)
        .where('kind', '=', p.kind)
        .orderBy('ready_at')
        .limit(sql.lit(1)),
    ),
  };
}

/** By when the client has to be answered however much more is written. */
function latest(eb: ExpressionBuilder<Database, 'due_work'>, p: OldestParams) {
  return eb
    .selectFrom('messages as u')
    .select((row) => row('u.created_at', '+', p.maxWaitMs).as('latest'))
    .where('u.tenant', '=', p.tenant)
    .where('u.conversation_id', '=', p.conversationId)
    .where('u.direction', '=', literal('inbound'))
    .where('u.decided_at', 'is', null)
    .orderBy('u.seq')
    .limit(sql.lit(1));
}

function undecided(eb: ExpressionBuilder<Database, 'due_work'>, p: { tenant: string; conversationId: string }) {
  return eb
    .selectFrom('messages')
    .select(sql.lit(1).as('undecided'))
    .where('messages.tenant', '=', p.tenant)
    .where('messages.conversation_id', '=', p.conversationId)
    .where('messages.direction', '=', literal('inbound'))
    .where('messages.decided_at', 'is', null);
}
