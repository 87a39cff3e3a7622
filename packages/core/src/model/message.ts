/** What an outbound message is for. */
export type OutboundType =
  'greeting' | 'bot_auto' | 'escalation_notice' | 'incident_notice' | 'incident_resolved' | 'reminder' | 'operator';

export interface Attachment {
  readonly kind: 'image' | 'document' | 'audio' | 'video' | 'other';
  /** Where the host keeps the file; Firstline never fetches it. */
  readonly url: string;
  readonly mimeType?: string;
  /** Bytes. */
  readonly size?: number;
}

interface MessageBase {
  readonly tenant: string;
  readonly id: string;
  readonly conversationId: string;
  readonly clientId: string;
  /** Place in the conversation, from 1, without gaps. */
  readonly seq: number;
  /** Inbound: cleaned and normalised. Outbound: what is sent. */
  readonly text: string;
  readonly locale: string | null;
  readonly createdAt: number;
}

export interface InboundMessage extends MessageBase {
  readonly direction: 'inbound';
  /** The text as it came, kept only where cleaning changed it. */
  readonly originalText: string | null;
  readonly attachments: readonly Attachment[];
  /** Sent by a machine, an auto-reply for example: stored, and never answered. */
  readonly automated: boolean;
  /** It may be decided together with what the client writes right after it, see `policy.turns`. */
  readonly inTurn: boolean;
  /** When it was decided; `null`: still due. */
  readonly decidedAt: number | null;
  /** The scenario a person said it is about, for the classifier to learn from; `null`: nobody did. */
  readonly correctedTo: string | null;
  /** The decision about it, which it may share with the other messages of its turn; `null`: still due. */
  readonly decisionId: string | null;
}

export interface OutboundMessage extends MessageBase {
  readonly direction: 'outbound';
  readonly type: OutboundType;
  /** Sent along by transports that can; the others send their URLs behind the text. */
  readonly attachments: readonly Attachment[];
  /** Answers to choose from with one touch, where the transport has buttons. */
  readonly quickReplies: readonly string[];
  /** The decision it follows from; `null` for an operator's own words. */
  readonly decisionId: string | null;
  /** The person who wrote it (`type: 'operator'`). */
  readonly operatorId: string | null;
  /** When it may be sent at the earliest. */
  readonly sendAt: number;
}

export type Message = InboundMessage | OutboundMessage;
