import type { Note } from '@firstline/core';
import type { NoteRow } from '../tables';

export function noteOf(row: NoteRow): Note {
  return {
    tenant: row.tenant,
    id: row.id,
    conversationId: row.conversation_id,
    ticketId: row.ticket_id,
    operatorId: row.operator_id,
    text: row.text,
    createdAt: row.created_at,
  };
}
