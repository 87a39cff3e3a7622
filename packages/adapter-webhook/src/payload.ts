import type { OutboundMessage, OutboundType } from '@firstline/core';

/** The JSON body a receiver gets. Instants are ISO 8601 in UTC. */
export interface WebhookPayload {
  readonly type: 'message.created';
  /** When the message was created; not the time of the attempt, which is in `webhook-timestamp`. */
  readonly timestamp: string;
  readonly data: {
    readonly message_id: string;
    readonly conversation_id: string;
    readonly client_id: string;
    readonly type: OutboundType;
    readonly text: string;
    readonly locale: string | null;
    /** When it could be sent at the earliest. */
    readonly send_at: string;
    /** Place in the conversation, growing; client's messages are counted too, so there are gaps. */
    readonly seq: number;
  };
}

/** The exact bytes that are signed and sent. */
export function encodePayload(message: OutboundMessage): Buffer {
  const payload: WebhookPayload = {
    type: 'message.created',
    timestamp: iso(message.createdAt),
    data: {
      message_id: message.id,
      conversation_id: message.conversationId,
      client_id: message.clientId,
      type: message.type,
      text: message.text,
      locale: message.locale,
      send_at: iso(message.sendAt),
      seq: message.seq,
    },
  };
  return Buffer.from(JSON.stringify(payload));
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
