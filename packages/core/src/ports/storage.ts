import type { Channel } from '../model/channel';
import type { Client, RecentRequest } from '../model/client';
import type { Conversation, ConversationStatus, Owner } from '../model/conversation';
import type { DecisionOutcome, DecisionRecord } from '../model/decision';
import type { Delivery, DeliveryAttempt, DeliveryStatus, OutboundDelivery, SendOutcome } from '../model/delivery';
import type { FeedEvent, NewEvent } from '../model/event';
import type { Attachment, InboundMessage, Message, OutboundMessage, OutboundType } from '../model/message';
import type { Reminder } from '../model/reminder';
import type { Priority } from '../model/scenario';
import type { Ticket, TicketStatus } from '../model/ticket';

/**
 * Kinds of due work. Each is a lane of a conversation: at most one row per kind and conversation, which exists exactly
 * as long as there is something to do, so one lease holds the conversation's order.
 *
 * - `process`  some inbound message is not decided yet
 * - `deliver`  some delivery is pending
 * - `remind`   some reminder is pending
 */
export type WorkKind = 'process' | 'deliver' | 'remind';

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
  /** The pending reminder, if any. */
  readonly reminder: Reminder | null;
}

export interface AcceptParams {
  readonly tenant: string;
  readonly now: number;
  readonly message: {
    readonly id: string;
    readonly clientId: string;
    readonly text: string;
    readonly originalText: string | null;
    readonly locale: string | null;
    readonly attachments: readonly Attachment[];
    readonly automated: boolean;
  };
  /** Id for the conversation, used only if one has to be opened. */
  readonly newConversationId: string;
  /** Stored with the client where not `null`. */
  readonly client: { readonly name: string | null; readonly locale: string | null };
  readonly channel: Channel | null;
  /** `channelKey(channel)`; `null` exactly when `channel` is. */
  readonly channelKey: string | null;
  /** Channel of a conversation that has to be opened for a message without one; `null`: it has none. */
  readonly defaultChannel: { readonly channel: Channel; readonly key: string } | null;
  /** Claim on being the first; `null`: every call stores a message. */
  readonly idempotency: {
    readonly key: string;
    /** Equal for equal content. */
    readonly fingerprint: string;
    /** The claim is void from this time on; `null`: never. */
    readonly expiresAt: number | null;
  } | null;
  /** Take the lease of the `process` lane at once, if it is free; `null`: leave the lane to the workers. */
  readonly lease: { readonly token: string; readonly until: number } | null;
}

export type AcceptResult =
  | {
      readonly status: 'accepted';
      readonly message: InboundMessage;
      readonly conversation: Conversation;
      /** This message opened the conversation. */
      readonly opened: boolean;
      /** Present when the lease was asked for and free: start deciding with `state`. */
      readonly work: { readonly lease: WorkLease; readonly state: ConversationState } | null;
    }
  | {
      readonly status: 'duplicate';
      readonly messageId: string;
      /** False: the key was claimed by a message with another fingerprint. */
      readonly sameContent: boolean;
    };

/** One outbound message to write, with its way out. */
export interface NewOutbound {
  /** `seq` is given by the storage, in the order of the list. */
  readonly message: Omit<OutboundMessage, 'tenant' | 'seq' | 'conversationId' | 'clientId' | 'direction'>;
  /** `null`: nowhere to send it. The delivery becomes due at the message's `sendAt`. */
  readonly delivery: { readonly id: string; readonly transport: string; readonly expiresAt: number | null } | null;
}

export type ConversationPatch = Partial<
  Pick<Conversation, 'owner' | 'status' | 'operatorId' | 'ticketId' | 'awaiting' | 'locale' | 'closedAt'>
>;

export interface CommitParams {
  readonly tenant: string;
  readonly now: number;
  readonly conversationId: string;
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
  /** Marked decided with this commit. */
  readonly decidedMessageId: string | null;
  readonly decision: DecisionRecord | null;
  readonly outbound: readonly NewOutbound[];
  /** Pending deliveries of these types in this conversation become `cancelled`. Applied before `outbound`. */
  readonly cancelDeliveries: { readonly types: readonly OutboundType[]; readonly reason: string } | null;
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
  } | null;
  readonly events: readonly NewEvent[];
}

export type CommitResult =
  /** All is written. `next`: what the lane of a `process` lease, which is kept, has to do next; else `null`. */
  | { readonly status: 'committed'; readonly next: ConversationState | null }
  /** A version did not match: nothing is written and the lease is kept. Read again and decide again. */
  | { readonly status: 'conflict' }
  /** The lease belongs to somebody else now: nothing is written. Stop. */
  | { readonly status: 'lost' };

/** What to do with a delivery whose time has come. Pure; the storage asks it inside its transaction. */
export type DeliveryGate = (delivery: Delivery, conversation: Conversation) => GateVerdict;

export type GateVerdict =
  | { readonly action: 'send' }
  | { readonly action: 'settle'; readonly status: 'cancelled' | 'expired'; readonly reason: string };

export interface ClaimedDelivery extends OutboundDelivery {
  readonly lease: WorkLease;
  /** Number of the attempt that was written down with the claim. */
  readonly attempt: number;
}

export interface DeliveryResult {
  readonly lease: WorkLease;
  readonly deliveryId: string;
  readonly attempt: number;
  readonly outcome: SendOutcome;
  /** The delivery's next state, decided by the retry policy. */
  readonly next: {
    readonly status: Exclude<DeliveryStatus, 'cancelled'>;
    readonly reason: string | null;
    /** For `pending`: when to try again. */
    readonly nextAttemptAt: number;
    /** False where the attempt does not use up the retry ladder (`cool`). */
    readonly counts: boolean;
  };
  readonly events: readonly NewEvent[];
}

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
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
  readonly reminders: Readonly<Record<Reminder['status'], number>>;
  /** Lanes of due work, by kind, that are due or leased. */
  readonly work: Readonly<Record<WorkKind, number>>;
}

/**
 * Keeps everything. Every method is one transaction: it happens whole or, when it rejects, not at all. Every row
 * carries the tenant and no method ever sees another tenant's rows. Times are epoch milliseconds and always come from
 * the caller, never from the database's clock. Returned objects are snapshots that the caller may keep.
 *
 * A method rejects with `storage_unavailable` when the store cannot be reached or written (the caller may repeat the
 * same call), and with `stopped` after `close`.
 *
 * The members stand in the order of a message's way. `storageContract` of `@firstline/core/testing` checks all of it.
 */
export interface Storage {
  /**
   * Makes the storage usable: connects, and brings the tables up to date (forward only). Several processes may do so at
   * once. Repeated calls share one run; a failed run may be repeated. Rejects with `schema_too_new` where the tables
   * were made by a newer version.
   */
  open(): Promise<void>;

  /**
   * Stores an inbound message exactly once.
   *
   * 1. Claims the idempotency key; where a claim is in force the call answers `duplicate` and changes nothing.
   * 2. Creates the client, or brings its name and locale up to date (this does not change the client's version).
   * 3. Attaches the message to a conversation of the client that is not closed: the one on the same channel, else one
   *    without a channel, which then takes this channel. A message without a channel joins the client's most recently
   *    written one, whatever its channel. Where there is none, opens one (owner `bot`, status `open`, version 1), on
   *    `defaultChannel` if the message has no channel.
   * 4. Numbers the message (`lastSeq` + 1), and sets `lastInboundAt`, unless the message is automated, in a conversation
   *    that exists; the conversation's version does not change.
   * 5. Leaves the conversation's `process` lane due now, or leased by the caller, see `lease`. A lane that somebody
   *    holds, or that is due later, stays as it is.
   * 6. Appends `conversation.opened` (if so) and `message.received` to the feed, with `{ messageId }` as data.
   */
  accept(params: AcceptParams): Promise<AcceptResult>;

  /**
   * Claims due work: lanes that are due by `now`, or whose lease has run out, earliest first, at most `limit`. Two
   * callers never get the same lane. `conversationId` narrows the claim to one conversation.
   */
  claim(params: {
    readonly tenant: string;
    readonly kind: 'process' | 'remind';
    readonly now: number;
    readonly token: string;
    readonly until: number;
    readonly limit: number;
    readonly conversationId?: string;
  }): Promise<readonly WorkLease[]>;

  /** Reads the state of each conversation, in the given order; those that do not exist are left out. */
  states(params: {
    readonly tenant: string;
    readonly conversationIds: readonly string[];
  }): Promise<readonly ConversationState[]>;

  /**
   * Writes a decision and everything that follows from it, fenced by the lease and both versions. The conversation's
   * version grows by one, the client's too if it is written; `lastOutboundAt` is `now` where there is `outbound`.
   *
   * Lanes follow the rows. `process` is finished when no undecided message is left, else kept under the lease with
   * `leaseUntil` (if any) as its end. `deliver` becomes due when the conversation's first pending delivery is, unless
   * somebody is sending, who then looks himself. `remind` becomes due at the new reminder's `dueAt`, taking it from
   * whoever holds it, or is finished when the pending one was settled.
   *
   * The lease is looked at first (`lost`), then the versions (`conflict`; also for an unknown conversation). Ids that
   * exist already, a decided message, or a second pending reminder are faults of the caller: the call rejects.
   *
   * A commit that sets `status: 'closed'` answers `conflict` while undecided messages exist.
   */
  commit(params: CommitParams): Promise<CommitResult>;

  /**
   * Gives leased work back, due again at `dueAt`; `null`: there is nothing to do, and the lane is removed unless
   * something has come meanwhile. Returns false, and changes nothing, when the lease is not in force any more.
   */
  release(params: {
    readonly tenant: string;
    readonly lease: WorkLease;
    readonly dueAt: number | null;
  }): Promise<boolean>;

  /**
   * Claims due `deliver` lanes and begins an attempt on the first pending delivery of each (lowest `seq`). `gate` is
   * asked about every one whose time has come; what it settles is settled here (event `delivery.settled` with
   * `{ deliveryId, messageId, status, attempt, code }`), and the next one of the conversation is looked at. What is
   * settled does not count towards `limit`; a gate that throws changes nothing. For each delivery returned, `attempts`
   * grows and an attempt row is written. A lane whose first delivery is not due yet is made due at that time; one with
   * nothing pending is removed.
   */
  claimDeliveries(params: {
    readonly tenant: string;
    readonly now: number;
    readonly token: string;
    readonly until: number;
    readonly limit: number;
    readonly gate: DeliveryGate;
  }): Promise<readonly ClaimedDelivery[]>;

  /**
   * Writes down how attempts ended and frees their lanes: due at the next pending delivery's time, or removed. A result
   * whose lease is not in force any more changes nothing. Of a delivery that was cancelled while it was being sent, the
   * attempt is written down, and the delivery only if it was `sent` or `unknown`, since that is what the client saw.
   * Returns the ids of the deliveries that were written.
   */
  finishDeliveries(params: {
    readonly tenant: string;
    readonly now: number;
    readonly results: readonly DeliveryResult[];
  }): Promise<readonly string[]>;

  /**
   * Makes a `dead`, `expired` or `unknown` delivery pending again, due now, with a fresh retry ladder and without
   * expiry. Resolves to `null` when there is no such delivery; to the unchanged delivery when it is in another status.
   */
  replayDelivery(params: {
    readonly tenant: string;
    readonly now: number;
    readonly deliveryId: string;
  }): Promise<Delivery | null>;

  /** When the next lane of these kinds becomes claimable (its due time or its lease's end); `null`: there is none. */
  nextDueAt(params: { readonly tenant: string; readonly kinds: readonly WorkKind[] }): Promise<number | null>;

  /** What became of an inbound message; `null`: no such inbound message. */
  outcome(params: { readonly tenant: string; readonly messageId: string }): Promise<StoredOutcome | null>;

  /** The decision about an inbound message, or behind an outbound one; `null`: none. */
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

  /** The conversation's reminders, oldest first. */
  reminders(params: { readonly tenant: string; readonly conversationId: string }): Promise<readonly Reminder[]>;

  ticket(params: { readonly tenant: string; readonly ticketId: string }): Promise<Ticket | null>;

  /** Newest first, by `createdAt`. */
  tickets(params: PageParams & { readonly status?: TicketStatus; readonly priority?: Priority }): Promise<Page<Ticket>>;

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

  /** Resolves when the storage answers; rejects with `storage_unavailable` otherwise. */
  ping(): Promise<void>;

  /** Waits for what is under way and closes what this storage opened itself. Repeated calls do nothing. */
  close(): Promise<void>;
}
