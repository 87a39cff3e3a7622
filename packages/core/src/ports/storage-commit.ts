import type { RecentRequest } from '../model/client';
import type { Conversation } from '../model/conversation';
import type { DecisionRecord } from '../model/decision';
import type { NewEvent } from '../model/event';
import type { OutboundMessage, OutboundType } from '../model/message';
import type { Note } from '../model/note';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import type { Ticket, TicketStatus } from '../model/ticket';
import type { ConversationState, WorkLease } from './storage-work';

/** One outbound message to write, with its way out. */
export interface NewOutbound {
  /** `seq` is given by the storage, in the order of the list. */
  readonly message: Omit<OutboundMessage, 'tenant' | 'seq' | 'conversationId' | 'clientId' | 'direction'>;
  /** `null`: nowhere to send it. The delivery becomes due at the message's `sendAt`. */
  readonly delivery: { readonly id: string; readonly transport: string; readonly expiresAt: number | null } | null;
}

export type ConversationPatch = Partial<
  Pick<Conversation, 'owner' | 'status' | 'operatorId' | 'ticketId' | 'awaiting' | 'locale' | 'closedAt' | 'attendBy'>
>;

export interface CommitParams {
  readonly tenant: string;
  readonly now: number;
  readonly conversationId: string;
  /** Whose conversation it is: with it a storage locks in one order, the client before the conversation. */
  readonly clientId: string;
  /** The conversation's version the decision was made on. */
  readonly expectedVersion: number;
  /** The lease under which the decision was made; `null` for what people do. */
  readonly lease: WorkLease | null;
  /** New end of the lease, for the case that the lane has more to do. */
  readonly leaseUntil: number | null;
  readonly conversation: ConversationPatch;
  /** Written only where the client's version is still `expectedVersion`; what is absent stays as it was. */
  readonly client: {
    readonly expectedVersion: number;
    readonly greetedAt?: number;
    readonly recent?: readonly RecentRequest[];
  } | null;
  /** Marked decided with this commit, and by this decision; in order, without gaps, from the oldest undecided one on. */
  readonly decidedMessageIds: readonly string[];
  readonly decision: DecisionRecord | null;
  readonly outbound: readonly NewOutbound[];
  /** Pending deliveries of these types in this conversation become `cancelled`. Applied before `outbound`. */
  readonly cancelDeliveries: { readonly types: readonly OutboundType[]; readonly reason: string } | null;
  /**
   * Drafts that this commit replaces: each becomes `cancelled`, with `superseded` as its reason. The commit answers
   * `conflict` where one is not pending any more or an attempt on it has begun. Applied before `outbound`.
   */
  readonly supersede: readonly string[];
  /** Ends the pending reminder, if there is one. Applied before `schedule`. */
  readonly settleReminder: {
    readonly status: Exclude<Reminder['status'], 'pending'>;
    readonly reason: string | null;
    readonly messageId: string | null;
  } | null;
  /** The new pending reminder. */
  readonly scheduleReminder: Reminder | null;
  readonly openTicket: Ticket | null;
  readonly updateTicket: {
    readonly id: string;
    readonly status?: TicketStatus;
    readonly assignee?: string | null;
    readonly priority?: Priority;
    /** Adds one to `repeats`. */
    readonly repeated?: boolean;
    readonly respondedAt?: number | null;
    readonly resolvedAt?: number | null;
    readonly pauses?: Ticket['pauses'];
    readonly breaches?: Ticket['breaches'];
  } | null;
  readonly addNote: Note | null;
  /** When the `watch` lane becomes due next, taking it from whoever holds it; `dueAt: null` removes it; `null`: as it is. */
  readonly watch: { readonly dueAt: number | null } | null;
  /** Counts the client of the conversation for outage detection: once per minute and scenario, and the messages. */
  readonly report: {
    /** Of the message, counted from 1970. */
    readonly minute: number;
    readonly scenario: string;
    readonly region: string | null;
    readonly messageId: string;
  } | null;
  /**
   * This commit tells the client of a phase of an incident, and thereby joins the client to it. The commit answers
   * `conflict` where the incident is not in that phase and round any more, is muted, the client was told already (of the
   * end: or never of the beginning), or `limit` clients were told in this round.
   */
  readonly tell: {
    readonly incidentId: string;
    readonly phase: 'open' | 'resolved';
    readonly round: number;
    readonly limit: number | null;
  } | null;
  /** The same as `watch` for the `announce` lane. */
  readonly announce: { readonly dueAt: number | null } | null;
  readonly events: readonly NewEvent[];
}

export type CommitResult =
  /** All is written. `next`: what the lane of a `process` lease, which is kept, has to do next; else `null`. */
  | { readonly status: 'committed'; readonly next: ConversationState | null }
  /** A version did not match: nothing is written and the lease is kept. Read again and decide again. */
  | { readonly status: 'conflict' }
  /** The lease belongs to somebody else now: nothing is written. Stop. */
  | { readonly status: 'lost' };
