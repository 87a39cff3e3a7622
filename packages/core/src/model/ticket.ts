import type { Attachment } from './message';
import type { Priority } from './scenario';

export type TicketStatus = 'open' | 'in_progress' | 'resolved';

/** An escalation's record: a person must take over, and this says why. */
export interface Ticket {
  readonly tenant: string;
  readonly id: string;
  readonly conversationId: string;
  readonly clientId: string;
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
  readonly createdAt: number;
  readonly updatedAt: number;
}
