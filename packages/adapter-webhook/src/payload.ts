import type { Attachment, OutboundMessage, OutboundType } from '@firstline/core';

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
    /** Files to show with the text, in this order; only named, never sent along. Empty: none. */
    readonly attachments: readonly {
      readonly kind: Attachment['kind'];
      readonly url: string;
      readonly mime_type: string | null;
      /** Bytes. */
      readonly size: number | null;
    }[];
    /** Answers to choose from with one touch: what is chosen comes back as the client's text. Empty: none. */
    readonly quick_replies: readonly string[];
    readonly locale: string | null;
    /** When it could be sent at the earliest. */
    readonly send_at: string;
    /** Place in the conversation, growing; client's messages are counted too, so there are gaps. */
    readonly seq: number;
  };
}

/** What `checkReachable` sends. It means nothing; any 2xx says that messages would arrive. */
export interface WebhookPing {
  readonly type: 'webhook.ping';
  /** When it was sent. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, never>>;
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
      attachments: message.attachments.map(({ kind, url, mimeType, size }) => ({
        kind,
        url,
        mime_type: mimeType ?? null,
        size: size ?? null,
      })),
      quick_replies: message.quickReplies,
      locale: message.locale,
      send_at: iso(message.sendAt),
      seq: message.seq,
    },
  };
  return Buffer.from(JSON.stringify(payload));
}

export function encodePing(now: number): Buffer {
  const ping: WebhookPing = { type: 'webhook.ping', timestamp: iso(now), data: {} };
  return Buffer.from(JSON.stringify(ping));
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
