import type { Priority, Ticket, TicketStatus } from '@firstline/core';
import { newestFirst, type NewestParams } from '../newest-first';
import type { Define } from '../statement';

interface InsertParams extends Omit<Ticket, 'attachments'> {
  /** JSON. */
  readonly attachments: string;
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
  /** Added to `repeats`. */
  readonly repeated: number;
  readonly now: number;
}

interface ListParams extends NewestParams {
  readonly status: TicketStatus;
  readonly priority: Priority;
}

export function ticketQueries(define: Define) {
  return {
    insert: define((db, p: InsertParams) =>
      db.insertInto('tickets').values({
        tenant: p.tenant,
        id: p.id,
        conversation_id: p.conversationId,
        client_id: p.clientId,
        message_id: p.messageId,
        attachments: p.attachments,
        rule: p.rule,
        reason: p.reason,
        priority: p.priority,
        status: p.status,
        assignee: p.assignee,
        repeats: p.repeats,
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
          assignee: eb
            .case()
            .when(eb.val(p.assign), '=', eb.lit(1))
            .then(eb.val(p.assignee))
            .else(eb.ref('assignee'))
            .end(),
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
