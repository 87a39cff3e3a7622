import type { Client } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { DecisionRecord } from '../model/decision';
import type { InboundMessage, OutboundMessage } from '../model/message';
import type { Reminder } from '../model/reminder';
import type { Ticket } from '../model/ticket';

/**
 * Kinds of due work. Each is a lane of a conversation: at most one row per kind and conversation, which exists exactly
 * as long as there is something to do, so one lease holds the conversation's order.
 *
 * - `process`  some inbound message is not decided yet
 * - `deliver`  some delivery is pending
 * - `remind`   some reminder is pending
 * - `watch`    people are expected to do something by then: a service target, an owner who has to answer
 * - `announce` an incident has something to say to the client
 */
export type WorkKind = 'process' | 'deliver' | 'remind' | 'watch' | 'announce';

/**
 * The right to do one piece of due work. In force until somebody else claims the lane, or it is put anew or removed; from
 * `until` on anybody may claim it. Whoever comes with another token than the lane's is told `lost`.
 */
export interface WorkLease {
  readonly kind: WorkKind;
  readonly conversationId: string;
  /** Fencing token: unique per claim. */
  readonly token: string;
  /** Epoch milliseconds; from then on somebody else may claim the work. */
  readonly until: number;
  /** How often this work was claimed since it was put there, given back undone or not; 1 for the first claim. */
  readonly claims: number;
}

/** What a decision needs to know of a conversation, read in one transaction. */
export interface ConversationState {
  readonly conversation: Conversation;
  readonly client: Client;
  /** The oldest message not decided yet; `null`: all are decided. */
  readonly message: InboundMessage | null;
  /** The undecided messages behind `message`, in order, at most 49. */
  readonly following: readonly InboundMessage[];
  /** The pending reminder, if any. */
  readonly reminder: Reminder | null;
  /** The ticket named by the conversation's `ticketId`, if any. */
  readonly ticket: Ticket | null;
}

/** A reply that is decided and still waits to be sent for the first time, see `Storage.drafts`. */
export interface Draft {
  readonly deliveryId: string;
  readonly reply: OutboundMessage;
  /** What it follows from; `null`: nothing that is written down. */
  readonly decision: DecisionRecord | null;
  /** The inbound messages that `decision.answers` names, in order; without a decision, none. */
  readonly answers: readonly InboundMessage[];
}
