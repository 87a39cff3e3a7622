import type { FeedEvent, JsonObject } from '@firstline/core';
import type { EventRow } from '../tables';

export function eventOf(row: EventRow): FeedEvent {
  return {
    tenant: row.tenant,
    seq: row.seq,
    type: row.type,
    at: row.at,
    conversationId: row.conversation_id,
    data: JSON.parse(row.data) as JsonObject,
  };
}
