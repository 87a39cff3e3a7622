import type { DurationText } from './duration';
import type { Attachment } from './message';

export type Priority = 'low' | 'normal' | 'high' | 'urgent';

/** One text for every locale, or one per locale: `{ ru: '…', en: '…' }`. Variables: `{{client.name|friend}}`. */
export type TemplateText = string | Readonly<Record<string, string>>;

/** Answers to choose from with one touch: one list for every locale, or one per locale. */
export type QuickReplies = readonly string[] | Readonly<Record<string, readonly string[]>>;

/**
 * When a scenario leads to a person:
 *
 * - `always`       at once, without the scenario's reply
 * - `after-reply`  the reply goes first; then at once, or, where `asksFor` is set, when the client has sent it or stays
 *                  silent through all reminders
 * - `never`        only by the general rules (the client asks for a person, the classifier is unsure, …)
 */
export type EscalateWhen = 'always' | 'after-reply' | 'never';

/** What a developer writes; see {@link Scenario} for the checked form. */
export interface ScenarioInput {
  /** Stable id in capitals, digits and underscores, for example `TECH_SUPPORT_BASIC`. `UNKNOWN` is reserved. */
  readonly id: string;
  /** One sentence for people and language models: what such a message is about. */
  readonly description: string;
  /** Real messages of customers, in every language you serve; 10 to 30 make the local classifier good. */
  readonly examples: readonly string[];
  /** The answer. A scenario without one leads to a person. */
  readonly reply?: TemplateText;
  /**
   * Offered with the reply where the transport has buttons; what the client touches comes in as an ordinary message. At
   * most 10 of 64 characters, without variables. Per locale, they must exist in every locale that the replies have.
   */
  readonly quickReplies?: QuickReplies;
  /** Files sent with the reply. Default none. */
  readonly attachments?: readonly Attachment[];
  /** Default `'normal'`. */
  readonly priority?: Priority;
  /** Default `'never'`. */
  readonly escalate?: EscalateWhen;
  /** What the reply asks the client to send, for example `'screenshot'`; an attachment counts as the answer. */
  readonly asksFor?: string;
  /** A human-like pause before the reply is sent; it never delays `receive`. Default none. */
  readonly delay?: DurationText | number;
  /** Follow up while the client stays silent after the reply. Default: true where there is a reply that is no small talk. */
  readonly reminders?: boolean;
  /** The message itself asks for a person: always escalates. Default false. */
  readonly asksForHuman?: boolean;
  /** Greetings and thanks: saying it again is no repeated request, and nobody is reminded of it. Default false. */
  readonly smallTalk?: boolean;
  /** The client says thanks or good-bye and needs nothing more: the reply closes the conversation. Default false. */
  readonly closes?: boolean;
  /** Group of scenarios about one service, for outage detection. */
  readonly service?: string;
  /** A report that something does not work, counted by outage detection. Default false. */
  readonly outage?: boolean;
}

/** A scenario as `defineScenarios` returns it: checked, with every default filled in and durations in milliseconds. */
export interface Scenario {
  readonly id: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly reply: TemplateText | null;
  readonly quickReplies: QuickReplies | null;
  readonly attachments: readonly Attachment[];
  readonly priority: Priority;
  readonly escalate: EscalateWhen;
  readonly asksFor: string | null;
  readonly delayMs: number;
  readonly reminders: boolean;
  readonly asksForHuman: boolean;
  readonly smallTalk: boolean;
  readonly closes: boolean;
  readonly service: string | null;
  readonly outage: boolean;
}
