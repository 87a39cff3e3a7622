import type { Classification } from './classification';
import type { DecisionOutcome } from './decision';
import type { Attachment, OutboundType } from './message';
import type { Priority } from './scenario';
import type { Ticket } from './ticket';

/** One outbound message of an outcome. */
export interface OutcomeReply {
  readonly messageId: string;
  readonly text: string;
  readonly type: OutboundType;
  readonly attachments: readonly Attachment[];
  /** Answers to choose from with one touch. */
  readonly quickReplies: readonly string[];
  /** Epoch milliseconds. */
  readonly sendAt: number;
}

/** What `receive` returns. */
export interface Outcome {
  /**
   * - `answered`, `escalated`, `held`: as decided
   * - `duplicate`: this message was received before; everything else is the first answer again
   * - `accepted`: stored, and will be decided; with `wait: false`, or when the decision took longer than `policy.work.wait`
   */
  readonly status: DecisionOutcome | 'duplicate' | 'accepted';
  /** As decided the first time; differs from `status` only for `duplicate`. `null`: not decided yet. */
  readonly decision: DecisionOutcome | null;
  readonly conversationId: string;
  readonly messageId: string;
  /** This message opened its conversation. */
  readonly isFirstMessage: boolean;
  readonly priority: Priority | null;
  readonly classification: Classification | null;
  readonly replies: readonly OutcomeReply[];
  /** The ticket this message opened or was counted on. */
  readonly ticket: Ticket | null;
  /** The incident that explains the message; `null`: none does. */
  readonly incident: { readonly id: string } | null;
}
