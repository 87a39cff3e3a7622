import type { WorkKind } from '@firstline/core';
import { sql, type Kysely } from 'kysely';
import { literal } from '../literal';
import type { ListedRows } from '../statement';
import type { Database } from '../tables';

/** Which lane: one row of `due_work`. */
export interface LaneParams {
  readonly tenant: string;
  readonly kind: WorkKind;
  readonly conversationId: string;
}

export type DueParams = LaneParams & { readonly readyAt: number };

export const KEY = ['tenant', 'kind', 'conversation_id'] as const;
export const LANE = { tenant: 'text', kind: 'text', conversationId: 'text' } as const;
export const DUE = { ...LANE, readyAt: 'bigint' } as const;

const DUE_COLUMNS = [...KEY, 'ready_at', 'claims'] as const;

type NewLane = ReturnType<typeof newLane>;

export function key(p: LaneParams) {
  return { tenant: p.tenant, kind: p.kind, conversation_id: p.conversationId };
}

export function newLane(db: Kysely<Database>, p: DueParams, waitsFor: string | null = null) {
  return db
    .insertInto('due_work')
    .values({ ...key(p), ready_at: p.readyAt, token: null, claims: 0, waits_for: waitsFor });
}

/** Sorted, so that two who put the same ones wait for each other instead of getting into a deadlock. */
export function newLanes(db: Kysely<Database>, { table, column }: ListedRows<DueParams>) {
  return db
    .insertInto('due_work')
    .columns([...DUE_COLUMNS])
    .expression((eb) =>
      eb
        .selectFrom(table)
        .select([
          column('tenant').as('tenant'),
          column('kind').as('kind'),
          column('conversationId').as('conversation_id'),
          column('readyAt').as('ready_at'),
          eb.lit(0).as('claims'),
        ])
        .orderBy(column('conversationId')),
    );
}

/** The `announce` lane of a conversation, where that exists. */
export function announcing(db: Kysely<Database>, p: Omit<DueParams, 'kind'>) {
  return db
    .insertInto('due_work')
    .columns([...DUE_COLUMNS])
    .expression((eb) =>
      eb
        .selectFrom('conversations as c')
        .select([
          'c.tenant',
          literal('announce').as('kind'),
          'c.id',
          sql<number>`cast(${p.readyAt} as bigint)`.as('ready_at'),
          eb.lit(0).as('claims'),
        ])
        .where('c.tenant', '=', p.tenant)
        .where('c.id', '=', p.conversationId),
    );
}

/** Of several, sorted like other new lanes. */
export function announcingAll(db: Kysely<Database>, { table, column }: ListedRows<Omit<DueParams, 'kind'>>) {
  return db
    .insertInto('due_work')
    .columns([...DUE_COLUMNS])
    .expression((eb) =>
      eb
        .selectFrom(table)
        .innerJoin('conversations as c', (join) =>
          join.on('c.tenant', '=', column('tenant')).on('c.id', '=', column('conversationId')),
        )
        .select([
          'c.tenant',
          literal('announce').as('kind'),
          'c.id',
          column('readyAt').as('ready_at'),
          eb.lit(0).as('claims'),
        ])
        .orderBy('c.id'),
    );
}

export function putUnheldLane(lane: NewLane) {
  return lane.onConflict((conflict) =>
    conflict
      .columns(KEY)
      .doUpdateSet((eb) => ({ ready_at: eb.ref('excluded.ready_at'), claims: eb.lit(0), waits_for: null }))
      .where('due_work.token', 'is', null),
  );
}

export function putLane(lane: NewLane) {
  return lane.onConflict((conflict) =>
    conflict.columns(KEY).doUpdateSet((eb) => ({
      ready_at: eb.ref('excluded.ready_at'),
      token: null,
      claims: eb.lit(0),
      waits_for: eb.ref('excluded.waits_for'),
    })),
  );
}

export function lane(db: Kysely<Database>, p: LaneParams) {
  return db
    .selectFrom('due_work')
    .where('tenant', '=', p.tenant)
    .where('kind', '=', p.kind)
    .where('conversation_id', '=', p.conversationId);
}

/** The conversation stands first, and is locked first. */
export function heldLane(db: Kysely<Database>, p: Pick<LaneParams, 'tenant' | 'kind'>) {
  return db
    .selectFrom('conversations')
    .innerJoin('due_work', (join) =>
      join
        .onRef('due_work.tenant', '=', 'conversations.tenant')
        .onRef('due_work.conversation_id', '=', 'conversations.id'),
    )
    .where('due_work.tenant', '=', p.tenant)
    .where('due_work.kind', '=', p.kind);
}

export function changedLane(db: Kysely<Database>, p: LaneParams) {
  return db
    .updateTable('due_work')
    .where('tenant', '=', p.tenant)
    .where('kind', '=', p.kind)
    .where('conversation_id', '=', p.conversationId);
}

export function removedLanes(db: Kysely<Database>, { table, column }: ListedRows<LaneParams>) {
  return db
    .deleteFrom('due_work as w')
    .using(table)
    .where('w.tenant', '=', column('tenant'))
    .where('w.kind', '=', column('kind'))
    .where('w.conversation_id', '=', column('conversationId'));
}

export function removedLane(db: Kysely<Database>, p: LaneParams) {
  return db
    .deleteFrom('due_work')
    .where('tenant', '=', p.tenant)
    .where('kind', '=', p.kind)
    .where('conversation_id', '=', p.conversationId);
}
