import type { Attachment } from './message';
import type { Priority } from './scenario';

/**
 * What people did not do in time: answer first, resolve, or say something after taking the conversation. Told once per
 * ticket each.
 */
export type ServiceBreach = 'firstResponse' | 'resolution' | 'attendance';

export type TicketStatus = 'open' | 'in_progress' | 'resolved';

/** An escalation's record: a person must take over, and this says why. */
export interface Ticket {
  readonly tenant: string;
  readonly id: string;
  /** `null` for the ticket of an incident, as is `clientId`. */
  readonly conversationId: string | null;
  readonly clientId: string | null;
  /** The incident it is about; `null`: it is about a conversation. */
  readonly incidentId: string | null;
  /** The message that called for a person; `null` where silence did. */
  readonly messageId: string | null;
  /** What came with that message, for example the screenshot that was asked for. */
  readonly attachments: readonly Attachment[];
  /** Id of the escalation rule that opened it. */
  readonly rule: string;
  /** The same in words, for the support person. */
  readonly reason: string;
  readonly priority: Priority;
  readonly status: TicketStatus;
  readonly assignee: string | null;
  /** Messages of the client that would have escalated again while this ticket was open. */
  readonly repeats: number;
  /** When a person first answered; `null`: not yet. */
  readonly respondedAt: number | null;
  readonly resolvedAt: number | null;
  /** Stretches that do not count, because the answer was the client's to give; `to: null`: not over yet. */
  readonly pauses: readonly { readonly from: number; readonly to: number | null }[];
  /** Service targets that were missed; each is told once. */
  readonly breaches: readonly ServiceBreach[];
  readonly createdAt: number;
  readonly updatedAt: number;
}
