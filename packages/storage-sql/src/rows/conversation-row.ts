import type { Channel, Conversation } from '@firstline/core';
import type { ConversationRow } from '../tables';

export function conversationOf(row: ConversationRow): Conversation {
  return {
    tenant: row.tenant,
    id: row.id,
    clientId: row.client_id,
    channel: row.channel === null ? null : (JSON.parse(row.channel) as Channel),
    locale: row.locale,
    owner: row.owner,
    status: row.status,
    operatorId: row.operator_id,
    ticketId: row.ticket_id,
    awaiting: row.awaiting,
    attendBy: row.attend_by,
    lastSeq: row.last_seq,
    createdAt: row.created_at,
    lastInboundAt: row.last_inbound_at,
    lastOutboundAt: row.last_outbound_at,
    closedAt: row.closed_at,
    version: row.version,
  };
}
