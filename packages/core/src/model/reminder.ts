/**
 * - `pending`    waits for its time
 * - `sent`       its message was handed to the outbox (the delivery tells whether it arrived)
 * - `cancelled`  the client answered, a person took over, or the conversation was resolved; `reason` says which
 * - `skipped`    at its time it turned out to be pointless; `reason` says why
 * - `expired`    its time had passed by more than the allowed lateness, for example after a downtime
 */
export type ReminderStatus = 'pending' | 'sent' | 'cancelled' | 'skipped' | 'expired';

/** A scheduled follow-up of a conversation. At most one per conversation is pending. */
export interface Reminder {
  readonly tenant: string;
  readonly id: string;
  readonly conversationId: string;
  /** The silence it belongs to: the id of the bot's message that opened it. A later answer starts a new episode. */
  readonly episode: string;
  /** When that silence began, epoch milliseconds; later steps count from it. */
  readonly episodeAt: number;
  /** 0 for the first step of the ladder. */
  readonly step: number;
  /** Scenario of the reply it follows up on. */
  readonly scenario: string;
  readonly dueAt: number;
  readonly status: ReminderStatus;
  readonly reason: string | null;
  readonly messageId: string | null;
  readonly createdAt: number;
  readonly settledAt: number | null;
}
