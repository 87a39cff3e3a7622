import type { ClientArchive } from '../model/client-archive';
import type { NewEvent } from '../model/event';
import type { InboundMessage } from '../model/message';
import type { StoredTemplate } from '../model/stored-template';

/** What is done besides conversations, part of {@link Storage} and under its rules. */
export interface StorageUpkeep {
  /**
   * Writes down what a person says an inbound message is about, in the place of what was said before, and appends
   * `message.corrected` with `{ messageId, scenario, operatorId }`. Resolves to the message; `null`: there is none.
   */
  correct(params: {
    readonly tenant: string;
    readonly now: number;
    readonly messageId: string;
    readonly scenario: string;
    readonly operatorId: string;
  }): Promise<InboundMessage | null>;

  /** The latest `limit` messages that were corrected, in the order they came. */
  corrections(params: { readonly tenant: string; readonly limit: number }): Promise<readonly InboundMessage[]>;

  /** Texts that people put into the storage, by key and locale; in the order of both. */
  templates(params: { readonly tenant: string }): Promise<readonly StoredTemplate[]>;

  /** Puts a text, or takes it away (`text: null`), and appends `event`. */
  putTemplate(params: {
    readonly tenant: string;
    readonly now: number;
    readonly key: string;
    readonly locale: string;
    readonly text: string | null;
    readonly event: NewEvent;
  }): Promise<void>;

  /**
   * Everything stored about a client, in the order it came; `null`: the client is not known. Appends one
   * `conversation.exported` per conversation, with `{ operatorId }`: to read all of it is an act of a person.
   */
  archive(params: {
    readonly tenant: string;
    readonly now: number;
    readonly clientId: string;
    readonly operatorId: string;
  }): Promise<ClientArchive | null>;

  /**
   * Removes a client with everything that belongs to it: conversations, messages, decisions, reminders, tickets, notes,
   * deliveries and attempts, due work, idempotency keys, and the events of its conversations. A send under way is not
   * stopped, and its result is not written. Appends one `conversation.erased` per conversation, with `{ reason:
   * 'erased', operatorId }`. Resolves to what was removed; `null`: the client is not known.
   */
  erase(params: {
    readonly tenant: string;
    readonly now: number;
    readonly clientId: string;
    readonly operatorId: string;
  }): Promise<{ readonly conversations: number; readonly messages: number } | null>;

  /**
   * Removes what is old, at most `limit` rows of each kind counted below, oldest first (conversations by the day, UTC), so
   * that a caller repeats it until nothing is left and no transaction is long.
   *
   * - conversations last written in (by anybody) before `conversationsBefore` that have no due work and no ticket that
   *   is not resolved, with everything that belongs to them, as in `erase`, with `reason: 'retention'` and
   *   `operatorId`
   * - clients created before `conversationsBefore` that have no conversation left, which are those of the conversations
   *   just removed
   * - events appended before `eventsBefore`, but for the newest, from which the numbers of the feed go on
   * - idempotency keys that expired before `now`
   * - not counted: incidents resolved before `conversationsBefore` with their clients and their ticket, and reports for outage
   *   detection that are older than a day
   *
   * `null` keeps that kind for ever.
   */
  prune(params: {
    readonly tenant: string;
    readonly now: number;
    readonly conversationsBefore: number | null;
    readonly eventsBefore: number | null;
    readonly limit: number;
    /** Who asked for it, for the feed; default `null`: only time. */
    readonly operatorId?: string | null;
  }): Promise<{
    readonly conversations: number;
    readonly clients: number;
    readonly events: number;
    readonly idempotencyKeys: number;
  }>;
}
