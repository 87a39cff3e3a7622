import type { Incident, IncidentStatus } from '@firstline/core';
import { sql, type Kysely } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import { newestFirst, type NewestParams } from '../newest-first';
import type { Define } from '../statement';
import type { Database } from '../tables';

type JsonColumn = 'scenarios' | 'evidence';

/** What is written of an incident: all but what is counted. */
export interface IncidentParams extends Omit<Incident, JsonColumn | 'affected' | 'told' | 'version'> {
  readonly scenarios: string;
  readonly evidence: string | null;
}

interface OneParams {
  readonly tenant: string;
  readonly id: string;
}

const MOST_LIVE = 500;

export function incidentQueries(define: Define, dialect: SqlDialect) {
  return {
    insert: define((db, p: IncidentParams) =>
      db
        .insertInto('incidents')
        .values((eb) => ({
          ...{ tenant: p.tenant, id: p.id, ...columns(p) },
          ...{ source: p.source, created_at: p.createdAt, version: eb.lit(1) },
        }))
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing()),
    ),

    update: define((db, p: IncidentParams & { readonly expectedVersion: number }) =>
      db
        .updateTable('incidents')
        .set((eb) => ({ ...columns(p), version: eb('version', '+', eb.lit(1)) }))
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id)
        .where('version', '=', p.expectedVersion),
    ),

    get: define((db, p: OneParams) =>
      counted(db).where('incidents.tenant', '=', p.tenant).where('incidents.id', '=', p.id),
    ),

    /** What a commit that tells of it depends on, and keeps from changing until it is told. */
    telling: define((db, p: OneParams) =>
      dialect.lock(
        db
          .selectFrom('incidents')
          .select(['status', 'round', 'muted_by'])
          .where('tenant', '=', p.tenant)
          .where('id', '=', p.id),
        'share',
      ),
    ),

    /** The same where it also depends on how many were told: one after the other. */
    tellingLimited: define((db, p: OneParams) =>
      dialect.lock(
        db
          .selectFrom('incidents')
          .select(['status', 'round', 'muted_by'])
          .where('tenant', '=', p.tenant)
          .where('id', '=', p.id),
        'wait',
      ),
    ),

    unresolved: define((db, p: { tenant: string }) =>
      counted(db)
        .where('incidents.tenant', '=', p.tenant)
        .where('incidents.status', '<>', literal('resolved'))
        .where('incidents.created_at', '>=', sql.lit(0))
        .orderBy('incidents.created_at', 'desc')
        .limit(sql.lit(MOST_LIVE)),
    ),

    resolvedSince: define((db, p: { tenant: string; since: number }) =>
      counted(db)
        .where('incidents.tenant', '=', p.tenant)
        .where('incidents.status', '=', literal('resolved'))
        .where('incidents.resolved_at', '>=', p.since)
        .orderBy('incidents.resolved_at', 'desc')
        .limit(sql.lit(MOST_LIVE)),
    ),

    resolvedBefore: define((db, p: { tenant: string; before: number; limit: number }) =>
      db
        .selectFrom('incidents')
        .select('id')
        .where('tenant', '=', p.tenant)
        .where('status', '=', literal('resolved'))
        .where('resolved_at', '<', p.before)
        .orderBy('resolved_at')
        .limit(p.limit),
    ),

    remove: define((db, p: { tenant: string; ids: string }) =>
      db.deleteFrom('incidents').where('tenant', '=', p.tenant).where('id', dialect.among, dialect.elements(p.ids)),
    ),

    list: newestFirst(['status'], (given) =>
      define((db, p: NewestParams & { readonly status: IncidentStatus }) => {
        let query = counted(db).where('incidents.tenant', '=', p.tenant);
        if (given.status) query = query.where('incidents.status', '=', p.status);
        return query
          .where((eb) => eb(eb.refTuple('incidents.created_at', 'incidents.id'), '<', eb.tuple(p.beforeAt, p.beforeId)))
          .orderBy('incidents.created_at', 'desc')
          .orderBy('incidents.id', 'desc')
          .limit(p.limit);
      }),
    ),
  };
}

function columns(p: IncidentParams) {
  return {
    status: p.status,
    round: p.round,
    level: p.level,
    scenarios: p.scenarios,
    region: p.region,
    title: p.title,
    expected_at: p.expectedAt,
    evidence: p.evidence,
    confirmed_by: p.confirmedBy,
    held_at: p.heldAt,
    muted_by: p.mutedBy,
    merged_into: p.mergedInto,
    ticket_id: p.ticketId,
    opened_at: p.openedAt,
    resolved_at: p.resolvedAt,
    updated_at: p.updatedAt,
  };
}

/** With how many clients are affected, and how many were told in the current round. */
function counted(db: Kysely<Database>) {
  return db
    .selectFrom('incidents')
    .selectAll('incidents')
    .select((eb) => [
      eb
        .selectFrom('incident_clients as a')
        .select((row) => row.fn.countAll<number>().as('count'))
        .whereRef('a.tenant', '=', 'incidents.tenant')
        .whereRef('a.incident_id', '=', 'incidents.id')
        .as('affected'),
      eb
        .selectFrom('incident_clients as t')
        .select((row) => row.fn.countAll<number>().as('count'))
        .whereRef('t.tenant', '=', 'incidents.tenant')
        .whereRef('t.incident_id', '=', 'incidents.id')
        .whereRef('t.told_round', '=', 'incidents.round')
        .where('t.told_round', '>', sql.lit(0))
        .as('told'),
    ]);
}
