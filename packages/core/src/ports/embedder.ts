/** Turns texts into points, so that texts of like meaning lie close together. Optional; the host brings its own. */
export interface Embedder {
  /** Which model makes the points: points of different models cannot be compared. Part of what is cached. */
  readonly model: string;
  /**
   * One point per text, in the same order, all of the same number of finite coordinates; at most 256 texts at once.
   * Rejecting means "I am broken": whoever asked goes on without.
   */
  embed(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly (readonly number[])[]>;
}
