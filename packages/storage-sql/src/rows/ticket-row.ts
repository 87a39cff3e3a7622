import type { Attachment, Ticket } from '@firstline/core';
import type { TicketRow } from '../tables';

/** What stands in the columns of an incident's ticket that must not be empty. */
export const NO_CONVERSATION = '';

export function ticketOf(row: TicketRow): Ticket {
  return {
    tenant: row.tenant,
    id: row.id,
    conversationId: row.conversation_id === NO_CONVERSATION ? null : row.conversation_id,
    clientId: row.client_id === NO_CONVERSATION ? null : row.client_id,
    incidentId: row.incident_id,
    messageId: row.message_id,
    attachments: JSON.parse(row.attachments) as Attachment[],
    rule: row.rule,
    reason: row.reason,
    priority: row.priority,
    status: row.status,
    assignee: row.assignee,
    repeats: row.repeats,
    respondedAt: row.responded_at,
    resolvedAt: row.resolved_at,
    pauses: JSON.parse(row.pauses) as Ticket['pauses'],
    breaches: JSON.parse(row.breaches) as Ticket['breaches'],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
