import type { Note } from '@firstline/core';
import type { Define } from '../statement';

export function noteQueries(define: Define) {
  return {
    insert: define((db, p: Note) =>
      db.insertInto('notes').values({
        tenant: p.tenant,
        id: p.id,
        conversation_id: p.conversationId,
        ticket_id: p.ticketId,
        operator_id: p.operatorId,
        text: p.text,
        created_at: p.createdAt,
      }),
    ),

    list: define((db, p: { tenant: string; conversationId: string }) =>
      db
        .selectFrom('notes')
        .selectAll()
        .where('tenant', '=', p.tenant)
        .where('conversation_id', '=', p.conversationId)
        .orderBy('created_at')
        .orderBy('id'),
    ),
  };
}
