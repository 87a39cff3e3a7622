import {
  FirstlineError,
  type Attachment,
  type InboundMessage,
  type Message,
  type OutboundMessage,
} from '@firstline/core';
import type { MessageRow } from '../tables';

export function messageOf(row: MessageRow): Message {
  return row.direction === 'inbound' ? inboundOf(row) : outboundOf(row);
}

export function inboundOf(row: MessageRow): InboundMessage {
  return {
    tenant: row.tenant,
    id: row.id,
    conversationId: row.conversation_id,
    clientId: row.client_id,
    seq: row.seq,
    direction: 'inbound',
    text: row.text,
    originalText: row.original_text === null ? null : (JSON.parse(row.original_text) as string),
    locale: row.locale,
    attachments: listOf<Attachment>(row.attachments),
    automated: row.automated === 1,
    createdAt: row.created_at,
    inTurn: row.in_turn === 1,
    correctedTo: row.corrected_to,
    decidedAt: row.decided_at,
    decisionId: row.decision_id,
  };
}

export function outboundOf(row: MessageRow): OutboundMessage {
  if (row.type === null || row.send_at === null) {
    throw new FirstlineError('internal', 'an outbound message was read without its type');
  }
  return {
    tenant: row.tenant,
    id: row.id,
    conversationId: row.conversation_id,
    clientId: row.client_id,
    seq: row.seq,
    direction: 'outbound',
    type: row.type,
    attachments: listOf<Attachment>(row.attachments),
    quickReplies: listOf<string>(row.quick_replies),
    text: row.text,
    locale: row.locale,
    createdAt: row.created_at,
    decisionId: row.decision_id,
    operatorId: row.operator_id,
    sendAt: row.send_at,
  };
}

function listOf<T>(json: string | null): readonly T[] {
  return json === null ? [] : (JSON.parse(json) as readonly T[]);
}
