import type { Channel } from './channel';
import type { JsonObject } from './json';
import type { OutboundMessage, OutboundType } from './message';

/**
 * - `pending`    waits for its time, or for the deliveries of the same conversation before it
 * - `sent`       the receiver confirmed it
 * - `dead`       refused for good or out of attempts; kept, and replayable
 * - `cancelled`  became wrong before it was sent (a person took over, the client answered a reminder)
 * - `expired`    its latest time passed before it could be sent
 * - `unknown`    it may have arrived, and sending again could say it twice
 */
export type DeliveryStatus = 'pending' | 'sent' | 'dead' | 'cancelled' | 'expired' | 'unknown';

/** One outbound message on its way to one address. */
export interface Delivery {
  readonly tenant: string;
  /** Stable across all attempts; transports send it as their idempotency key. */
  readonly id: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly clientId: string;
  readonly transport: string;
  readonly type: OutboundType;
  /** Place of its message in the conversation; deliveries of one conversation go out in this order. */
  readonly seq: number;
  readonly status: DeliveryStatus;
  /** Why it ended as it did, or why the last attempt failed; a code such as `http_503`, `taken_over`. */
  readonly reason: string | null;
  /** Attempts so far, also those that were begun and never finished. */
  readonly attempts: number;
  /** Attempts of the current run; a replay starts a new run. The retry ladder counts these. */
  readonly attemptsThisRun: number;
  readonly nextAttemptAt: number;
  /** Never sent after this; `null`: no limit. */
  readonly expiresAt: number | null;
  /** True: an earlier attempt may have arrived although nobody knows, and the receiver cannot recognise a repeat. */
  readonly possibleDuplicate?: boolean;
  readonly createdAt: number;
  readonly settledAt: number | null;
}

/**
 * How a send ended:
 *
 * - `ok`       confirmed by the receiver
 * - `retry`    failed in a way that may pass; try again on the ladder
 * - `cool`     the receiver asks for a pause (429); does not count as an attempt
 * - `config`   the receiver's set-up is wrong (401, 404, redirect, TLS); retried on the ladder, worth an alert
 * - `park`     this message will never be accepted; dead letter at once
 * - `off`      the address is switched off (410, blocked); the endpoint is disabled, and the message kept for when it is back
 * - `unknown`  the message may have arrived, and the receiver cannot recognise a repeat
 */
export type OutcomeClass = 'ok' | 'retry' | 'cool' | 'config' | 'park' | 'off' | 'unknown';

/** What a transport reports of one attempt. */
export interface SendOutcome {
  readonly class: OutcomeClass;
  /** Stable short code, for example `http_503`, `connection_refused`, `timeout`. Required unless `ok`. */
  readonly code?: string;
  /** The receiver's status number, where there is one. */
  readonly status?: number;
  /** More for people. No secrets, tokens or message texts. */
  readonly detail?: string;
  /** How long the receiver asks to wait. */
  readonly retryAfterMs?: number;
  /** The receiver's own id of the message, if it told one. */
  readonly reference?: string;
  /**
   * Whom a failure concerns: this one `endpoint` (the default), or every endpoint of the `transport`, as when a bot's token
   * is refused or the platform asks the whole bot to pause.
   */
  readonly scope?: 'endpoint' | 'transport';
  /**
   * The place has a new address (a chat that became another one). The conversation's channel is changed to it, and the
   * message is sent there at once, without using up an attempt.
   */
  readonly movedTo?: JsonObject;
  /** The receiver's clock as it told it, epoch milliseconds; more than a minute off is worth an alert. */
  readonly receiverClockAt?: number;
}

/** One try to send a delivery, written down before and after. */
export interface DeliveryAttempt {
  readonly tenant: string;
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly number: number;
  readonly startedAt: number;
  /** `null`: under way, or its process died; the outcome is not known. */
  readonly finishedAt: number | null;
  readonly outcome: OutcomeClass | null;
  readonly code: string | null;
  readonly status: number | null;
  readonly detail: string | null;
}

/** Everything a transport needs for one attempt. */
export interface OutboundDelivery {
  readonly delivery: Delivery;
  readonly message: OutboundMessage;
  readonly channel: Channel;
}
