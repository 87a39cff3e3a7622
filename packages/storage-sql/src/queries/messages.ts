import type { InboundMessage, OutboundMessage } from '@firstline/core';
import { sql } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';

type InboundParams = Omit<InboundMessage, 'attachments' | 'automated' | 'decidedAt' | 'direction'> & {
  readonly attachments: string;
  readonly automated: number;
};
type OutboundParams = Omit<OutboundMessage, 'direction'>;

export function messageQueries(define: Define, dialect: SqlDialect) {
  return {
    insertInbound: define((db, p: InboundParams) =>
      db.insertInto('messages').values({
        tenant: p.tenant,
        id: p.id,
        conversation_id: p.conversationId,
        client_id: p.clientId,
        seq: p.seq,
        direction: literal('inbound'),
        text: p.text,
        original_text: p.originalText,
        locale: p.locale,
        attachments: p.attachments,
        automated: p.automated,
        created_at: p.createdAt,
      }),
    ),

    insertOutbound: define((db, p: OutboundParams) =>
      db.insertInto('messages').values({
        tenant: p.tenant,
        id: p.id,
        conversation_id: p.conversationId,
        client_id: p.clientId,
        seq: p.seq,
        direction: literal('outbound'),
        text: p.text,
        locale: p.locale,
        created_at: p.createdAt,
        type: p.type,
        decision_id: p.decisionId,
        operator_id: p.operatorId,
        send_at: p.sendAt,
      }),
    ),

    decide: define((db, p: { tenant: string; id: string; conversationId: string; now: number }) =>
      db
        .updateTable('messages')
        .set({ decided_at: p.now })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.id)
        .where('conversation_id', '=', p.conversationId)
        .where('direction', '=', literal('inbound'))
        .where('decided_at', 'is', null),
    ),

    undecided: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .selectFrom('messages')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .where('direction', '=', literal('inbound'))
        .where('decided_at', 'is', null)
        .orderBy('seq')
        .limit(sql.lit(1)),
    ),

    /** The oldest undecided message of each conversation that has one. */
    undecidedOfEach: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('conversations as c')
        .innerJoin('messages as m', (join) =>
          join.onRef('m.tenant', '=', 'c.tenant').onRef('m.conversation_id', '=', 'c.id'),
        )
        .selectAll('m')
        .where('c.tenant', '=', p.tenant)
        .where('c.id', 'in', dialect.elements(p.ids))
        .where('m.seq', '=', (eb) =>
          eb
            .selectFrom('messages as u')
            .select((fn) => fn.fn.min('u.seq').as('first'))
            .whereRef('u.tenant', '=', 'c.tenant')
            .whereRef('u.conversation_id', '=', 'c.id')
            .where('u.direction', '=', literal('inbound'))
            .where('u.decided_at', 'is', null),
        ),
    ),

    get: define((db, p: { tenant: string; id: string }) =>
      db.selectFrom('messages').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    many: define((db, p: { tenant: string; ids: string }) =>
      db.selectFrom('messages').selectAll().where('tenant', '=', p.tenant).where('id', 'in', dialect.elements(p.ids)),
    ),

    history: define((db, p: { tenant: string; conversationId: string; after: number; limit: number }) =>
      db
        .selectFrom('messages')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .where('seq', '>', p.after)
        .orderBy('seq')
        .limit(p.limit),
    ),
  };
}
