import type { Classification } from './classification';
import type { RecentRequest } from './client';
import type { ConversationStatus, Owner } from './conversation';
import type { Incident } from './incident';
import type { Attachment, OutboundType } from './message';
import type { Priority } from './scenario';

/** `answered`: the bot replied; `escalated`: a person must take over; `held`: the bot says nothing. */
export type DecisionOutcome = 'answered' | 'escalated' | 'held';

/** Why a rule fired or did not, in the order the rules were asked. */
export interface RuleTrace {
  readonly rule: string;
  readonly fired: boolean;
  readonly reason: string;
}

/** Which text was used. */
export interface TemplateRef {
  /** For example `scenario.REFERRAL` or `greeting`. */
  readonly key: string;
  readonly locale: string;
  /** Fingerprint of the template's text. */
  readonly version: string;
}

export interface PlannedReply {
  readonly type: OutboundType;
  readonly text: string;
  readonly template: TemplateRef;
  readonly attachments: readonly Attachment[];
  readonly quickReplies: readonly string[];
  /** Pause after the decision before it may be sent. */
  readonly delayMs: number;
}

export interface PlannedTicket {
  readonly rule: string;
  readonly reason: string;
  readonly priority: Priority;
}

/** The result of the pure `decide`: what is sent, scheduled and escalated, and why. */
export interface Decision {
  readonly outcome: DecisionOutcome;
  /** Id of the rule that decided. */
  readonly rule: string;
  readonly reason: string;
  readonly priority: Priority;
  readonly locale: string;
  readonly replies: readonly PlannedReply[];
  /** Opens a ticket; `null`: none is opened. */
  readonly ticket: PlannedTicket | null;
  /** The open ticket is told that the client asked again. */
  readonly countsOnTicket: boolean;
  /** How often the client made this request within the window, this time included. */
  readonly timesAsked: number;
  /** People are there to answer: within their hours, and the host did not say otherwise. */
  readonly peopleAvailable: boolean;
  /** The client is greeted with this decision. */
  readonly greets: boolean;
  /** The client's recent requests afterwards; `null`: unchanged. */
  readonly recent: readonly RecentRequest[] | null;
  /** Tells the client of an open incident; `null`: of none. */
  readonly tells: { readonly incident: Incident; readonly round: number } | null;
  /** The incident that explains the message; `null`: none. */
  readonly incidentId: string | null;
  /** The silence after this reply is followed up, see `policies/reminders.ts`. */
  readonly followsUp: boolean;
  /** The conversation's state afterwards. */
  readonly next: {
    readonly owner: Owner;
    readonly status: ConversationStatus;
    readonly awaiting: string | null;
  };
  readonly rules: readonly RuleTrace[];
}

/** Everything that led to a decision, as it was then. Stored; `engine.explain(messageId)` returns it. */
export interface DecisionRecord {
  readonly tenant: string;
  readonly id: string;
  /** The inbound message decided; for a reminder, the reminder's own message. One record per message. */
  readonly messageId: string;
  /** All messages decided together, in order, `messageId` being the last; more than one only for a turn. */
  readonly messageIds: readonly string[];
  /** The inbound messages its replies answer: those decided, and before them those whose unsent replies it replaces. */
  readonly answers: readonly string[];
  readonly conversationId: string;
  readonly clientId: string;
  readonly decidedAt: number;
  /** What asked for the decision. */
  readonly trigger: 'message' | 'reminder' | 'watch' | 'incident';
  readonly outcome: DecisionOutcome;
  readonly rule: string;
  readonly reason: string;
  readonly priority: Priority;
  readonly locale: string;
  /** `null` for reminders. */
  readonly classification: Classification | null;
  readonly inputs: {
    readonly isFirstMessage: boolean;
    readonly owner: Owner;
    readonly status: ConversationStatus;
    readonly awaiting: string | null;
    readonly greetedAt: number | null;
    readonly attachments: number;
    /** Replies decided before and not sent yet, which this decision replaces: ids of their messages. */
    readonly supersedes: readonly string[];
    /** See {@link Decision.peopleAvailable}. */
    readonly peopleAvailable: boolean;
    /** How often the client made this request within the window, this time included. */
    readonly timesAsked: number;
    /** The best other scenario and the distance to it; `null` when there is none. */
    readonly runnerUp: { readonly scenario: string; readonly confidence: number; readonly gap: number } | null;
    readonly thresholds: Readonly<Record<string, number>>;
  };
  readonly rules: readonly RuleTrace[];
  readonly replies: readonly {
    readonly messageId: string;
    readonly type: OutboundType;
    readonly template: TemplateRef;
    readonly sendAt: number;
  }[];
  readonly ticketId: string | null;
  /** The incident that explains what the client wrote, or that is told of; `null`: none. */
  readonly incidentId: string | null;
  readonly versions: { readonly policy: string; readonly scenarios: string; readonly templates: string };
}
