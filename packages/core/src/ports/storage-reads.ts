import type { Conversation, ConversationStatus, Owner } from '../model/conversation';
import type { DecisionOutcome, DecisionRecord } from '../model/decision';
import type { Delivery, DeliveryAttempt, DeliveryStatus } from '../model/delivery';
import type { FeedEvent } from '../model/event';
import type { IncidentStatus } from '../model/incident';
import type { InboundMessage, Message, OutboundMessage } from '../model/message';
import type { Note } from '../model/note';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import type { Ticket, TicketStatus } from '../model/ticket';
import type { WorkKind } from './storage-work';

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it to get the next page; `null`: this was the last one. */
  readonly cursor: string | null;
}

export interface PageParams {
  readonly tenant: string;
  /** From the previous page. A malformed one is an `invalid_input`. */
  readonly cursor?: string;
  /** 1 to 500. */
  readonly limit: number;
}

export interface StoredOutcome {
  readonly message: InboundMessage;
  readonly conversation: Conversation;
  /** `null`: not decided yet. */
  readonly decision: DecisionRecord | null;
  /** What the decision said, in order. */
  readonly replies: readonly OutboundMessage[];
  readonly ticket: Ticket | null;
}

export interface StorageCounts {
  readonly clients: number;
  readonly conversations: Readonly<Record<ConversationStatus, number>>;
  readonly messages: { readonly inbound: number; readonly outbound: number };
  /** Decisions on messages by outcome. */
  readonly decisions: Readonly<Record<DecisionOutcome, number>>;
  readonly tickets: Readonly<Record<TicketStatus, number>>;
  readonly incidents: Readonly<Record<IncidentStatus, number>>;
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
  readonly reminders: Readonly<Record<Reminder['status'], number>>;
  /** Lanes of due work, by kind, that are due or leased. */
  readonly work: Readonly<Record<WorkKind, number>>;
}

/** Everything that is only read, part of {@link Storage} and under its rules. */
export interface StorageReads {
  /** What became of an inbound message; `null`: no such inbound message. */
  outcome(params: { readonly tenant: string; readonly messageId: string }): Promise<StoredOutcome | null>;

  /** The decision that a message was decided by (inbound), or follows from (outbound); `null`: none. */
  decision(params: { readonly tenant: string; readonly messageId: string }): Promise<DecisionRecord | null>;

  conversation(params: { readonly tenant: string; readonly conversationId: string }): Promise<Conversation | null>;

  /** Newest first, by `createdAt`, then by id. */
  conversations(
    params: PageParams & {
      readonly clientId?: string;
      readonly owner?: Owner;
      readonly status?: ConversationStatus;
    },
  ): Promise<Page<Conversation>>;

  /** History of a conversation in order of `seq`. Empty for an unknown conversation. */
  messages(params: PageParams & { readonly conversationId: string }): Promise<Page<Message>>;

  /** The last `limit` messages before number `seq` of a conversation, in order. */
  messagesBefore(params: {
    readonly tenant: string;
    readonly conversationId: string;
    readonly seq: number;
    readonly limit: number;
  }): Promise<readonly Message[]>;

  /** The conversation's reminders, oldest first. */
  reminders(params: { readonly tenant: string; readonly conversationId: string }): Promise<readonly Reminder[]>;

  ticket(params: { readonly tenant: string; readonly ticketId: string }): Promise<Ticket | null>;

  /** Newest first, by `createdAt`. */
  tickets(params: PageParams & { readonly status?: TicketStatus; readonly priority?: Priority }): Promise<Page<Ticket>>;

  /** Open tickets that nobody has, the most urgent first, then the oldest; at most `limit`. */
  queue(params: { readonly tenant: string; readonly limit: number }): Promise<readonly Ticket[]>;

  /** The conversation's notes, oldest first. */
  notes(params: { readonly tenant: string; readonly conversationId: string }): Promise<readonly Note[]>;

  /** Newest first, by `createdAt`. */
  deliveries(
    params: PageParams & { readonly status?: DeliveryStatus; readonly conversationId?: string },
  ): Promise<Page<Delivery>>;

  /** `null`: no such delivery. Attempts in order. */
  delivery(params: {
    readonly tenant: string;
    readonly deliveryId: string;
  }): Promise<{ readonly delivery: Delivery; readonly attempts: readonly DeliveryAttempt[] } | null>;

  /** The feed behind `after` (0: from the beginning), in order, at most `limit`. */
  events(params: {
    readonly tenant: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly FeedEvent[]>;

  counts(params: { readonly tenant: string; readonly now: number }): Promise<StorageCounts>;
}
