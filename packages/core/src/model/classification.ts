/** The scenario id that stands for "none of the others". */
export const UNKNOWN = 'UNKNOWN';

/**
 * Where a classification came from: an earlier one with the same text, the local classifier, a language model, or the
 * engine's own classifier after the configured one failed.
 */
export type ClassificationSource = 'cache' | 'local' | 'llm' | 'fallback';

export interface Alternative {
  readonly scenario: string;
  /** Probability in [0, 1]. */
  readonly confidence: number;
}

/** What a message is about. */
export interface Classification {
  /** A scenario's id, or {@link UNKNOWN} when the message is out of scope or the classifier is unsure. */
  readonly scenario: string;
  /** Probability in [0, 1] that `scenario` is right. */
  readonly confidence: number;
  /** Why, in a sentence a support person understands. Must not repeat the customer's text at length. */
  readonly reasoning: string;
  readonly source: ClassificationSource;
  /** The other candidates, best first. For `UNKNOWN`, the first one is the best guess within the set. */
  readonly alternatives: readonly Alternative[];
}
