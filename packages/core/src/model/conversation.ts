import type { Channel } from './channel';

/** Who speaks now. */
export type Owner = 'bot' | 'human';

/**
 * What the conversation is waiting for:
 *
 * - `open`                 nothing special; the owner answers
 * - `waiting_on_person`    escalated, nobody has taken over yet
 * - `waiting_on_incident`  covered by an open incident
 * - `closed`               resolved; the client's next message opens a new conversation
 */
export type ConversationStatus = 'open' | 'waiting_on_person' | 'waiting_on_incident' | 'closed';

/** One client on one channel, from the first message until it is closed. */
export interface Conversation {
  readonly tenant: string;
  readonly id: string;
  readonly clientId: string;
  /** `null` when the client has no address: answers are only returned by `receive` and read from the history. */
  readonly channel: Channel | null;
  readonly locale: string | null;
  readonly owner: Owner;
  readonly status: ConversationStatus;
  /** The person who took over; `null` while the bot owns the conversation. */
  readonly operatorId: string | null;
  /** The open ticket of the current escalation, if any. */
  readonly ticketId: string | null;
  /** What the bot asked the client for and still waits for, for example `'screenshot'`; the scenario's `asksFor`. */
  readonly awaiting: string | null;
  /**
   * Until when the person who owns the conversation, or took its ticket, has to say something, epoch ms; `null`: nobody is
   * expected to. See `policy.people.silentAfter`.
   */
  readonly attendBy: number | null;
  /** Number of the last message, inbound or outbound; messages of a conversation are numbered from 1. */
  readonly lastSeq: number;
  readonly createdAt: number;
  readonly lastInboundAt: number;
  readonly lastOutboundAt: number | null;
  readonly closedAt: number | null;
  /** Grows by one with every decision, takeover, release or resolution; not with a message that merely arrives. */
  readonly version: number;
}
