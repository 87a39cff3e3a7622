import type { Priority, Ticket, TicketStatus } from '@firstline/core';
import { sql } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import { newestFirst, type NewestParams } from '../newest-first';
import type { Define } from '../statement';

type JsonColumn = 'attachments' | 'pauses' | 'breaches';

interface InsertParams
  extends Omit<Ticket, JsonColumn | 'conversationId' | 'clientId'>, Readonly<Record<JsonColumn, string>> {
  readonly conversationId: string;
  readonly clientId: string;
}

interface UpdateParams {
  readonly tenant: string;
  readonly id: string;
  readonly conversationId: string;
  readonly status: TicketStatus | null;
  readonly priority: Priority | null;
  /** 1: `assignee` is written, also where it is `null`; 0: it stays. */
  readonly assign: number;
  readonly assignee: string | null;
  /** 1: `respondedAt` is written, also where it is `null`. */
  readonly respond: number;
  readonly respondedAt: number | null;
  /** 1: `resolvedAt` is written, also where it is `null`. */
  readonly resolve: number;
  readonly resolvedAt: number | null;
  /** JSON; `null`: unchanged. */
  readonly pauses: string | null;
  /** JSON; `null`: unchanged. */
  readonly breaches: string | null;
  /** Added to `repeats`. */
  readonly repeated: number;
  readonly now: number;
}

interface ListParams extends NewestParams {
  readonly status: TicketStatus;
  readonly priority: Priority;
}

export function ticketQueries(define: Define, dialect: SqlDialect) {
  return {
    insert: define((db, p: InsertParams) =>
      db.insertInto('tickets').values({
        tenant: p.tenant,
        id: p.id,
        conversation_id: p.conversationId,
        client_id: p.clientId,
        incident_id: p.incidentId,
        message_id: p.messageId,
        attachments: p.attachments,
        rule: p.rule,
        reason: p.reason,
        priority: p.priority,
        status: p.status,
        assignee: p.assignee,
        repeats: p.repeats,
        responded_at: p.respondedAt,
        resolved_at: p.resolvedAt,
        pauses: p.pauses,
        breaches: p.breaches,
        created_at: p.createdAt,
        updated_at: p.updatedAt,
      }),
    ),

    update: define((db, p: UpdateParams) =>
      db
        .updateTable('tickets')
        .set((eb) => ({
          status: eb.fn.coalesce(eb.val(p.status), 'status'),
          priority: eb.fn.coalesce(eb.val(p.priority), 'priority'),
          assignee: sql<string | null>`case when ${p.assign} = 1 then ${p.assignee} else assignee end`,
          responded_at: sql<number | null>`case when ${p.respond} = 1 then ${p.respondedAt} else responded_at end`,
          resolved_at: sql<number | null>`case when ${p.resolve} = 1 then ${p.resolvedAt} else resolved_at end`,
          pauses: eb.fn.coalesce(eb.val(p.pauses), 'pauses'),
          breaches: eb.fn.coalesce(eb.val(p.breaches), 'breaches'),
          repeats: eb('repeats', '+', p.repeated),
          updated_at: p.now,
        }))
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id)
        .where('conversation_id', '=', p.conversationId),
    ),

    get: define((db, p: { tenant: string; id: string }) =>
      db.selectFrom('tickets').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    many: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('tickets')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    /** Those of one priority that nobody has, oldest first. */
    queued: define((db, p: { tenant: string; priority: Priority; limit: number }) =>
      db
        .selectFrom('tickets')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('priority', '=', p.priority)
        .where('status', '=', literal('open'))
        .where('assignee', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .limit(p.limit),
    ),

    list: newestFirst(['status', 'priority'], (given) =>
      define((db, p: ListParams) => {
        let query = db.selectFrom('tickets').selectAll().where('tenant', '=', p.tenant);
        if (given.status) query = query.where('status', '=', p.status);
        if (given.priority) query = query.where('priority', '=', p.priority);
        return query
          .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(p.beforeAt, p.beforeId)))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(p.limit);
      }),
    ),
  };
}
