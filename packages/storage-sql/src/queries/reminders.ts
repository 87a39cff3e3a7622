import type { Reminder } from '@firstline/core';
import type { SqlDialect } from '../dialect';
import { literal } from '../literal';
import type { Define } from '../statement';

interface SettleParams {
  readonly tenant: string;
  readonly conversationId: string;
  readonly status: Reminder['status'];
  readonly reason: string | null;
  readonly messageId: string | null;
  readonly now: number;
}

export function reminderQueries(define: Define, dialect: SqlDialect) {
  return {
    insert: define((db, p: Reminder) =>
      db.insertInto('reminders').values({
        tenant: p.tenant,
        id: p.id,
        conversation_id: p.conversationId,
        episode: p.episode,
        episode_at: p.episodeAt,
        step: p.step,
        scenario: p.scenario,
        due_at: p.dueAt,
        status: p.status,
        reason: p.reason,
        message_id: p.messageId,
        created_at: p.createdAt,
        settled_at: p.settledAt,
      }),
    ),

    settle: define((db, p: SettleParams) =>
      db
        .updateTable('reminders')
        .set({ status: p.status, reason: p.reason, message_id: p.messageId, settled_at: p.now })
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .where('status', '=', literal('pending')),
    ),

    pending: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .selectFrom('reminders')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .where('status', '=', literal('pending')),
    ),

    pendingOfEach: define((db, p: { tenant: string; ids: string }) =>
      db
        .selectFrom('reminders')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', dialect.among, dialect.elements(p.ids))
        .where('status', '=', literal('pending')),
    ),

    list: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .selectFrom('reminders')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .orderBy('created_at')
        .orderBy('id'),
    ),
  };
}
