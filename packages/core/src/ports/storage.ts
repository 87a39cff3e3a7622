import type { Channel } from '../model/channel';
import type { Conversation } from '../model/conversation';
import type { Delivery, DeliveryStatus, OutboundDelivery, SendOutcome } from '../model/delivery';
import type { Endpoint } from '../model/endpoint';
import type { NewEvent } from '../model/event';
import type { Attachment, InboundMessage } from '../model/message';
import type { CommitParams, CommitResult } from './storage-commit';
import type { StorageIncidents } from './storage-incidents';
import type { StorageEndpoints } from './storage-endpoints';
import type { StorageReads } from './storage-reads';
import type { PoolStatus } from './part-status';
import type { StorageSignals } from './storage-signals';
import type { StorageUpkeep } from './storage-upkeep';
import type { ConversationState, Draft, WorkKind, WorkLease } from './storage-work';

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
  /**
   * The message may be decided together with those the client writes right after it: it becomes due only when the client
   * has been quiet for `quietMs`, and at the latest `maxWaitMs` after the oldest undecided message came. `null`: at once.
   */
  readonly turn: { readonly quietMs: number; readonly maxWaitMs: number } | null;
  /** Id for the conversation, used only if one has to be opened. */
  readonly newConversationId: string;
  /** Stored with the client where not `null`. */
  readonly client: { readonly name: string | null; readonly locale: string | null; readonly region: string | null };
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

/** Where a delivery goes to, and how that place has been doing. */
export interface DeliveryPlace {
  /** The conversation's channel key. */
  readonly key: string;
  /** The row with this key; `null`: there is none, and nothing is wrong. */
  readonly own: Endpoint | null;
  /** The row of the transport as a whole, whose key is its name. */
  readonly transport: Endpoint | null;
  /** Attempts on this delivery whose end was never written down, in a row up to now; a replay begins anew. */
  readonly openAttempts: number;
}

/**
 * What to do with a delivery whose time has come. The storage asks it inside its transaction, about the same delivery again
 * where the transaction has to be run again, and expects the same answer to the same question.
 */
export type DeliveryGate = (delivery: Delivery, conversation: Conversation, place: DeliveryPlace) => GateVerdict;

export type GateVerdict =
  | {
      readonly action: 'send';
      /** The delivery is marked as one that may arrive twice. */
      readonly possibleDuplicate?: boolean;
      /**
       * New rows for `own` and `transport`, with a version one higher, written with the attempt. Where somebody else has
       * changed one meanwhile, nothing is sent and the gate is asked again with the row as it is then.
       */
      readonly holds?: readonly Endpoint[];
    }
  | {
      readonly action: 'settle';
      readonly status: 'cancelled' | 'expired' | 'dead' | 'unknown';
      readonly reason: string;
    }
  /** No attempt is begun. The lane becomes due at `until`, later than now, or when `waitsFor` is woken. */
  | { readonly action: 'wait'; readonly until: number; readonly waitsFor: string | null };

export interface ClaimedDelivery extends OutboundDelivery {
  readonly lease: WorkLease;
  /** Number of the attempt that was written down with the claim. */
  readonly attempt: number;
  /** As the gate was told, with what it wanted written. */
  readonly place: DeliveryPlace;
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
    /** True marks the delivery as one that may arrive twice; it stays marked. */
    readonly possibleDuplicate?: boolean;
    /** For `pending`: the lane becomes due earlier when this is woken. */
    readonly waitsFor?: string;
  };
  /** The conversation's new channel, and its key. */
  readonly move?: { readonly channel: Channel; readonly channelKey: string };
  readonly events: readonly NewEvent[];
}

/** What a storage does; the rest of it is what it has. */
export type StorageMethod = Exclude<keyof Storage, 'signals' | 'pool'>;

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
export interface Storage extends StorageReads, StorageIncidents, StorageUpkeep, StorageEndpoints {
  /** Where several processes share the storage and can be told of each other's commits. Default: each of them sweeps. */
  readonly signals?: StorageSignals;

  /** How its connections are used right now, for `engine.health()`; asks nobody. `null`: not open. Default: it has no pool. */
  pool?(): PoolStatus | null;

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
   * 2. Creates the client, or brings its name, locale and region up to date (this does not change the client's version).
   * 3. Attaches the message to a conversation of the client that is not closed: the one on the same channel, else one
   *    without a channel, which then takes this channel. A message without a channel joins the client's most recently
   *    written one, whatever its channel. Where there is none, opens one (owner `bot`, status `open`, version 1), on
   *    `defaultChannel` if the message has no channel.
   * 4. Numbers the message (`lastSeq` + 1), and sets `lastInboundAt`, unless the message is automated, in a conversation
   *    that exists; the conversation's version does not change.
   * 5. Leaves the conversation's `process` lane due now, or leased by the caller, see `lease`. A lane that somebody
   *    holds, or that is due later, stays as it is. With `turn`, a lane that nobody holds and that is not due by now
   *    becomes due at the earlier of `now + quietMs` and the oldest undecided message's `createdAt + maxWaitMs`.
   * 6. Appends `conversation.opened` (if so) and `message.received` to the feed, with `{ messageId }` as data.
   */
  accept(params: AcceptParams): Promise<AcceptResult>;

  /**
   * Claims due work: lanes that are due by `now`, or whose lease has run out, earliest first, at most `limit`. Two
   * callers never get the same lane. `conversationId` narrows the claim to one conversation, whose
   * lane is then claimed also before its time, unless somebody holds it.
   */
  claim(params: {
    readonly tenant: string;
    readonly kind: Exclude<WorkKind, 'deliver'>;
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
   * Replies of type `bot_auto` in this conversation that are pending and were never attempted, in order, each with its
   * decision and the inbound messages it answers.
   */
  drafts(params: { readonly tenant: string; readonly conversationId: string }): Promise<readonly Draft[]>;

  /**
   * Writes a decision and everything that follows from it, fenced by the lease and both versions. The conversation's
   * version grows by one, the client's too if it is written; `lastOutboundAt` is `now` where there is `outbound`.
   *
   * Lanes follow the rows. `process` is finished when no undecided message is left, else kept under the lease with
   * `leaseUntil` (if any) as its end. `deliver` becomes due when the conversation's first pending delivery is, unless
   * somebody is sending, who then looks himself. `watch` follows `params.watch`, `announce` follows `params.announce`; a
   * commit under the lane's lease without one finishes it. `remind` becomes due at the new reminder's `dueAt`, taking it from
   * whoever holds it, or is finished when the pending one was settled.
   *
   * The lease is looked at first (`lost`), then the versions (`conflict`; also for an unknown conversation). Ids that
   * exist already, a decided message, or a second pending reminder are faults of the caller: the call rejects.
   *
   * A commit that sets `status: 'closed'` answers `conflict` while undecided messages exist besides those it decides.
   * Every delivery that is cancelled or superseded leaves a `delivery.settled` in the feed, with
   * `{ deliveryId, messageId, status, attempt, code }`, `code` being the reason.
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
   * settled or has to wait does not count towards `limit`, but a call that has made 100 lanes wait may end early; a gate
   * that throws changes nothing. For each delivery returned, `attempts` grows and an attempt row is written. A lane whose
   * first delivery is not due yet is made due at that time; one with nothing pending is removed.
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
   *
   * `move` changes the conversation's channel and its key with the attempt, also of a delivery that was cancelled. Where
   * the client has another open conversation on the new channel, which is where what they write from there belongs, only
   * the channel changes: the key stays, and nothing new joins.
   */
  finishDeliveries(params: {
    readonly tenant: string;
    readonly now: number;
    readonly results: readonly DeliveryResult[];
  }): Promise<readonly string[]>;

  /**
   * Makes a `dead`, `expired` or `unknown` delivery pending again, due now, with a fresh retry ladder and without
   * expiry, and appends `delivery.replayed` with `{ deliveryId, messageId, operatorId }` to the feed.
   * Resolves to `null` when there is no such delivery; to the unchanged delivery when it is in another status.
   */
  replayDelivery(params: {
    readonly tenant: string;
    readonly now: number;
    readonly deliveryId: string;
    readonly operatorId: string;
  }): Promise<Delivery | null>;

  /** When the next lane of these kinds becomes claimable (its due time or its lease's end); `null`: there is none. */
  nextDueAt(params: { readonly tenant: string; readonly kinds: readonly WorkKind[] }): Promise<number | null>;

  /** Resolves when the storage answers; rejects with `storage_unavailable` otherwise. */
  ping(): Promise<void>;

  /** Waits for what is under way and closes what this storage opened itself. Repeated calls do nothing. */
  close(): Promise<void>;
}
