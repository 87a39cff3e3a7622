import type { InboundMessage, OutboundMessage } from '@firstline/core';
import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';
import type { Database } from '../tables';

type InboundParams = Omit<
  InboundMessage,
  'attachments' | 'automated' | 'inTurn' | 'correctedTo' | 'decidedAt' | 'decisionId' | 'direction'
> & {
  readonly attachments: string;
  readonly automated: number;
  readonly inTurn: number;
  readonly idempotencyKey: string | null;
};
interface DecideParams {
  readonly tenant: string;
  readonly conversationId: string;
  readonly now: number;
  readonly decisionId: string | null;
}
type OutboundParams = Omit<OutboundMessage, 'direction' | 'attachments' | 'quickReplies'> & {
  readonly attachments: string | null;
  readonly quickReplies: string | null;
};

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
        in_turn: p.inTurn,
        idempotency_key: p.idempotencyKey,
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
        attachments: p.attachments,
        quick_replies: p.quickReplies,
        created_at: p.createdAt,
        type: p.type,
        decision_id: p.decisionId,
        operator_id: p.operatorId,
        send_at: p.sendAt,
      }),
    ),

    /** Marks the message as decided, if it is the oldest one that is not. */
    decideOne: define((db, p: DecideParams & { readonly id: string }) =>
      decide(db, p)
        .where('id', '=', p.id)
        .where('seq', '=', (eb) => oldestUndecided(eb, p)),
    ),

    decideMany: define((db, p: DecideParams & { readonly ids: string }) =>
      decide(db, p).where('id', dialect.among, dialect.elements(p.ids)),
    ),

    /** In order; no more than a state shows. */
    undecided: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .selectFrom('messages')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .where('direction', '=', literal('inbound'))
        .where('decided_at', 'is', null)
        .orderBy('seq')
        .limit(sql.lit(UNDECIDED_LIMIT)),
    ),

    /** The same of each conversation. */
    undecidedOfEach: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('conversations as c')
        // Not an inner join, which SQLite may turn round, and then it looks for the last number with every message.
        .crossJoin('messages as m')
        .selectAll('m')
        .whereRef('m.tenant', '=', 'c.tenant')
        .whereRef('m.conversation_id', '=', 'c.id')
        .where('c.tenant', '=', p.tenant)
        .where('c.id', dialect.among, dialect.elements(p.ids))
        .where('m.direction', '=', literal('inbound'))
        .where('m.decided_at', 'is', null)
        .where('m.seq', '<', (eb) =>
          eb.fn.coalesce(
            eb
              .selectFrom('messages as u')
              .select('u.seq')
              .whereRef('u.tenant', '=', 'c.tenant')
              .whereRef('u.conversation_id', '=', 'c.id')
              .where('u.direction', '=', literal('inbound'))
              .where('u.decided_at', 'is', null)
              .orderBy('u.seq')
              .limit(sql.lit(1))
              .offset(sql.lit(UNDECIDED_LIMIT)),
            sql.lit(Number.MAX_SAFE_INTEGER),
          ),
        )
        .orderBy('c.id')
        .orderBy('m.seq'),
    ),

    get: define((db, p: { tenant: string; id: string }) =>
      db.selectFrom('messages').selectAll().where('tenant', '=', p.tenant).where('id', '=', p.id),
    ),

    many: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('messages')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('id', dialect.among, dialect.elements(p.ids)),
    ),

    correct: define((db, p: { tenant: string; messageId: string; scenario: string }) =>
      db
        .updateTable('messages')
        .set({ corrected_to: p.scenario })
        .where('tenant', '=', p.tenant)
        .where('id', '=', p.messageId)
        .where('direction', '=', literal('inbound'))
        .returningAll(),
    ),

    /** The latest first. */
    corrected: define((db, p: { tenant: string; limit: number }) =>
      db
        .selectFrom('messages')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('corrected_to', 'is not', null)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(p.limit),
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

/** A state shows one message and 49 behind it. */
const UNDECIDED_LIMIT = 50;

function decide(db: Kysely<Database>, p: DecideParams) {
  return db
    .updateTable('messages')
    .set({ decided_at: p.now, decision_id: p.decisionId })
    .where('tenant', '=', p.tenant)
    .where('conversation_id', '=', p.conversationId)
    .where('direction', '=', literal('inbound'))
    .where('decided_at', 'is', null);
}

function oldestUndecided(eb: ExpressionBuilder<Database, 'messages'>, p: { tenant: string; conversationId: string }) {
  return eb
    .selectFrom('messages as u')
    .where('u.tenant', '=', p.tenant)
    .where('u.conversation_id', '=', p.conversationId)
    .where('u.direction', '=', literal('inbound'))
    .where('u.decided_at', 'is', null)
    .select('u.seq')
    .orderBy('u.seq')
    .limit(sql.lit(1));
}
