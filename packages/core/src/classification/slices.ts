/** Work that can be interrupted: it yields where the event loop may have a turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Multiply-adds between two turns: about 10 ms on a slow server core. Counted, since core reads no clock. */
const SLICE = 4_000_000;

/** How much longer the first pass over new weights takes: the system gives their memory page by page, when touched. */
export const NEW_MEMORY = 3;

/** Counts work, so that every step of a long computation knows whether a turn of the event loop is due. */
export class Slices {
  #done = 0;

  /** Adds `work` multiply-adds; true when the slice is full and the caller should yield. */
  filledBy(work: number): boolean {
    this.#done += work;
    if (this.#done < SLICE) return false;
    this.#done = 0;
    return true;
  }
}

/** Runs the steps to their end, with a turn of the event loop wherever they yield. */
export async function runSliced<Result>(steps: Steps<Result>, yieldTo: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await yieldTo();
  }
}

/** Runs the steps to their end in one go. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The next turn of the event loop without a timer: a message to itself. The channel is closed at once, so nothing keeps
 * the process alive afterwards. Where there are no channels, promises waiting already go first and no more.
 */
export async function nextTurn(): Promise<void> {
  if (typeof MessageChannel === 'undefined') return;
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
