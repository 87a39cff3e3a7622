import type { Clock } from '../ports/clock';

/** What {@link withinTime} resolves to when the time was over first. */
export const TIME_IS_UP: unique symbol = Symbol('time is up');

/** What `work` resolves to, or {@link TIME_IS_UP} after `ms`. The work itself goes on; telling it to stop is the caller's. */
export async function withinTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | typeof TIME_IS_UP> {
  const over = new AbortController();
  const time = clock.sleep(ms, over.signal).then((): typeof TIME_IS_UP => TIME_IS_UP);
  try {
    return await Promise.race([work, time]);
  } finally {
    // With a reason given, no DOMException with its stack is made, which would cost more than all the rest.
    over.abort(TIME_IS_UP);
  }
}
