import type { SqlDialect } from '../dialect';
import type { Define } from '../statement';
import { decisionIdsOf } from './removal';

interface OfConversations {
  readonly tenant: string;
  /** JSON list of conversation ids. */
  readonly ids: string;
}

/** Everything that belongs to conversations, in the order it came. */
export function archiveQueries(define: Define, dialect: SqlDialect) {
  return {
    messages: define((db, p: OfConversations) =>
      db
        .selectFrom('messages')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .orderBy('created_at')
        .orderBy('conversation_id')
        .orderBy('seq'),
    ),

    decisions: define((db, p: OfConversations) =>
      db
        .selectFrom('decisions')
        .select('record')
        .where('tenant', '=', p.tenant)
        .where('id', 'in', (eb) => decisionIdsOf(eb, dialect, p)),
    ),

    tickets: define((db, p: OfConversations) =>
      db
        .selectFrom('tickets')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .orderBy('created_at')
        .orderBy('id'),
    ),

    notes: define((db, p: OfConversations) =>
      db
        .selectFrom('notes')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .orderBy('created_at')
        .orderBy('id'),
    ),

    reminders: define((db, p: OfConversations) =>
      db
        .selectFrom('reminders')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .orderBy('created_at')
        .orderBy('id'),
    ),

    deliveries: define((db, p: OfConversations) =>
      db
        .selectFrom('deliveries')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .orderBy('created_at')
        .orderBy('conversation_id')
        .orderBy('seq'),
    ),

    attempts: define((db, p: OfConversations) =>
      db
        .selectFrom('delivery_attempts')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('delivery_id', 'in', (eb) =>
          eb
            .selectFrom('deliveries as d')
            .select('d.id')
            .where('d.tenant', '=', p.tenant)
            .where('d.conversation_id', dialect.among, dialect.elements(p.ids)),
        )
        .orderBy('delivery_id')
        .orderBy('number'),
    ),
  };
}
