import type { FeedEvent } from '../model/event';
import { FirstlineError } from '../errors';
import type { EngineContext } from './context';
import type { FeedReads } from './feed-reads';
import { Wakeup } from './wakeup';

export interface SubscribeParams {
  /** Continue behind this event's `seq`. Default 0: from the beginning of the feed. */
  readonly after?: number;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/** Sweeps come sooner. */
const LONGEST_MS = 86_400_000;

/**
 * Follows the durable feed, in order and without gaps, until `signal` is aborted. Woken by commits of this process, and by
 * those of others where the storage tells of them; else they are seen with the next sweep.
 *
 * @throws FirstlineError `invalid_input` where `after` is no `seq`, with the first event that is asked for
 */
export async function* subscribe(
  { wakeups, clock }: EngineContext,
  reads: FeedReads,
  params: SubscribeParams,
  stopping: AbortSignal,
): AsyncGenerator<FeedEvent, void, void> {
  const signal = params.signal === undefined ? stopping : AbortSignal.any([params.signal, stopping]);
  let after = checkAfter(params.after ?? 0);
  const wakeup = new Wakeup();
  const leave = wakeups.follow(() => wakeup.notify(0));
  try {
    while (!signal.aborted) {
      const seen = wakeup.count;
      const events = await reads.behind(after);
      for (const event of events) {
        if (signal.aborted) return;
        after = event.seq;
        yield event;
      }
      if (events.length === 0) await wakeup.sleep(clock, clock.now() + LONGEST_MS, seen, signal);
    }
  } finally {
    leave();
  }
}

/** Nothing comes behind what is no number, and who follows would wait for ever. */
function checkAfter(after: unknown): number {
  if (Number.isSafeInteger(after) && (after as number) >= 0) return after as number;
  throw new FirstlineError('invalid_input', "after: expected an event's seq, a whole number of 0 or more", {
    path: 'after',
  });
}
