import type { Classification } from '../model/classification';

export interface ClassifyInput {
  /** Cleaned text; may be empty when the message is only an attachment. */
  readonly text: string;
  /** What the host or the client's record says, for example `'ru'`; absent when unknown. */
  readonly locale?: string;
  /** Aborted when the time limit is over; an implementation should stop its work then. */
  readonly signal?: AbortSignal;
}

/**
 * Says what a message is about. Called outside any transaction, possibly many times at once, and at least once per
 * message (again after a crash), so it must have no effect besides its answer.
 */
export interface Classifier {
  /** Called by `engine.start()` and before the first message: train, load, connect. Repeated calls share one run. */
  ready?(): Promise<void>;
  /**
   * Resolves to a scenario of the set or `UNKNOWN`. An id outside the set is treated as `UNKNOWN`. Rejecting means "I
   * could not tell because I am broken": the engine then answers by its own local classifier and marks the
   * classification `fallback`; nobody is escalated for it.
   */
  classify(input: ClassifyInput): Promise<Classification>;
}
