import type { Classification } from '../model/classification';

export interface ClassifyInput {
  /** Cleaned text; may be empty when the message is only an attachment. */
  readonly text: string;
  /** What the host or the client's record says, for example `'ru'`; absent when unknown. */
  readonly locale?: string;
  /** What was said before in the conversation, oldest first, as many as `Classifier.recentMessages` asks for. */
  readonly recent?: readonly { readonly from: 'client' | 'bot' | 'operator'; readonly text: string }[];
  /** Whose customer wrote, for budgets; absent where somebody uses the classifier alone. */
  readonly tenant?: string;
  /** Epoch milliseconds by the engine's clock; absent where somebody uses the classifier alone. */
  readonly now?: number;
  /** Aborted when the time limit is over; an implementation should stop its work then. */
  readonly signal?: AbortSignal;
}

/**
 * Says what a message is about. Called outside any transaction, possibly many times at once, and at least once per
 * message (again after a crash), so it must have no effect besides its answer.
 */
export interface Classifier {
  /** How many earlier messages of the conversation help it, at most 20. Default 0: none are read for it. */
  readonly recentMessages?: number;
  /**
   * Confirmed labels, to be taken into account from the next `ready` on; a text given again takes its new label. Told when
   * the engine starts, from what is stored, and with each correction. Default: it does not learn.
   */
  learn?(examples: readonly { readonly text: string; readonly scenario: string }[]): void;
  /** Called by `engine.start()` and before the first message: train, load, connect. Repeated calls share one run. */
  ready?(): Promise<void>;
  /**
   * Resolves to a scenario of the set or `UNKNOWN`. An id outside the set is treated as `UNKNOWN`. Rejecting means "I
   * could not tell because I am broken": the engine then answers by its own local classifier and marks the
   * classification `fallback`; nobody is escalated for it.
   */
  classify(input: ClassifyInput): Promise<Classification>;
}
