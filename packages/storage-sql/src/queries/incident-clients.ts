import { sql, type Kysely } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';
import type { Database } from '../tables';

interface OfIncident {
  readonly tenant: string;
  readonly incidentId: string;
}

interface TellParams extends OfIncident {
  readonly clientId: string;
  readonly conversationId: string;
  readonly round: number;
  readonly now: number;
}

export function incidentClientQueries(define: Define, dialect: SqlDialect) {
  return {
    /**
     * Adds clients who are not known to be affected. Each is told in the conversation written in last of those that are not
     * closed, else in the newest.
     */
    join: define((db, p: OfIncident & { readonly clientIds: string; readonly now: number }) =>
      db
        .insertInto('incident_clients')
        .columns(['tenant', 'incident_id', 'client_id', 'conversation_id', 'joined_at', 'told_round', 'resolved_round'])
        .expression((eb) =>
          eb
            .selectFrom('clients as c')
            .select((row) => [
              'c.tenant',
              sql<string>`cast(${p.incidentId} as text)`.as('incident_id'),
              'c.id',
              row
                .selectFrom('conversations as v')
                .select('v.id')
                .whereRef('v.tenant', '=', 'c.tenant')
                .whereRef('v.client_id', '=', 'c.id')
                .orderBy(sql`case when v.status = 'closed' then 1 else 0 end`)
                .orderBy(sql`case when v.status = 'closed' then v.created_at else v.last_inbound_at end`, 'desc')
                .orderBy('v.id', 'desc')
                .limit(sql.lit(1))
                .as('conversation_id'),
              sql<number>`cast(${p.now} as bigint)`.as('joined_at'),
              sql.lit(0).as('told_round'),
              sql.lit(0).as('resolved_round'),
            ])
            .where('c.tenant', '=', p.tenant)
            .where('c.id', dialect.among, dialect.elements(p.clientIds)),
        )
        .onConflict((conflict) => conflict.columns([...KEY]).doNothing())
        .returning(['client_id', 'conversation_id']),
    ),

    /** Tells a client of the beginning; nothing is written where the client was told. */
    tell: define((db, p: TellParams) =>
      db
        .insertInto('incident_clients')
        .values({
          tenant: p.tenant,
          incident_id: p.incidentId,
          client_id: p.clientId,
          conversation_id: p.conversationId,
          joined_at: p.now,
          told_at: p.now,
          told_round: p.round,
          resolved_round: 0,
        })
        .onConflict((conflict) =>
          conflict
            .columns([...KEY])
            .doUpdateSet((eb) => ({
              conversation_id: eb.ref('excluded.conversation_id'),
              told_at: eb.ref('excluded.told_at'),
              told_round: eb.ref('excluded.told_round'),
            }))
            .where('incident_clients.told_round', '<', p.round),
        ),
    ),

    /** Tells a client of the end; nothing is written where the client was told of it, or never of the beginning. */
    tellOver: define((db, p: TellParams) =>
      db
        .updateTable('incident_clients')
        .set({ resolved_round: p.round, conversation_id: p.conversationId })
        .where('tenant', '=', p.tenant)
        .where('incident_id', '=', p.incidentId)
        .where('client_id', '=', p.clientId)
        .where('told_round', '=', p.round)
        .where('resolved_round', '<', p.round),
    ),

    /** Those told in a round, at most so many. */
    told: define((db, p: OfIncident & { readonly round: number; readonly limit: number }) =>
      db
        .selectFrom('incident_clients')
        .select('client_id')
        .where('tenant', '=', p.tenant)
        .where('incident_id', '=', p.incidentId)
        .where('told_round', '=', p.round)
        .limit(p.limit),
    ),

    /** Who was not told of this round, those who joined last first. */
    untold: define((db, p: OfIncident & { readonly round: number }) =>
      lastFirst(db, p).where('told_round', '<', p.round),
    ),

    /** Who was told of this round and not of its end. */
    untoldOver: define((db, p: OfIncident & { readonly round: number }) =>
      lastFirst(db, p).where('told_round', '=', p.round).where('resolved_round', '<', p.round),
    ),

    /** Who was told of this round. */
    toldOf: define((db, p: OfIncident & { readonly round: number }) =>
      lastFirst(db, p).where('told_round', '=', p.round),
    ),

    /** Copies the clients of `from`, with what they were told of its current round. */
    absorb: define(
      (db, p: OfIncident & { readonly from: string; readonly fromRound: number; readonly round: number }) =>
        db
          .insertInto('incident_clients')
          .columns([
            ...(['tenant', 'incident_id', 'client_id', 'conversation_id', 'joined_at'] as const),
            ...(['told_at', 'told_round', 'resolved_round'] as const),
          ])
          .expression((eb) =>
            eb
              .selectFrom('incident_clients as f')
              .select([
                'f.tenant',
                sql<string>`cast(${p.incidentId} as text)`.as('incident_id'),
                'f.client_id',
                'f.conversation_id',
                'f.joined_at',
                sql<number | null>`case when f.told_round = ${p.fromRound} and f.told_round > 0 then f.told_at end`.as(
                  'told_at',
                ),
                sql<number>`case when f.told_round = ${p.fromRound} and f.told_round > 0 then cast(${p.round} as bigint) else 0 end`.as(
                  'told_round',
                ),
                sql.lit(0).as('resolved_round'),
              ])
              .where('f.tenant', '=', p.tenant)
              .where('f.incident_id', '=', p.from),
          )
          .onConflict((conflict) =>
            conflict
              .columns([...KEY])
              .doUpdateSet((eb) => ({
                told_at: eb.ref('excluded.told_at'),
                told_round: eb.ref('excluded.told_round'),
              }))
              .whereRef('incident_clients.told_round', '<', 'excluded.told_round'),
          ),
    ),

    removeOf: define((db, p: { tenant: string; ids: string }) =>
      db
        .deleteFrom('incident_clients')
        .where('tenant', '=', p.tenant)
        .where('incident_id', dialect.among, dialect.elements(p.ids)),
    ),

    forget: define((db, p: { tenant: string; clientId: string }) =>
      db.deleteFrom('incident_clients').where('tenant', '=', p.tenant).where('client_id', '=', p.clientId),
    ),

    ofClient: define((db, p: { tenant: string; clientId: string }) =>
      db
        .selectFrom('incident_clients')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('client_id', '=', p.clientId)
        .orderBy('joined_at')
        .orderBy('incident_id'),
    ),

    of: define((db, p: { tenant: string; clientIds: string; incidentIds: string }) =>
      db
        .selectFrom('incident_clients')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('client_id', dialect.among, dialect.elements(p.clientIds))
        .where('incident_id', dialect.among, dialect.elements(p.incidentIds)),
    ),

    page: define((db, p: OfIncident & { readonly afterAt: number; readonly afterId: string; readonly limit: number }) =>
      db
        .selectFrom('incident_clients')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('incident_id', '=', p.incidentId)
        .where((eb) => eb(eb.refTuple('joined_at', 'client_id'), '>', eb.tuple(p.afterAt, p.afterId)))
        .orderBy('joined_at')
        .orderBy('client_id')
        .limit(p.limit),
    ),

    removeTickets: define((db, p: { tenant: string; ids: string }) =>
      db
        .deleteFrom('tickets')
        .where('tenant', '=', p.tenant)
        .where('incident_id', dialect.among, dialect.elements(p.ids)),
    ),

    updateTicket: define(
      (
        db,
        p: {
          tenant: string;
          id: string;
          status: string;
          resolvedAt: number | null;
          priority: string | null;
          assign: number;
          assignee: string | null;
          now: number;
        },
      ) =>
        db
          .updateTable('tickets')
          .set((eb) => ({
            status: sql`${p.status}`,
            resolved_at: p.resolvedAt,
            priority: sql`coalesce(${p.priority}, priority)`,
            assignee: sql<string | null>`case when ${p.assign} = 1 then ${p.assignee} else assignee end`,
            updated_at: eb.val(p.now),
          }))
          .where('tenant', '=', p.tenant)
          .where('id', '=', p.id)
          .where('conversation_id', '=', literal('')),
    ),
  };
}

const KEY = ['tenant', 'incident_id', 'client_id'] as const;

function lastFirst(db: Kysely<Database>, p: OfIncident) {
  return db
    .selectFrom('incident_clients')
    .select('conversation_id')
    .where('tenant', '=', p.tenant)
    .where('incident_id', '=', p.incidentId)
    .where('conversation_id', 'is not', null)
    .orderBy('joined_at', 'desc')
    .orderBy('client_id', 'desc');
}
