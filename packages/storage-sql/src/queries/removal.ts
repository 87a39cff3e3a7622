import type { ExpressionBuilder } from 'kysely';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';
import type { Database } from '../tables';

interface OfConversations {
  readonly tenant: string;
  /** JSON list of conversation ids. */
  readonly ids: string;
}

/** Takes out everything that belongs to conversations. Named by table, in the order in which they must be run. */
export function removalQueries(define: Define, dialect: SqlDialect) {
  return {
    attempts: define((db, p: OfConversations) =>
      db
        .deleteFrom('delivery_attempts')
        .where('tenant', '=', p.tenant)
        .where('delivery_id', 'in', (eb) =>
          eb
            .selectFrom('deliveries as d')
            .select('d.id')
            .where('d.tenant', '=', p.tenant)
            .where('d.conversation_id', dialect.among, dialect.elements(p.ids)),
        ),
    ),

    deliveries: define((db, p: OfConversations) =>
      db
        .deleteFrom('deliveries')
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    decisions: define((db, p: OfConversations) =>
      db
        .deleteFrom('decisions')
        .where('tenant', '=', p.tenant)
        .where('id', 'in', (eb) => decisionIdsOf(eb, dialect, p)),
    ),

    /** Not those that ran out and were claimed anew by a message that stays. */
    idempotencyKeys: define((db, p: OfConversations) =>
      db
        .deleteFrom('idempotency_keys')
        .where('tenant', '=', p.tenant)
        .where('key', 'in', (eb) =>
          eb
            .selectFrom('messages as m')
            .select('m.idempotency_key')
            .where('m.tenant', '=', p.tenant)
            .where('m.conversation_id', dialect.among, dialect.elements(p.ids))
            .where('m.idempotency_key', 'is not', null)
            .$castTo<{ idempotency_key: string }>(),
        )
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('messages as n')
              .select('n.id')
              .where('n.tenant', '=', p.tenant)
              .whereRef('n.id', '=', 'idempotency_keys.message_id')
              .where('n.conversation_id', dialect.among, dialect.elements(p.ids)),
          ),
        ),
    ),

    messages: define((db, p: OfConversations) =>
      db
        .deleteFrom('messages')
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    reminders: define((db, p: OfConversations) =>
      db
        .deleteFrom('reminders')
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    tickets: define((db, p: OfConversations) =>
      db
        .deleteFrom('tickets')
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    notes: define((db, p: OfConversations) =>
      db
        .deleteFrom('notes')
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    work: define((db, p: OfConversations) =>
      db
        .deleteFrom('due_work')
        .where('tenant', '=', p.tenant)
        .where('kind', 'in', KINDS)
        .where('conversation_id', dialect.among, dialect.elements(p.ids)),
    ),

    /** All but the one that says so. */
    events: define((db, p: OfConversations) =>
      db
        .deleteFrom('events')
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .where('type', '<>', literal('conversation.erased')),
    ),

    conversations: define((db, p: OfConversations) =>
      db.deleteFrom('conversations').where('tenant', '=', p.tenant).where('id', dialect.among, dialect.elements(p.ids)),
    ),
  };
}

/** The lanes a conversation can have: naming them is what lets the primary key find them. */
export const KINDS = [literal('process'), literal('deliver'), literal('remind'), literal('watch'), literal('announce')];

/** Every decision is behind a message, which it decided or which follows from it. */
export function decisionIdsOf(
  eb: ExpressionBuilder<Database, 'decisions'>,
  dialect: SqlDialect,
  { tenant, ids }: OfConversations,
) {
  return eb
    .selectFrom('messages as m')
    .select('m.decision_id')
    .where('m.tenant', '=', tenant)
    .where('m.conversation_id', dialect.among, dialect.elements(ids))
    .where('m.decision_id', 'is not', null)
    .$castTo<{ decision_id: string }>();
}
