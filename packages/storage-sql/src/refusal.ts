/** Thrown out of a transaction's body to undo what it wrote and answer with `result` all the same. */
export class Refusal<T> extends Error {
  readonly result: T;

  constructor(result: T) {
    super('refused');
    this.result = result;
  }
}

/** Resolves to the result of a {@link Refusal} that `work` rejected with. */
export async function refusable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal) return error.result as T;
    throw error;
  }
}
